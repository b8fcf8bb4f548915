// Feeds large objects to consumers: written once, in memory that is used
// again, and read by sockets or in place.
//
//     big_producer [--bind ipc:///tmp/zmq-workbook-feed] [--size 150]
//                  [--count 5] [--places 3] [--patience 10000]
//                                                         Ctrl-C stops it.

#include "pattern.hpp"

#include "common/feed_queue.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>

struct Plan
{
    Endpoint endpoint = "ipc:///tmp/zmq-workbook-feed";
    int megabytes = 150;
    std::uint64_t count = 5;
    int places = 3;
    std::chrono::milliseconds patience{10'000};
};

void produce(const Plan& plan)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    const auto size = static_cast<std::size_t>(plan.megabytes) * 1'000'000;
    FeedProducer feed{
        context,
        plan.endpoint,
        {.longest = size, .places = plan.places, .patience = plan.patience}};
    fmt::print("listening on {}\n", feed.endpoint());

    for (std::uint64_t n = 1; n <= plan.count || plan.count == 0; ++n) {
        write_object(feed.place(), n);
        feed.put(size);
        fmt::print("Put object {}\n", n);
    }
    feed.end();
    fmt::print("All {} objects were given back\n", plan.count);
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Feeds large objects to consumers."};
    options.add("--bind", plan.endpoint, "Endpoint to listen on");
    options.add("--size", plan.megabytes, 1, 1000, "Megabytes an object");
    options.add("--count", plan.count, "How many, 0 = until stopped");
    options.add("--places", plan.places, 1, 64, "Objects in memory at a time");
    options.add("--patience", plan.patience,
                "A consumer silent for so long is gone");
    return run(options, argc, argv, [&] { produce(plan); });
}
