// Commands one worker: "Continue" some times, then "Exit", by PUSH.
//
//     commander [--bind tcp://127.0.0.1:5556] [--count 3] [--step]

#include "common/announce.hpp"
#include "common/enter.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>

struct Plan
{
    Endpoint endpoint = "tcp://127.0.0.1:5556";
    std::uint64_t count = 3;
    bool step = false;
};

constexpr std::int64_t longest_frame = 1 << 20; // bytes

void command(const Plan& plan)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    zmq::socket_t commands{context, zmq::socket_type::push};
    commands.set(zmq::sockopt::maxmsgsize, longest_frame);
    commands.set(zmq::sockopt::linger, 1000); // for the last command
    commands.bind(plan.endpoint);
    announce(commands);

    for (std::uint64_t n = 0; n <= plan.count; ++n) {
        if (plan.step)
            wait_for_enter(commands);
        const std::string word = n < plan.count ? "Continue" : "Exit";
        commands.send(zmq::buffer(word)); // waits until a worker is there
        fmt::print("Sent {}\n", word);
    }
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Sends Continue some times, then Exit (PUSH)."};
    options.add("--bind", plan.endpoint, "Endpoint to listen on");
    options.add("--count", plan.count, "How many times Continue");
    options.add("--step", plan.step, "Wait for Enter before each command");
    return run(options, argc, argv, [&] { command(plan); });
}
