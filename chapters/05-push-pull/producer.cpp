// Deals numbers to the consumers: a PUSH socket gives each message to one of
// its peers, in turn.
//
//     producer [--bind tcp://127.0.0.1:5557] [--count 12] [--wait-for 3]

#include "messages.hpp"

#include "common/announce.hpp"
#include "common/connection_watch.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>

constexpr std::int64_t longest_frame = 1 << 20; // bytes

void produce(const Endpoint& endpoint, std::uint64_t count, int consumers)
{
    zmq::context_t context;
    const StopOnSignal stop{context};

    zmq::socket_t numbers{context, zmq::socket_type::push};
    numbers.set(zmq::sockopt::linger, 1000); // ms, when it is stopped
    numbers.set(zmq::sockopt::maxmsgsize, longest_frame);
    ConnectionWatch connections{numbers};
    numbers.bind(endpoint);
    announce(numbers);

    for (int n = 1; n <= consumers; ++n) {
        connections.wait_for_peer();
        fmt::print("Consumer {} of {} is there\n", n, consumers);
    }
    for (std::uint64_t num = 0; num < count; ++num)
        numbers.send(zmq::buffer(write_number(num)));
    numbers.set(zmq::sockopt::linger, -1); // all were sent: see them off
    fmt::print("Sent {} numbers\n", count);
}

int main(int argc, char** argv)
{
    Endpoint endpoint = "tcp://127.0.0.1:5557";
    int count = 12;
    int consumers = 0;

    Options options{"Deals the numbers from 0 to consumers (PUSH)."};
    options.add("--bind", endpoint, "Endpoint to listen on");
    options.add("--count", count, 1, most_numbers, "Numbers to send");
    options.add("--wait-for", consumers, 0, 1000,
                "Send only once this many consumers are connected");
    return run(options, argc, argv, [&] {
        produce(endpoint, static_cast<std::uint64_t>(count), consumers);
    });
}
