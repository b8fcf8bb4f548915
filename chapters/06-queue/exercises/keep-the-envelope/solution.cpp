// Answers with the size of a request, to whom it came from, by however many
// queues it came: a ROUTER socket, which sees the envelope.
//
//     keep-the-envelope [--bind tcp://127.0.0.1:5560]      Ctrl-C stops it.

#include "common/announce.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>
#include <zmq_addon.hpp>

void serve(const Endpoint& endpoint)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    zmq::socket_t server{context, zmq::socket_type::router};
    server.bind(endpoint);
    announce(server);

    zmq::multipart_t request;
    while (request.recv(server)) {
        zmq::multipart_t reply;
        while (!request.empty() && !request.front().empty())
            reply.add(request.pop()); // an address
        if (request.size() != 2) {
            fmt::print(stderr, "dropped what is no request\n");
            continue;
        }
        reply.add(request.pop()); // the empty frame
        reply.addstr(fmt::format("{} bytes", request.pop().size()));
        reply.send(server);
    }
}

int main(int argc, char** argv)
{
    Endpoint endpoint = "tcp://127.0.0.1:5560";
    Options options{"Answers with the size of a request (ROUTER)."};
    options.add("--bind", endpoint, "Endpoint to listen on");
    return run(options, argc, argv, [&] { serve(endpoint); });
}
