// Passes on what a publisher says, and only what somebody here wants to hear.
//
//     pass-subscriptions-on [--connect tcp://127.0.0.1:5559]
//                           [--bind tcp://127.0.0.1:5560]  Ctrl-C stops it.

#include "common/announce.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <zmq.hpp>

void forward(const Endpoint& publisher, const Endpoint& endpoint)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    zmq::socket_t frontend{context, zmq::socket_type::sub};
    zmq::socket_t backend{context, zmq::socket_type::pub};
    frontend.set(zmq::sockopt::subscribe, "");
    frontend.connect(publisher);
    backend.bind(endpoint);
    announce(backend);
    zmq::proxy(zmq::socket_ref{frontend}, zmq::socket_ref{backend});
}

int main(int argc, char** argv)
{
    Endpoint publisher = "tcp://127.0.0.1:5559";
    Endpoint endpoint = "tcp://127.0.0.1:5560";
    Options options{"Passes on what a publisher says (XSUB and XPUB)."};
    options.add("--connect", publisher, "Publisher to listen to");
    options.add("--bind", endpoint, "Where subscribers come");
    return run(options, argc, argv, [&] { forward(publisher, endpoint); });
}
