// Two clients ask, and each of them gets what the other one said.
//
//     hold-a-request [--bind tcp://127.0.0.1:5559]         Ctrl-C stops it.

#include "common/announce.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <zmq.hpp>

void exchange(const Endpoint& endpoint)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    zmq::socket_t clients{context, zmq::socket_type::rep};
    clients.bind(endpoint);
    announce(clients);

    zmq::message_t first;
    zmq::message_t second;
    while (clients.recv(first) && clients.recv(second)) {
        clients.send(second, zmq::send_flags::none);
        clients.send(first, zmq::send_flags::none);
    }
}

int main(int argc, char** argv)
{
    Endpoint endpoint = "tcp://127.0.0.1:5559";
    Options options{"Gives each of two clients the other one's word (REP)."};
    options.add("--bind", endpoint, "Endpoint to listen on");
    return run(options, argc, argv, [&] { exchange(endpoint); });
}
