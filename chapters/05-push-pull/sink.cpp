// Takes the results, counts them, and knows when the work is done: the start
// message has said how many there will be.
//
//     sink [--bind tcp://127.0.0.1:5558] [--timeout 500]

#include "batch.hpp"
#include "messages.hpp"

#include "common/announce.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>
#include <zmq_addon.hpp>

using Clock = std::chrono::steady_clock;
constexpr std::int64_t longest_frame = 1 << 20; // bytes

// The results, until all are there or none has come for the timeout.
Batch take(zmq::socket_t& results)
{
    Batch batch;
    Dropped dropped;
    zmq::multipart_t message;
    while (!batch.is_complete() && message.recv(results)) {
        const auto count = read_start(message);
        const auto result = read_result(message);
        if (count && !batch.has_begun())
            batch.begin(*count);
        else if (!result || !batch.add(result->consumer, result->num))
            dropped.report(message);
    }
    return batch;
}

void sink(const Endpoint& endpoint, std::chrono::milliseconds timeout)
{
    zmq::context_t context;
    const StopOnSignal stop{context};

    zmq::socket_t results{context, zmq::socket_type::pull};
    results.set(zmq::sockopt::maxmsgsize, longest_frame);
    results.bind(endpoint);
    announce(results);

    zmq::pollitem_t item{results.handle(), 0, ZMQ_POLLIN, 0};
    zmq::poll(&item, 1); // the clock starts with the first message
    const auto start = Clock::now();
    if (timeout.count() > 0)
        results.set(zmq::sockopt::rcvtimeo, static_cast<int>(timeout.count()));
    const Batch batch = take(results);
    const std::chrono::duration<double> time = Clock::now() - start;

    for (const auto& [worker, count] : batch.counts())
        fmt::print("Results of worker {}: {}\n", worker, count);
    batch.check_complete();
    fmt::print("All results in {:.2f} s\n", time.count());
}

int main(int argc, char** argv)
{
    Endpoint endpoint = "tcp://127.0.0.1:5558";
    std::chrono::milliseconds timeout{0};

    Options options{"Takes the workers' results (PULL)."};
    options.add("--bind", endpoint, "Endpoint to listen on");
    options.add("--timeout", timeout,
                "Give up when no result comes for so long; 0 = never");
    return run(options, argc, argv, [&] { sink(endpoint, timeout); });
}
