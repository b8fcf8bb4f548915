// A worker that asks for each task when it is ready for it, so that none but
// the one in its hands can go with it.
//
//     task_asker [--connect tcp://127.0.0.1:5559] [--count 3] [--step]

#include "common/enter.hpp"
#include "common/printable.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>
#include <zmq_addon.hpp>

struct Plan
{
    Endpoint giver = "tcp://127.0.0.1:5559";
    std::uint64_t count = 0;
    bool step = false;
};

void work(const Plan& plan)
{
    zmq::context_t context;
    const StopOnSignal stop{context};

    zmq::socket_t worker{context, zmq::socket_type::req};
    worker.set(zmq::sockopt::maxmsgsize, std::int64_t{1 << 20});
    worker.set(zmq::sockopt::linger, 0);
    worker.connect(plan.giver);

    std::uint64_t done = 0;
    while (done < plan.count || plan.count == 0) {
        worker.send(zmq::str_buffer("a task, please"));
        zmq::multipart_t task;
        (void)task.recv(worker); // without a timeout it always has a value
        if (task.peek(0)->empty())
            break; // all are given
        fmt::print("Took {}\n", printable(task.peek(0)->to_string_view()));
        if (plan.step)
            wait_for_enter(worker);
        ++done;
    }
    fmt::print("Leaving, tasks done: {}\n", done);
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Asks for tasks, and does one at a time (REQ)."};
    options.add("--connect", plan.giver, "Whom to ask");
    options.add("--count", plan.count,
                "Tasks to do before it leaves, 0 = as long as there are any");
    options.add("--step", plan.step, "Wait for Enter to finish each task");
    return run(options, argc, argv, [&] { work(plan); });
}
