// Stands between feeders and workers: each task goes to one worker.
//
//     build-a-streamer [--bind-frontend tcp://127.0.0.1:5559]
//                      [--bind-backend tcp://127.0.0.1:5560]
//                                                          Ctrl-C stops it.

#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <zmq.hpp>

void stream(const Endpoint& feeders, const Endpoint& workers)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    // Two sockets, and all that comes at one leaves at the other.
    (void)feeders;
    (void)workers;
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
