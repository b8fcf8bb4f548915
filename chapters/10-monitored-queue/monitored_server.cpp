// Greets whoever asks through a queue, after some work.
//
//     monitored_server [--connect tcp://127.0.0.1:5560] [--id 1] [--work 0]
//                                                          Ctrl-C stops it.

#include "common/connection_watch.hpp"
#include "common/pause.hpp"
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
    std::chrono::milliseconds work{0};
};

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
        fmt::print("Received request: {}\n",
                   printable(request.peek(0)->to_string_view()));
        pause(server, plan.work); // a REP receives nothing before it replies
        server.send(zmq::buffer(fmt::format("World from server {}", plan.id)));
    }
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Greets whoever asks through a queue (REP, connects)."};
    options.add("--connect", plan.queue, "Queue to serve");
    options.add("--id", plan.id, "Number that it gives in its replies");
    options.add("--work", plan.work, "How long it works on a request");
    return run(options, argc, argv, [&] { serve(plan); });
}
