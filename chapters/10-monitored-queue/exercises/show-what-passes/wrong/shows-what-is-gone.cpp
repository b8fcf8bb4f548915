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
#include <zmq_addon.hpp>

#include <array>

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

// Passes one message on, and shows it to those who listen.
void pass_on(zmq::socket_t& from, zmq::socket_t& to, zmq::socket_t& monitors,
             const char* way)
{
    zmq::multipart_t message{from};
    message.send(to);
    message.pushstr(way);
    message.send(monitors);
}

void queue(const Plan& plan)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    using enum zmq::socket_type;
    auto clients = bind(context, router, plan.clients, "frontend");
    auto servers = bind(context, dealer, plan.servers, "backend");
    auto monitors = bind(context, pub, plan.monitors, "monitor");

    std::array<zmq::pollitem_t, 2> items{
        {{clients.handle(), 0, ZMQ_POLLIN, 0},
         {servers.handle(), 0, ZMQ_POLLIN, 0}}};
    while (true) {
        zmq::poll(items, std::chrono::milliseconds{-1});
        if (items[0].revents & ZMQ_POLLIN)
            pass_on(clients, servers, monitors, "in");
        if (items[1].revents & ZMQ_POLLIN)
            pass_on(servers, clients, monitors, "out");
    }
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
