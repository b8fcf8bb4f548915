// Takes what is published on one topic, by whomever, through a forwarder.
//
//     forwarder_subscriber [--connect tcp://127.0.0.1:5560] [--topic 9]
//                          [--count 4]

#include "common/connection_watch.hpp"
#include "common/printable.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>
#include <zmq_addon.hpp>

struct Plan
{
    Endpoint forwarder = "tcp://127.0.0.1:5560";
    std::string topic = "9";
    std::uint64_t count = 4;
};

// Whether it is one frame, "TOPIC server#ID".
bool makes_sense(const zmq::multipart_t& message)
{
    const std::string_view text = message.peek(0)->to_string_view();
    const std::size_t space = text.find(' ');
    return message.size() == 1 && space != std::string_view::npos &&
           text.substr(space + 1).starts_with("server#");
}

void subscribe(const Plan& plan)
{
    zmq::context_t context;
    const StopOnSignal stop{context};

    zmq::socket_t subscriber{context, zmq::socket_type::sub};
    subscriber.set(zmq::sockopt::maxmsgsize, std::int64_t{1 << 20});
    subscriber.set(zmq::sockopt::subscribe, plan.topic);
    ConnectionWatch connection{subscriber};
    subscriber.connect(plan.forwarder);
    connection.wait();
    fmt::print("subscribed to '{}'\n", printable(plan.topic));

    zmq::multipart_t message;
    std::uint64_t dropped = 0;
    for (std::uint64_t n = 0; n < plan.count || plan.count == 0;) {
        (void)message.recv(subscriber);
        const std::string_view text = message.peek(0)->to_string_view();
        if (!makes_sense(message)) {
            fmt::print(stderr, "Dropped, no \"TOPIC server#ID\" ({}): {}\n",
                       ++dropped, printable(text));
            continue;
        }
        fmt::print("Received {}: {}\n", ++n, printable(text));
    }
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Takes what is published on one topic (SUB)."};
    options.add("--connect", plan.forwarder, "Forwarder to listen to");
    options.add("--topic", plan.topic, "How the wanted messages begin");
    options.add("--count", plan.count, "Messages to take, 0 = until stopped");
    return run(options, argc, argv, [&] { subscribe(plan); });
}
