// Stands between feeders and workers: each task goes to one worker.
//
//     build-a-streamer [--bind-frontend tcp://127.0.0.1:5559]
//                      [--bind-backend tcp://127.0.0.1:5560]
//                                                          Ctrl-C stops it.

#include "common/announce.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <zmq.hpp>

void stream(const Endpoint& feeders, const Endpoint& workers)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    zmq::socket_t frontend{context, zmq::socket_type::pull};
    zmq::socket_t backend{context, zmq::socket_type::push};
    frontend.bind(feeders);
    announce(frontend, "frontend");
    backend.bind(workers);
    announce(backend, "backend");
    zmq::proxy(zmq::socket_ref{frontend}, zmq::socket_ref{backend});
}

int main(int argc, char** argv)
{
    Endpoint feeders = "tcp://127.0.0.1:5559";
    Endpoint workers = "tcp://127.0.0.1:5560";
    Options options{"Stands between feeders and workers (PULL and PUSH)."};
    options.add("--bind-frontend", feeders, "Where feeders come");
    options.add("--bind-backend", workers, "Where workers come");
    return run(options, argc, argv, [&] { stream(feeders, workers); });
}
