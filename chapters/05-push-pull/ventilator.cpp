// Deals tasks to the workers, and tells the sink that the work begins. A PUSH
// socket does not ask who is idle: it gives each peer a task in turn.
//
//     ventilator [--bind tcp://127.0.0.1:5557] [--count 8] [--work 100]
//                [--connect-sink tcp://127.0.0.1:5558] [--wait-for 2]

#include "messages.hpp"

#include "common/announce.hpp"
#include "common/connection_watch.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>

constexpr std::int64_t longest_frame = 1 << 20; // bytes

struct Plan
{
    Endpoint endpoint = "tcp://127.0.0.1:5557";
    Endpoint sink = "tcp://127.0.0.1:5558";
    int count = 8;
    int work = 100; // milliseconds a task
    int workers = 0;
};

void ventilate(const Plan& plan)
{
    zmq::context_t context;
    const StopOnSignal stop{context};

    zmq::socket_t tasks{context, zmq::socket_type::push};
    zmq::socket_t sink{context, zmq::socket_type::push};
    tasks.set(zmq::sockopt::linger, 1000); // ms, when it is stopped
    sink.set(zmq::sockopt::linger, 1000);
    sink.set(zmq::sockopt::immediate, true); // send waits for the sink
    tasks.set(zmq::sockopt::maxmsgsize, longest_frame);
    ConnectionWatch connections{tasks};
    tasks.bind(plan.endpoint);
    sink.connect(plan.sink);
    announce(tasks);

    for (int n = 1; n <= plan.workers; ++n) {
        connections.wait_for_peer();
        fmt::print("Worker {} of {} is there\n", n, plan.workers);
    }
    const auto count = static_cast<std::uint64_t>(plan.count);
    const auto work = static_cast<std::uint64_t>(plan.work);
    sink.send(zmq::buffer(write_start(count)));
    for (std::uint64_t num = 0; num < count; ++num)
        tasks.send(zmq::buffer(write_task({num, work})));
    tasks.set(zmq::sockopt::linger, -1); // all were sent: see them off
    fmt::print("Sent {} tasks\n", count);
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Deals tasks to workers, in turn (PUSH)."};
    options.add("--bind", plan.endpoint, "Endpoint to listen on");
    options.add("--connect-sink", plan.sink, "Sink to send the start message");
    options.add("--count", plan.count, 1, most_numbers, "Tasks to deal");
    options.add("--work", plan.work, 0, longest_work,
                "Milliseconds of work a task");
    options.add("--wait-for", plan.workers, 0, 1000,
                "Begin only once this many workers are connected");
    return run(options, argc, argv, [&] { ventilate(plan); });
}
