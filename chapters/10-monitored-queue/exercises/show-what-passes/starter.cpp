// A queue that shows what passes: each message is published as well, behind a
// frame that says "in" for a request and "out" for a reply.
//
//     show-what-passes [--bind-frontend tcp://127.0.0.1:5559]
//                      [--bind-backend tcp://127.0.0.1:5560]
//                      [--bind-monitor tcp://127.0.0.1:5562]
//                                                          Ctrl-C stops it.

#include "common/announce.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <zmq.hpp>

struct Plan
{
    Endpoint clients = "tcp://127.0.0.1:5559";
    Endpoint servers = "tcp://127.0.0.1:5560";
    Endpoint monitors = "tcp://127.0.0.1:5562";
};

zmq::socket_t bind(zmq::context_t& context, zmq::socket_type type,
                   const Endpoint& where, const char* role)
{
    zmq::socket_t socket{context, type};
    socket.set(zmq::sockopt::linger, 0);
    socket.bind(where);
    announce(socket, role);
    return socket;
}

void queue(const Plan& plan)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    using enum zmq::socket_type;
    auto clients = bind(context, router, plan.clients, "frontend");
    auto servers = bind(context, dealer, plan.servers, "backend");
    // The same, and each message to plan.monitors as well, "in" or "out" first.
    zmq::proxy(zmq::socket_ref{clients}, zmq::socket_ref{servers});
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Passes requests and replies on, and shows them."};
    options.add("--bind-frontend", plan.clients, "Where clients connect");
    options.add("--bind-backend", plan.servers, "Where servers connect");
    options.add("--bind-monitor", plan.monitors, "Where monitors connect");
    return run(options, argc, argv, [&] { queue(plan); });
}
