// Deals out 100 tasks to two workers, a quick one and a slow one, and counts
// who has worked on how many.
//
//     who-gets-the-work [--mark 1000] [--slow 10]

#include "common/run.hpp"

#include <fmt/core.h>
#include <zmq.hpp>

#include <thread>

struct Plan
{
    int mark = 1000;
    std::chrono::milliseconds quick{1};
    std::chrono::milliseconds slow{10};
};

constexpr int count = 100; // tasks

// Works on tasks, each of which takes so long, until the context ends.
void work(zmq::context_t& context, const std::string& name, int mark,
          std::chrono::milliseconds time)
try {
    zmq::socket_t tasks{context, zmq::socket_type::pull};
    zmq::socket_t done{context, zmq::socket_type::push};
    tasks.set(zmq::sockopt::rcvhwm, mark);
    tasks.bind("inproc://" + name);
    done.connect("inproc://done");
    done.send(zmq::str_buffer("ready"));
    zmq::message_t task;
    while (tasks.recv(task)) {
        std::this_thread::sleep_for(time);
        done.send(zmq::buffer(name));
    }
} catch (const zmq::error_t& error) {
    if (error.num() != ETERM)
        throw;
}

// Deals out the tasks; returns how often it had to wait.
int deal(zmq::socket_t& tasks)
{
    int waited = 0;
    for (int n = 0; n < count; ++n) {
        if (tasks.send(zmq::message_t{}, zmq::send_flags::dontwait))
            continue;
        ++waited;
        tasks.send(zmq::message_t{}, zmq::send_flags::none);
    }
    return waited;
}

void play(const Plan& plan)
{
    zmq::context_t context;
    zmq::socket_t tasks{context, zmq::socket_type::push};
    zmq::socket_t done{context, zmq::socket_type::pull};
    done.bind("inproc://done");
    std::jthread quick{[&] { work(context, "quick", plan.mark, plan.quick); }};
    std::jthread slow{[&] { work(context, "slow", plan.mark, plan.slow); }};
    zmq::message_t word;
    (void)done.recv(word); // the one is ready
    (void)done.recv(word); // and the other
    tasks.set(zmq::sockopt::sndhwm, plan.mark);
    tasks.connect("inproc://quick");
    tasks.connect("inproc://slow");
    const int waited = deal(tasks);
    int by_slow = 0;
    for (int n = 0; n < count; ++n)
        by_slow += done.recv(word) && word.to_string_view() == "slow" ? 1 : 0;
    fmt::print("quick: {} tasks, slow: {} tasks\nsend() had to wait {} times\n",
               count - by_slow, by_slow, waited);
    context.shutdown();
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Deals out tasks to a quick and a slow worker."};
    options.add("--mark", plan.mark, 1, 1000, "Of either socket's queue");
    options.add("--slow", plan.slow, "How long a task takes the slow one");
    return run(options, argc, argv, [&] { play(plan); });
}
