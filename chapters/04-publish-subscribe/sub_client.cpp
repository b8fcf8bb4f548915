// Takes some values of one topic and says their mean: a SUB socket receives
// only what begins with what it subscribed to.
//
//     sub_client [--connect tcp://127.0.0.1:5556]... [--topic 10001]
//                [--count 5]

#include "common/numbers.hpp"
#include "common/printable.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>
#include <zmq_addon.hpp>

#include <optional>

constexpr std::int64_t longest_frame = 1 << 20; // bytes

struct Plan
{
    std::vector<Endpoint> publishers{"tcp://127.0.0.1:5556"};
    int topic = 10001;
    std::uint64_t count = 5;
};

// The value of "TOPIC VALUE"; none when that is not what came.
std::optional<int> value_of(const zmq::multipart_t& message)
{
    const auto words = numbers(message.peek(0)->to_string_view());
    if (message.size() != 1 || words.size() != 2 || words[1] < -80 ||
        words[1] > 134)
        return {};
    return words[1];
}

zmq::socket_t subscribe(zmq::context_t& context, const Plan& plan)
{
    zmq::socket_t subscriber{context, zmq::socket_type::sub};
    subscriber.set(zmq::sockopt::maxmsgsize, longest_frame);
    subscriber.set(zmq::sockopt::subscribe, fmt::format("{} ", plan.topic));
    for (const Endpoint& publisher : plan.publishers)
        subscriber.connect(publisher);
    fmt::print("subscribed to {}\n", plan.topic);
    return subscriber;
}

void listen(const Plan& plan)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    zmq::socket_t subscriber = subscribe(context, plan);

    double sum = 0;
    std::uint64_t received = 0, dropped = 0;
    zmq::multipart_t message;
    while (received < plan.count || plan.count == 0) {
        (void)message.recv(subscriber); // without a timeout it always is true
        const std::string text = printable(message.peek(0)->to_string_view());
        if (const auto value = value_of(message)) {
            sum += *value;
            fmt::print("Received {}: {}\n", ++received, text);
        } else {
            fmt::print(stderr, "Dropped {}, no \"TOPIC VALUE\": {}\n",
                       ++dropped, text);
        }
    }
    fmt::print("Mean of {} values for {}: {:.1f}\n", received, plan.topic,
               sum / static_cast<double>(received));
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Says the mean of some values of one topic (SUB)."};
    options.add("--connect", plan.publishers, "Publisher; may be repeated");
    options.add("--topic", plan.topic, 0, 99999, "Topic to take values of");
    options.add("--count", plan.count, "Values to take, 0 = until stopped");
    return run(options, argc, argv, [&] { listen(plan); });
}
