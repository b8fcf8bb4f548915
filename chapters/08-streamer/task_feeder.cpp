// Feeds tasks, {"num": 1}, {"num": 2} and so on, into a streamer.
//
//     task_feeder [--connect tcp://127.0.0.1:5559] [--first 1] [--count 10]

#include "common/connection_watch.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>

struct Plan
{
    Endpoint streamer = "tcp://127.0.0.1:5559";
    int first = 1;
    int count = 10;
};

void feed(const Plan& plan)
{
    zmq::context_t context;
    const StopOnSignal stop{context};

    zmq::socket_t feeder{context, zmq::socket_type::push};
    feeder.set(zmq::sockopt::linger, 0);
    ConnectionWatch connection{feeder};
    feeder.connect(plan.streamer);
    connection.wait();

    const int last = plan.first + plan.count - 1;
    for (int n = plan.first; n <= last; ++n)
        feeder.send(zmq::buffer(fmt::format(R"({{"num": {}}})", n)));
    feeder.set(zmq::sockopt::linger, 5000); // to hand them over at the end
    fmt::print("Fed tasks {} to {}\n", plan.first, last);
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Feeds numbered tasks into a streamer (PUSH)."};
    options.add("--connect", plan.streamer, "Streamer to feed");
    options.add("--first", plan.first, 0, 1'000'000,
                "Number of its first task");
    options.add("--count", plan.count, 1, 1'000'000, "How many tasks to feed");
    return run(options, argc, argv, [&] { feed(plan); });
}
