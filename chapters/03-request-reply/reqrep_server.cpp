// Greets whoever asks: a REP socket takes a request, sends one reply, repeats.
//
//     reqrep_server [--bind tcp://127.0.0.1:5556]          Ctrl-C stops it.

#include "common/announce.hpp"
#include "common/enter.hpp"
#include "common/printable.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>
#include <zmq_addon.hpp>

constexpr std::int64_t longest_frame = 1 << 20; // bytes

void serve(const Endpoint& endpoint, bool step)
{
    zmq::context_t context;
    const StopOnSignal stop{context}; // a signal makes recv() throw ETERM

    zmq::socket_t server{context, zmq::socket_type::rep};
    server.set(zmq::sockopt::maxmsgsize, longest_frame);
    server.bind(endpoint);
    announce(server); // "listening on tcp://127.0.0.1:5556"
    const Endpoint address{server.get(zmq::sockopt::last_endpoint)};

    // Multipart, because REP may reply only once it has read every frame.
    zmq::multipart_t request;
    while (request.recv(server)) {
        fmt::print("Received request: {}\n",
                   printable(request.front().to_string_view()));
        if (step)
            wait_for_enter(server);
        server.send(zmq::buffer(fmt::format("World from {}", address.port())));
    }
}

int main(int argc, char** argv)
{
    Endpoint endpoint = "tcp://127.0.0.1:5556"; // checked when it is parsed
    bool step = false;

    Options options{"Greets whoever asks (REP)."};
    options.add("--bind", endpoint, "Endpoint to listen on");
    options.add("--step", step, "Wait for Enter before each reply");
    return run(options, argc, argv, [&] { serve(endpoint, step); });
}
