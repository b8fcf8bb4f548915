// Has the same conversation over one transport after the other. All that
// changes is a string, the endpoint.
//
//     transports [--bind ENDPOINT]... [--apart]

#include "common/announce.hpp"
#include "common/printable.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <unistd.h>
#include <zmq.hpp>
#include <zmq_addon.hpp>

constexpr std::int64_t longest_frame = 1 << 20; // bytes
constexpr int patience = 2000;                  // ms

void receive(zmq::socket_t& socket, const char* who)
{
    zmq::multipart_t message;
    if (!message.recv(socket))
        throw std::runtime_error{
            fmt::format("the {} got nothing within {} ms", who, patience)};
    fmt::print("{} received: {}\n", who,
               printable(message.front().to_string_view()));
}

// The two contexts may be the same one. Over inproc they must be.
void greet(zmq::context_t& servers, zmq::context_t& clients,
           const Endpoint& endpoint)
{
    zmq::socket_t server{servers, zmq::socket_type::rep};
    server.set(zmq::sockopt::maxmsgsize, longest_frame);
    server.set(zmq::sockopt::rcvtimeo, patience);
    server.bind(endpoint);
    announce(server);

    zmq::socket_t client{clients, zmq::socket_type::req};
    client.set(zmq::sockopt::linger, 0);
    client.set(zmq::sockopt::rcvtimeo, patience);
    client.connect(server.get(zmq::sockopt::last_endpoint));

    client.send(zmq::str_buffer("Hello"));
    receive(server, "server");
    server.send(zmq::str_buffer("World"));
    receive(client, "client");
}

int main(int argc, char** argv)
{
    // Free for sure: no file (@), a name of our own, a port of the kernel's
    // (*).
    std::vector<Endpoint> endpoints{
        "inproc://greetings", fmt::format("ipc://@greetings-{}", getpid()),
        "tcp://127.0.0.1:*"};
    bool apart = false;
    Options options{"Has the same conversation over several transports."};
    options.add("--bind", endpoints, "Where to talk; may be repeated");
    options.add("--apart", apart, "Give the client a context of its own");
    return run(options, argc, argv, [&] {
        zmq::context_t context;
        zmq::context_t other;
        const StopOnSignal stop{context};
        for (const Endpoint& endpoint : endpoints)
            greet(context, apart ? other : context, endpoint);
    });
}
