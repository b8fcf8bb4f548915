// Two clients ask, and each of them gets what the other one said.
//
//     hold-a-request [--bind tcp://127.0.0.1:5559]         Ctrl-C stops it.

#include "common/announce.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>
#include <zmq_addon.hpp>

#include <utility>

void exchange(const Endpoint& endpoint)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    zmq::socket_t clients{context, zmq::socket_type::router};
    clients.bind(endpoint);
    announce(clients);

    zmq::multipart_t held; // a request that waits for another one
    zmq::multipart_t request;
    while (request.recv(clients)) {
        if (request.size() != 3 || !request.peek(1)->empty()) {
            fmt::print(stderr, "dropped what is no request\n");
        } else if (held.empty()) {
            std::swap(held, request);
        } else {
            zmq::multipart_t one; // address and word
            one.add(held.pop());
            one.add(request.remove());
            zmq::multipart_t other;
            other.add(request.pop());
            other.add(held.remove());
            one.send(clients);
            other.send(clients);
            held.clear();
        }
    }
}

int main(int argc, char** argv)
{
    Endpoint endpoint = "tcp://127.0.0.1:5559";
    Options options{"Gives each of two clients the other one's word (ROUTER)."};
    options.add("--bind", endpoint, "Endpoint to listen on");
    return run(options, argc, argv, [&] { exchange(endpoint); });
}
