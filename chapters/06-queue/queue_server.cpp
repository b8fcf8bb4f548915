// Greets whoever asks, like the server of chapter 3; but it connects, to a
// queue, so that any number of servers may come and go.
//
//     queue_server [--connect tcp://127.0.0.1:5560] [--id 1]
//                                                          Ctrl-C stops it.

#include "common/connection_watch.hpp"
#include "common/enter.hpp"
#include "common/printable.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>
#include <zmq_addon.hpp>

struct Plan
{
    Endpoint queue = "tcp://127.0.0.1:5560";
    std::uint64_t id = 1;
    bool step = false;
};

// The reply to a request. A REP owes one even to what makes no sense.
std::string reply_to(const zmq::multipart_t& request, std::uint64_t id)
{
    const std::string text = request.peek(0)->to_string();
    if (request.size() != 1 || !text.starts_with("Hello")) {
        static std::uint64_t odd = 0;
        fmt::print(stderr, "Not a greeting ({} so far): {}\n", ++odd,
                   printable(text));
        return "Only Hello is understood here";
    }
    fmt::print("Received request: {}\n", printable(text));
    return fmt::format("World from server {}", id);
}

void serve(const Plan& plan)
{
    zmq::context_t context;
    const StopOnSignal stop{context};

    zmq::socket_t server{context, zmq::socket_type::rep};
    server.set(zmq::sockopt::maxmsgsize, std::int64_t{1 << 20});
    server.set(zmq::sockopt::linger, 0);
    ConnectionWatch connection{server};
    server.connect(plan.queue);
    connection.wait();

    zmq::multipart_t request;
    while (request.recv(server)) {
        const std::string reply = reply_to(request, plan.id);
        if (plan.step)
            wait_for_enter(server);
        server.send(zmq::buffer(reply));
    }
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Greets whoever asks through a queue (REP, connects)."};
    options.add("--connect", plan.queue, "Queue to serve");
    options.add("--id", plan.id, "Number that it gives in its replies");
    options.add("--step", plan.step, "Wait for Enter before each reply");
    return run(options, argc, argv, [&] { serve(plan); });
}
