// A streamer that is steered: it pauses, goes on and ends by command.
//
//     steer-it [--bind-frontend tcp://127.0.0.1:5559]
//              [--bind-backend tcp://127.0.0.1:5560]
//              [--bind-control tcp://127.0.0.1:5561]

#include "common/announce.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <zmq.hpp>

struct Plan
{
    Endpoint feeders = "tcp://127.0.0.1:5559";
    Endpoint workers = "tcp://127.0.0.1:5560";
    Endpoint control = "tcp://127.0.0.1:5561";
};

void stream(const Plan& plan)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    zmq::socket_t frontend{context, zmq::socket_type::pull};
    zmq::socket_t backend{context, zmq::socket_type::push};
    zmq::socket_t control{context, zmq::socket_type::pair};
    frontend.bind(plan.feeders);
    announce(frontend, "frontend");
    backend.bind(plan.workers);
    announce(backend, "backend");
    control.bind(plan.control);
    announce(control, "control");
    zmq::proxy_steerable(zmq::socket_ref{frontend}, zmq::socket_ref{backend},
                         zmq::socket_ref{}, zmq::socket_ref{control});
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"A streamer that is steered (PULL, PUSH and PAIR)."};
    options.add("--bind-frontend", plan.feeders, "Where feeders come");
    options.add("--bind-backend", plan.workers, "Where workers come");
    options.add("--bind-control", plan.control, "Where commands come");
    return run(options, argc, argv, [&] { stream(plan); });
}
