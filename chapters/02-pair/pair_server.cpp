// Talks with one client: a PAIR socket sends a message, receives two, repeats.
//
//     pair_server [--bind tcp://127.0.0.1:5556] [--count 4]

#include "common/announce.hpp"
#include "common/printable.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>
#include <zmq_addon.hpp>

constexpr std::int64_t longest_frame = 1 << 20; // bytes

void receive(zmq::socket_t& server)
{
    zmq::multipart_t message;
    while (message.recv(server) && message.size() != 1)
        fmt::print(stderr, "dropped a message of {} frames\n", message.size());
    fmt::print("Received: {}\n", printable(message.front().to_string_view()));
}

void talk(const Endpoint& endpoint, std::uint64_t count)
{
    zmq::context_t context;
    const StopOnSignal stop{context}; // a signal makes recv() throw ETERM

    zmq::socket_t server{context, zmq::socket_type::pair};
    server.set(zmq::sockopt::maxmsgsize, longest_frame);
    server.set(zmq::sockopt::linger, 1000); // ms, for a client that is lost
    server.bind(endpoint);
    announce(server); // "listening on tcp://127.0.0.1:5556"

    for (std::uint64_t n = 1; n <= count || count == 0; ++n) {
        fmt::print("Sending message {}\n", n);
        server.send(zmq::str_buffer("Server message to client3"));
        receive(server);
        receive(server);
    }
}

int main(int argc, char** argv)
{
    Endpoint endpoint = "tcp://127.0.0.1:5556"; // checked when it is parsed
    std::uint64_t count = 4;
    Options options{"Talks with one client (PAIR)."};
    options.add("--bind", endpoint, "Endpoint to listen on");
    options.add("--count", count, "Messages to send, 0 = until stopped");
    return run(options, argc, argv, [&] { talk(endpoint, count); });
}
