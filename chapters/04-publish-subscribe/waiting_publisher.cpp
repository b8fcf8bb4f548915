// Publishes 1, 2, 3… once its subscribers are there: an XPUB receives each
// subscription as a message, so that it can count them.
//
//     waiting_publisher [--bind tcp://127.0.0.1:5556] [--subscribers 1]
//                       [--count 500]

#include "common/announce.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>

constexpr std::int64_t longest_frame = 1 << 20; // bytes

struct Plan
{
    Endpoint endpoint = "tcp://127.0.0.1:5556";
    std::uint64_t subscribers = 1;
    std::uint64_t count = 500;
};

// Each new subscription is a message: a byte 1, then the prefix.
void wait_for_subscribers(zmq::socket_t& publisher, std::uint64_t wanted)
{
    zmq::message_t message;
    for (std::uint64_t n = 0; n < wanted;) {
        (void)publisher.recv(message);
        if (message.to_string_view().starts_with('\1'))
            fmt::print("Subscriber {} of {} is there\n", ++n, wanted);
    }
}

void publish(const Plan& plan)
{
    zmq::context_t context;
    const StopOnSignal stop{context};

    zmq::socket_t publisher{context, zmq::socket_type::xpub};
    publisher.set(zmq::sockopt::maxmsgsize, longest_frame);
    publisher.set(zmq::sockopt::xpub_verbose, 1); // tell of equal ones, too
    publisher.set(zmq::sockopt::xpub_nodrop, 1);  // rather wait than drop
    publisher.set(zmq::sockopt::linger, 2000);    // deliver, but not for ever
    publisher.bind(plan.endpoint);
    announce(publisher);

    wait_for_subscribers(publisher, plan.subscribers);
    for (std::uint64_t n = 1; n <= plan.count; ++n)
        publisher.send(zmq::buffer(std::to_string(n)));
    fmt::print("Sent 1 to {}\n", plan.count);
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Waits for its subscribers, then publishes 1, 2, 3... "
                    "(XPUB)."};
    options.add("--bind", plan.endpoint, "Endpoint to listen on");
    options.add("--subscribers", plan.subscribers, "How many to wait for");
    options.add("--count", plan.count, "Numbers to send");
    return run(options, argc, argv, [&] { publish(plan); });
}
