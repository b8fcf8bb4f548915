// Counts the results of each consumer: a PULL socket takes messages from all
// its peers in turn.
//
//     result_collector [--bind tcp://127.0.0.1:5558] [--count 6]

#include "messages.hpp"

#include "common/announce.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>
#include <zmq_addon.hpp>

#include <map>

constexpr std::int64_t longest_frame = 1 << 20; // bytes

// How many results of which consumer.
using Counts = std::map<std::uint64_t, std::uint64_t>;

void collect(zmq::socket_t& results, std::uint64_t count, Counts& counts)
{
    zmq::multipart_t message;
    Dropped dropped;
    std::uint64_t received = 0;
    while ((received < count || count == 0) && message.recv(results)) {
        if (const auto result = read_result(message)) {
            ++counts[result->consumer];
            ++received;
        } else {
            dropped.report(message);
        }
    }
}

void collect_and_report(const Endpoint& endpoint, std::uint64_t count)
{
    zmq::context_t context;
    const StopOnSignal stop{context};

    zmq::socket_t results{context, zmq::socket_type::pull};
    results.set(zmq::sockopt::maxmsgsize, longest_frame);
    results.bind(endpoint);
    announce(results);

    Counts counts;
    try {
        collect(results, count, counts);
    } catch (const zmq::error_t& error) {
        if (error.num() != ETERM) // Ctrl-C: report what has come so far
            throw;
    }
    for (const auto& [consumer, n] : counts)
        fmt::print("Results of consumer {}: {}\n", consumer, n);
}

int main(int argc, char** argv)
{
    Endpoint endpoint = "tcp://127.0.0.1:5558";
    std::uint64_t count = 6;

    Options options{"Counts the results of each consumer (PULL)."};
    options.add("--bind", endpoint, "Endpoint to listen on");
    options.add("--count", count, "Results to wait for, 0 = until stopped");
    return run(options, argc, argv,
               [&] { collect_and_report(endpoint, count); });
}
