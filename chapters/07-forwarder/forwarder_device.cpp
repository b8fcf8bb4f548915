// Stands between publishers and subscribers, so that both may come and go: an
// XSUB takes what is published, an XPUB hands it to those who want it, and
// subscriptions go the other way.
//
//     forwarder_device [--bind-frontend tcp://127.0.0.1:5559]
//                      [--bind-backend tcp://127.0.0.1:5560]
//                                                          Ctrl-C stops it.

#include "common/announce.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <zmq.hpp>

constexpr std::int64_t longest_frame = 1 << 20; // bytes

void forward(const Endpoint& frontend, const Endpoint& backend)
{
    zmq::context_t context;
    const StopOnSignal stop{context}; // a signal makes proxy() throw ETERM

    zmq::socket_t publishers{context, zmq::socket_type::xsub};
    publishers.set(zmq::sockopt::maxmsgsize, longest_frame);
    publishers.set(zmq::sockopt::linger, 0);
    publishers.bind(frontend);

    zmq::socket_t subscribers{context, zmq::socket_type::xpub};
    subscribers.set(zmq::sockopt::maxmsgsize, longest_frame);
    subscribers.set(zmq::sockopt::linger, 0);
    subscribers.bind(backend);

    announce(publishers, "for publishers");
    announce(subscribers, "for subscribers");
    zmq::proxy(zmq::socket_ref{publishers}, zmq::socket_ref{subscribers});
}

int main(int argc, char** argv)
{
    Endpoint frontend = "tcp://127.0.0.1:5559";
    Endpoint backend = "tcp://127.0.0.1:5560";

    Options options{"Passes on what is published, to those who want it."};
    options.add("--bind-frontend", frontend, "Where publishers connect");
    options.add("--bind-backend", backend, "Where subscribers connect");
    return run(options, argc, argv, [&] { forward(frontend, backend); });
}
