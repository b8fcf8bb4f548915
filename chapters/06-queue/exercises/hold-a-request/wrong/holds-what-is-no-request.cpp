// Two clients ask, and each of them gets what the other one said.
//
//     hold-a-request [--bind tcp://127.0.0.1:5559]         Ctrl-C stops it.

#include "common/announce.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

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
        if (held.empty()) {
            std::swap(held, request);
        } else {
            zmq::message_t word = held.remove(); // its last frame
            held.add(request.remove());
            request.add(std::move(word));
            held.send(clients);
            request.send(clients);
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
