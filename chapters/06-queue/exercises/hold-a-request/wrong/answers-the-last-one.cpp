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

    zmq::message_t held; // a word that waits for another one
    bool is_held = false;
    zmq::multipart_t request;
    while (request.recv(clients)) {
        if (request.size() != 3 || !request.peek(1)->empty()) {
            fmt::print(stderr, "dropped what is no request\n");
        } else if (!is_held) {
            held = request.remove();
            is_held = true;
        } else {
            zmq::multipart_t reply = request.clone();
            reply.send(clients);
            request.remove();
            request.add(std::move(held));
            request.send(clients);
            is_held = false;
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
