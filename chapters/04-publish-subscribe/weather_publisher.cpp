// A weather station for some places: a PUB socket sends one update for each of
// its zip codes, "ZIP TEMPERATURE HUMIDITY", waits a moment, repeats.
//
//     weather_publisher [--bind tcp://127.0.0.1:5556] [--first-zip 10001]
//                       [--last-zip 10010] [--interval 20]  Ctrl-C stops it.

#include "common/announce.hpp"
#include "common/pause.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>

#include <random>

constexpr std::int64_t longest_frame = 1 << 20; // bytes

struct Plan
{
    Endpoint endpoint = "tcp://127.0.0.1:5556";
    int first_zip = 10001;
    int last_zip = 10010;
    std::chrono::milliseconds interval{20};
};

void publish(const Plan& plan)
{
    zmq::context_t context;
    const StopOnSignal stop{context};

    zmq::socket_t publisher{context, zmq::socket_type::pub};
    publisher.set(zmq::sockopt::maxmsgsize, longest_frame);
    publisher.set(zmq::sockopt::linger, 0);
    publisher.bind(plan.endpoint);
    announce(publisher);

    std::mt19937 random{std::random_device{}()};
    std::uniform_int_distribution temperature{-20, 40}; // degrees Celsius
    std::uniform_int_distribution humidity{10, 60};     // per cent
    while (true) {
        for (int zip = plan.first_zip; zip <= plan.last_zip; ++zip)
            publisher.send(zmq::buffer(fmt::format(
                "{:05} {} {}", zip, temperature(random), humidity(random))));
        pause(publisher, plan.interval);
    }
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Publishes the weather of some places (PUB)."};
    options.add("--bind", plan.endpoint, "Endpoint to listen on");
    options.add("--first-zip", plan.first_zip, 0, 99999, "First zip code");
    options.add("--last-zip", plan.last_zip, 0, 99999, "Last zip code");
    options.add("--interval", plan.interval, "Time between two rounds");
    return run(options, argc, argv, [&] { publish(plan); });
}
