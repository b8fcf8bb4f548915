// Gathers the results of the tasks 1 to COUNT, and names those that are missing
// when nothing has come for a while.
//
//     name-the-missing [--bind tcp://127.0.0.1:5558] [--count 5]
//                      [--patience 500]

#include "common/announce.hpp"
#include "common/numbers.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <fmt/format.h>
#include <zmq.hpp>

#include <set>
#include <stdexcept>

struct Plan
{
    Endpoint endpoint = "tcp://127.0.0.1:5558";
    int count = 5;
    std::chrono::milliseconds patience{500};
};

void gather(const Plan& plan)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    zmq::socket_t results{context, zmq::socket_type::pull};
    results.set(zmq::sockopt::rcvtimeo,
                static_cast<int>(plan.patience.count()));
    results.bind(plan.endpoint);
    announce(results);

    std::set<int> missing;
    for (int task = 1; task <= plan.count; ++task)
        missing.insert(task);
    zmq::message_t result;
    while (!missing.empty() && results.recv(result))
        for (const int task : numbers(result.to_string_view()))
            missing.erase(task);
    if (!missing.empty())
        throw std::runtime_error{
            fmt::format("missing: {} tasks", missing.size())};
    fmt::print("all {} are done\n", plan.count);
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Gathers results, and names the missing ones (PULL)."};
    options.add("--bind", plan.endpoint, "Endpoint to listen on");
    options.add("--count", plan.count, 1, 10000, "Tasks: 1 to this");
    options.add("--patience", plan.patience, "Gives up when none came so long");
    return run(options, argc, argv, [&] { gather(plan); });
}
