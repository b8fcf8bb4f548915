// Publishes "TOPIC server#ID" on the topics 8, 9 and 90 through a forwarder,
// from the moment that somebody subscribes: an XPUB is a PUB that is told.
//
//     forwarder_publisher [--connect tcp://127.0.0.1:5559] [--id 1]
//                         [--count 3] [--interval 100]

#include "common/printable.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>
#include <zmq_addon.hpp>

struct Plan
{
    Endpoint forwarder = "tcp://127.0.0.1:5559";
    std::uint64_t id = 1;
    std::uint64_t count = 3;
    std::chrono::milliseconds interval{100};
};

// A subscription is a message too: a byte, 1 or 0, and the topic.
void note(const zmq::multipart_t& message)
{
    const std::string text = message.peek(0)->to_string();
    if (message.size() != 1 || text.empty() || text[0] < 0 || text[0] > 1)
        fmt::print(stderr, "Dropped, no subscription: {}\n", printable(text));
    else
        fmt::print("{}: '{}'\n", text[0] ? "Wanted" : "No longer wanted",
                   printable(std::string_view{text}.substr(1)));
}

// Notes who wants what, until it is time for the next round.
void listen(zmq::socket_t& publisher, std::chrono::milliseconds interval)
{
    using std::chrono::steady_clock;
    zmq::multipart_t message;
    const auto end = steady_clock::now() + interval;
    publisher.set(zmq::sockopt::rcvtimeo, static_cast<int>(interval.count()));
    do {
        if (message.recv(publisher))
            note(message);
    } while (steady_clock::now() < end);
}

void publish(const Plan& plan)
{
    zmq::context_t context;
    const StopOnSignal stop{context};

    zmq::socket_t publisher{context, zmq::socket_type::xpub};
    publisher.set(zmq::sockopt::maxmsgsize, std::int64_t{1 << 20});
    publisher.set(zmq::sockopt::linger, 1000); // for the last messages
    publisher.connect(plan.forwarder);

    zmq::multipart_t first;
    (void)first.recv(publisher); // nobody is told before somebody asks
    note(first);
    for (std::uint64_t n = 1; n <= plan.count || plan.count == 0; ++n) {
        for (const int topic : {8, 9, 90})
            publisher.send(
                zmq::buffer(fmt::format("{} server#{}", topic, plan.id)));
        fmt::print("Published 8, 9 and 90, round {}\n", n);
        listen(publisher, plan.interval);
    }
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Publishes on three topics through a forwarder (XPUB)."};
    options.add("--connect", plan.forwarder, "Forwarder to publish through");
    options.add("--id", plan.id, "Number that it gives in its messages");
    options.add("--count", plan.count, "Rounds to publish, 0 = until stopped");
    options.add("--interval", plan.interval, "Time between two rounds");
    return run(options, argc, argv, [&] { publish(plan); });
}
