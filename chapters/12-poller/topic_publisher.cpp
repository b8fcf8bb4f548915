// Publishes on topics 8 and 9 in turn, for whoever listens: "9 server#5558".
//
//     topic_publisher [--bind tcp://127.0.0.1:5558] [--interval 200]
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

    const Endpoint address{publisher.get(zmq::sockopt::last_endpoint)};
    for (int topic = 8;; topic = 17 - topic) {
        const std::string update =
            fmt::format("{} server#{}", topic, address.port());
        publisher.send(zmq::buffer(update));
        fmt::print("Published: {}\n", update);
        pause(publisher, interval);
    }
}

int main(int argc, char** argv)
{
    Endpoint endpoint = "tcp://127.0.0.1:5558";
    std::chrono::milliseconds interval{200};
    Options options{"Publishes on topics 8 and 9 in turn (PUB)."};
    options.add("--bind", endpoint, "Endpoint to listen on");
    options.add("--interval", interval, "Time between two updates");
    return run(options, argc, argv, [&] { publish(endpoint, interval); });
}
