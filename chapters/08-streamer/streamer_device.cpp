// Stands between those who feed tasks and those who do them, so that both may
// come and go: a PULL collects, a PUSH deals out.
//
//     streamer_device [--bind-frontend tcp://127.0.0.1:5559]
//                     [--bind-backend tcp://127.0.0.1:5560]
//                                                          Ctrl-C stops it.

#include "common/announce.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <zmq.hpp>

constexpr std::int64_t longest_frame = 1 << 20; // bytes

void stream(const Endpoint& frontend, const Endpoint& backend)
{
    zmq::context_t context;
    const StopOnSignal stop{context}; // a signal makes proxy() throw ETERM

    zmq::socket_t feeders{context, zmq::socket_type::pull};
    feeders.set(zmq::sockopt::maxmsgsize, longest_frame);
    feeders.bind(frontend);

    zmq::socket_t workers{context, zmq::socket_type::push};
    workers.set(zmq::sockopt::maxmsgsize, longest_frame);
    workers.set(zmq::sockopt::linger, 0); // tasks for workers that are gone
    workers.bind(backend);

    announce(feeders, "for feeders");
    announce(workers, "for workers");
    zmq::proxy(zmq::socket_ref{feeders}, zmq::socket_ref{workers});
}

int main(int argc, char** argv)
{
    Endpoint frontend = "tcp://127.0.0.1:5559";
    Endpoint backend = "tcp://127.0.0.1:5560";

    Options options{"Passes tasks from feeders to workers (streamer)."};
    options.add("--bind-frontend", frontend, "Where feeders connect");
    options.add("--bind-backend", backend, "Where workers connect");
    return run(options, argc, argv, [&] { stream(frontend, backend); });
}
