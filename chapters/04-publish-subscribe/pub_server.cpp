// Publishes numbers on six topics, for whoever listens: a PUB socket sends
// "TOPIC VALUE", waits a moment, repeats. It never knows who receives.
//
//     pub_server [--bind tcp://127.0.0.1:5556] [--interval 5]
//                                                          Ctrl-C stops it.

#include "common/announce.hpp"
#include "common/pause.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>

#include <random>

constexpr std::int64_t longest_frame = 1 << 20; // bytes

void publish(const Endpoint& endpoint, std::chrono::milliseconds interval)
{
    zmq::context_t context;
    const StopOnSignal stop{context}; // a signal makes send() throw ETERM

    zmq::socket_t publisher{context, zmq::socket_type::pub};
    publisher.set(zmq::sockopt::maxmsgsize, longest_frame);
    publisher.set(zmq::sockopt::linger, 0); // what is late is worth nothing
    publisher.bind(endpoint);
    announce(publisher);

    std::mt19937 random{std::random_device{}()};
    std::uniform_int_distribution topic{9999, 10004};
    std::uniform_int_distribution value{-80, 134};
    while (true) {
        publisher.send(
            zmq::buffer(fmt::format("{} {}", topic(random), value(random))));
        pause(publisher, interval);
    }
}

int main(int argc, char** argv)
{
    Endpoint endpoint = "tcp://127.0.0.1:5556";
    std::chrono::milliseconds interval{5};

    Options options{"Publishes \"TOPIC VALUE\" on topics 9999 to 10004 (PUB)."};
    options.add("--bind", endpoint, "Endpoint to listen on");
    options.add("--interval", interval, "Time between two messages");
    return run(options, argc, argv, [&] { publish(endpoint, interval); });
}
