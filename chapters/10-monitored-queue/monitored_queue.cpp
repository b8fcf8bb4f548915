// Stands between clients and servers like a queue, and tells whoever listens
// at a third socket of every message that passes.
//
//     monitored_queue [--bind-frontend tcp://127.0.0.1:5559]
//                     [--bind-backend tcp://127.0.0.1:5560]
//                     [--bind-monitor tcp://127.0.0.1:5562] [--mark 10000]
//                     [--patience 1000]
//                                                          Ctrl-C stops it.

#include "chapters/10-monitored-queue/monitored_forwarding.hpp"
#include "common/announce.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

constexpr std::int64_t longest_frame = 1 << 20; // bytes

struct Plan
{
    Endpoint frontend = "tcp://127.0.0.1:5559";
    Endpoint backend = "tcp://127.0.0.1:5560";
    Endpoint monitor = "tcp://127.0.0.1:5562";
    int mark = 10'000;
    std::chrono::milliseconds patience{1000};
};

zmq::socket_t bind(zmq::context_t& context, zmq::socket_type type,
                   const Endpoint& endpoint)
{
    zmq::socket_t socket{context, type};
    socket.set(zmq::sockopt::maxmsgsize, longest_frame);
    socket.set(zmq::sockopt::linger, 0);
    socket.bind(endpoint);
    return socket;
}

void queue(const Plan& plan)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    auto clients = bind(context, zmq::socket_type::router, plan.frontend);
    auto servers = bind(context, zmq::socket_type::dealer, plan.backend);
    // XPUB, not PUB, because it hears of subscriptions: without a monitor
    // nothing need be published.
    auto monitors = bind(context, zmq::socket_type::xpub, plan.monitor);
    monitors.set(zmq::sockopt::sndhwm, plan.mark); // for those to come
    announce(clients, "for clients");
    announce(servers, "for servers");
    announce(monitors, "for monitors");

    MonitoredForwarding forwarding{clients, servers, monitors};
    forwarding.on_monitored = [](bool is_monitored) {
        fmt::print("{} monitor listens\n", is_monitored ? "A" : "No");
    };
    forwarding.patience = plan.patience;
    forwarding.run();
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Passes requests and replies on, and tells monitors."};
    options.add("--bind-frontend", plan.frontend, "Where clients connect");
    options.add("--bind-backend", plan.backend, "Where servers connect");
    options.add("--bind-monitor", plan.monitor, "Where monitors connect");
    options.add("--mark", plan.mark, 1, 1'000'000,
                "Messages that wait for a slow monitor, which misses the rest");
    options.add("--patience", plan.patience,
                "How long a reply waits for room at a client that takes none");
    return run(options, argc, argv, [&] { queue(plan); });
}
