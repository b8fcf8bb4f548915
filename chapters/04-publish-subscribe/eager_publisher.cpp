// Publishes 1, 2, 3… from the moment it listens, without a look at who is
// there. A subscriber misses what was sent before it had joined.
//
//     eager_publisher [--bind tcp://127.0.0.1:5556] [--interval 1]
//                                                          Ctrl-C stops it.

#include "common/announce.hpp"
#include "common/pause.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>

constexpr std::int64_t longest_frame = 1 << 20; // bytes

void publish(const Endpoint& endpoint, std::chrono::milliseconds interval)
{
    zmq::context_t context;
    const StopOnSignal stop{context};

    zmq::socket_t publisher{context, zmq::socket_type::pub};
    publisher.set(zmq::sockopt::maxmsgsize, longest_frame);
    publisher.set(zmq::sockopt::linger, 0);
    publisher.bind(endpoint);
    announce(publisher);

    for (int n = 1;; ++n) {
        publisher.send(zmq::buffer(std::to_string(n)));
        if (n % 100 == 0)
            fmt::print("Sent 1 to {}\n", n);
        pause(publisher, interval);
    }
}

int main(int argc, char** argv)
{
    Endpoint endpoint = "tcp://127.0.0.1:5556";
    std::chrono::milliseconds interval{1};

    Options options{"Publishes 1, 2, 3... without waiting for anybody (PUB)."};
    options.add("--bind", endpoint, "Endpoint to listen on");
    options.add("--interval", interval, "Time between two numbers");
    return run(options, argc, argv, [&] { publish(endpoint, interval); });
}
