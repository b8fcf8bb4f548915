// Does the tasks that a streamer deals to it, as they come.
//
//     task_worker [--connect tcp://127.0.0.1:5560] [--count 3] [--step]

#include "common/connection_watch.hpp"
#include "common/enter.hpp"
#include "common/printable.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>
#include <zmq.hpp>
#include <zmq_addon.hpp>

#include <optional>

struct Plan
{
    Endpoint streamer = "tcp://127.0.0.1:5560";
    std::uint64_t count = 0;
    bool step = false;
};

// The number of a task, {"num": N}; none when it is not one.
std::optional<std::int64_t> number_of(const zmq::multipart_t& message)
{
    const auto task = nlohmann::json::parse(message.peek(0)->to_string_view(),
                                            nullptr, false);
    if (message.size() != 1 || !task.is_object() || !task.contains("num") ||
        !task["num"].is_number_integer())
        return std::nullopt;
    return task["num"];
}

void work(const Plan& plan)
{
    zmq::context_t context;
    const StopOnSignal stop{context};

    zmq::socket_t worker{context, zmq::socket_type::pull};
    worker.set(zmq::sockopt::maxmsgsize, std::int64_t{1 << 20});
    ConnectionWatch connection{worker};
    worker.connect(plan.streamer);
    connection.wait();

    zmq::multipart_t task;
    std::uint64_t dropped = 0;
    for (std::uint64_t done = 0; done < plan.count || plan.count == 0;) {
        (void)task.recv(worker);
        const auto number = number_of(task);
        if (!number) {
            fmt::print(stderr, "Dropped, no task ({} so far): {}\n", ++dropped,
                       printable(task.peek(0)->to_string_view()));
            continue;
        }
        fmt::print("Took task {}\n", *number);
        if (plan.step)
            wait_for_enter(worker);
        ++done;
    }
    fmt::print("Leaving, tasks done: {}\n", plan.count);
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Does the tasks that a streamer deals to it (PULL)."};
    options.add("--connect", plan.streamer, "Streamer to work for");
    options.add("--count", plan.count,
                "Tasks to do before it leaves, 0 = until stopped");
    options.add("--step", plan.step, "Wait for Enter to finish each task");
    return run(options, argc, argv, [&] { work(plan); });
}
