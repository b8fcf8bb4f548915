// Numbers flow through two stages, each on a thread of its own: one doubles
// them, the other adds one.
//
//     relay_pipeline [--count 5] [--bad 3] [--stop-on-error]
//                    [--interval 50]                      Ctrl-C stops it.

#include "number_work.hpp"
#include "relay_stage.hpp"

#include "common/pause.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>

#include <cerrno>
#include <future>

struct Plan
{
    std::uint64_t count = 5;
    std::uint64_t bad = 0;
    bool stop_on_error = false;
    std::chrono::milliseconds interval{0};
};

// A signal shuts down only the context of the tap: no more goes in, and what
// is in the pipeline comes out.
std::uint64_t feed(zmq::socket_t& first, zmq::socket_t tap, const Plan& plan,
                   const std::stop_token& stopped)
{
    std::uint64_t fed = 0;
    try {
        do {
            const bool is_bad = ++fed == plan.bad;
            first.send(zmq::buffer(is_bad ? "what?" : std::to_string(fed)));
            pause(tap, plan.interval);
        } while (fed != plan.count && !stopped.stop_requested()); // 0: never
    } catch (const zmq::error_t& error) {
        if (error.num() != ETERM)
            throw;
        fmt::print("Told to stop: no more goes in\n");
    }
    first.send(zmq::message_t{}, zmq::send_flags::none); // that was all
    return fed;
}

std::uint64_t print_all(zmq::socket_t last)
{
    std::uint64_t count = 0;
    zmq::message_t message;
    for (; last.recv(message) && !message.empty(); ++count)
        fmt::print("Came out: {}\n", message.to_string_view());
    return count;
}

void run_pipeline(const Plan& plan)
{
    zmq::context_t outside;
    const StopOnSignal on_signal{outside};
    zmq::context_t context;
    std::stop_source stop;
    zmq::socket_t first{context, zmq::socket_type::push};
    first.connect("inproc://numbers");
    RelayStage doubling{context,
                        {"double", "inproc://numbers", "inproc://doubled",
                         double_it, plan.stop_on_error, stop}};
    RelayStage adding{context,
                      {"add one", "inproc://doubled", "inproc://done", add_one,
                       plan.stop_on_error, stop}};
    zmq::socket_t last{context, zmq::socket_type::pull};
    last.bind("inproc://done");
    auto came_out = std::async(std::launch::async, print_all, std::move(last));
    const ShutDownAtEnd guard{context}; // all have ended by then, or must

    const auto fed =
        feed(first, {outside, zmq::socket_type::pair}, plan, stop.get_token());
    doubling.wait();
    adding.wait();
    fmt::print("Went in: {}, came out: {}, dropped: {}, not done: {}\n", fed,
               came_out.get(), doubling.dropped() + adding.dropped(),
               doubling.not_done() + adding.not_done());
    if (stop.stop_requested())
        throw std::runtime_error{"stopped by an error: see above"};
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Numbers flow through two stages, a thread each."};
    options.add("--count", plan.count, "How many, 0 = until stopped");
    options.add("--bad", plan.bad, "This one is no number; 0 = none");
    options.add("--stop-on-error", plan.stop_on_error, "Do not just drop it");
    options.add("--interval", plan.interval, "Time between two numbers");
    return run(options, argc, argv, [&] { run_pipeline(plan); });
}
