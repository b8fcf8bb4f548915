// Does tasks: asks for one when it is ready (REQ), works, sends the result to
// the sink (PUSH). It never holds a second task.
//
//     ready_worker [--id 1] [--slowness 1] [--connect tcp://127.0.0.1:5557]
//                  [--connect-sink tcp://127.0.0.1:5558]    Ctrl-C stops it.

#include "messages.hpp"
#include "pretend.hpp"

#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>
#include <zmq_addon.hpp>

struct Plan
{
    Endpoint queue = "tcp://127.0.0.1:5557";
    Endpoint sink = "tcp://127.0.0.1:5558";
    int id = 1;
    int slowness = 1;
};

void work(const Plan& plan)
{
    zmq::context_t context;
    const StopOnSignal stop{context};

    zmq::socket_t tasks{context, zmq::socket_type::req};
    zmq::socket_t results{context, zmq::socket_type::push};
    tasks.set(zmq::sockopt::linger, 0);
    results.set(zmq::sockopt::linger, 1000);
    results.connect(plan.sink);
    tasks.connect(plan.queue);
    fmt::print("Connected to {}\n", plan.queue.str());

    zmq::multipart_t message;
    Dropped dropped;
    for (;;) {
        tasks.send(zmq::str_buffer("ready"));
        (void)message.recv(tasks); // without a timeout it always gets one
        const auto task = read_task(message);
        if (!task) {
            dropped.report(message);
            continue;
        }
        const std::chrono::milliseconds time{task->ms};
        fmt::print("Task {}: {} ms of work\n", task->num,
                   (time * plan.slowness).count());
        pretend_to_work(results, time * plan.slowness);
        const auto id = static_cast<std::uint64_t>(plan.id);
        results.send(zmq::buffer(write_result({id, task->num})));
    }
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{
        "Asks for tasks, and sends their results on (REQ and PUSH)."};
    options.add("--connect", plan.queue, "Queue to take tasks from");
    options.add("--connect-sink", plan.sink, "Sink of the results");
    options.add("--id", plan.id, 0, highest_id, "Its name in the results");
    options.add("--slowness", plan.slowness, 1, 1000,
                "How many times longer than others it takes for a task");
    return run(options, argc, argv, [&] { work(plan); });
}
