// Stands between clients and servers, so that neither need know the others: a
// ROUTER takes requests, a DEALER deals them to the servers, replies go back.
//
//     queue_device [--bind-frontend tcp://127.0.0.1:5559]
//                  [--bind-backend tcp://127.0.0.1:5560] [--heartbeat 200]
//                                                          Ctrl-C stops it.

#include "common/announce.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <zmq.hpp>

constexpr std::int64_t longest_frame = 1 << 20; // bytes

struct Plan
{
    Endpoint frontend = "tcp://127.0.0.1:5559";
    Endpoint backend = "tcp://127.0.0.1:5560";
    std::chrono::milliseconds heartbeat{0};
};

void queue(const Plan& plan)
{
    zmq::context_t context;
    const StopOnSignal stop{context}; // a signal makes proxy() throw ETERM

    zmq::socket_t clients{context, zmq::socket_type::router};
    clients.set(zmq::sockopt::maxmsgsize, longest_frame);
    clients.set(zmq::sockopt::linger, 0);
    clients.bind(plan.frontend);

    zmq::socket_t servers{context, zmq::socket_type::dealer};
    servers.set(zmq::sockopt::maxmsgsize, longest_frame);
    servers.set(zmq::sockopt::linger, 0);
    servers.set(zmq::sockopt::heartbeat_ivl,
                static_cast<int>(plan.heartbeat.count()));
    servers.bind(plan.backend);

    announce(clients, "for clients");
    announce(servers, "for servers");
    zmq::proxy(zmq::socket_ref{clients}, zmq::socket_ref{servers});
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Passes requests to servers, replies to clients (queue)."};
    options.add("--bind-frontend", plan.frontend, "Where clients connect");
    options.add("--bind-backend", plan.backend, "Where servers connect");
    options.add("--heartbeat", plan.heartbeat,
                "Ask servers this often whether they live, and drop one that "
                "does not answer; 0 = never");
    return run(options, argc, argv, [&] { queue(plan); });
}
