// Works on large objects; a thread fetches the next one meanwhile.
//
//     big_consumer [--connect ipc:///tmp/zmq-workbook-feed]
//                  [--shared-memory] [--compute 500] [--ahead 1]
//                  [--count 0] [--patience 10000]         Ctrl-C stops it.

#include "get_times.hpp"
#include "pattern.hpp"

#include "common/feed_queue.hpp"
#include "common/pause.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>

struct Plan
{
    Endpoint endpoint = "ipc:///tmp/zmq-workbook-feed";
    bool shared_memory = false;
    std::chrono::milliseconds compute{500};
    int ahead = 1;
    std::uint64_t count = 0;
    std::chrono::milliseconds patience{10'000};
};

void consume(const Plan& plan)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    zmq::socket_t computing{context, zmq::socket_type::pair};

    GetTimes times;
    times.begin(); // the first get() waits for the connection as well
    FeedConsumer feed{context,
                      plan.endpoint,
                      {.shared_memory = plan.shared_memory,
                       .ahead = plan.ahead,
                       .patience = plan.patience}};
    for (std::uint64_t n = 0; n < plan.count || plan.count == 0; ++n) {
        if (n > 0)
            times.begin();
        const auto object = feed.get();
        if (!object) {
            times.sum_up();
            return;
        }
        times.note(object->number(), object->bytes().size());
        check_object(object->bytes(), object->number());
        pause(computing, plan.compute);
    }
    fmt::print("Enough: leaves after {} objects\n", plan.count);
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Works on large objects, fetched ahead."};
    options.add("--connect", plan.endpoint, "Producer");
    options.add("--shared-memory", plan.shared_memory,
                "Read objects where the producer wrote them");
    options.add("--compute", plan.compute, "Work on each object");
    options.add("--ahead", plan.ahead, 0, 16, "Objects to fetch ahead");
    options.add("--count", plan.count, "Leave after so many, 0 = at the end");
    options.add("--patience", plan.patience,
                "A producer silent for so long is gone");
    return run(options, argc, argv, [&] { consume(plan); });
}
