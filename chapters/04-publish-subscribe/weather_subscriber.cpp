// Follows the weather of one or more places, from one or more stations: a SUB
// socket may have many subscriptions and many connections.
//
//     weather_subscriber [--connect tcp://127.0.0.1:5556]...
//                        [--zip 10001]... [--count 10]

#include "common/numbers.hpp"
#include "common/printable.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>
#include <zmq_addon.hpp>

#include <algorithm>
#include <map>

constexpr std::int64_t longest_frame = 1 << 20; // bytes

struct Weather
{
    double updates = 0, temperature = 0, humidity = 0; // the latter two: sums
};
using Places = std::map<std::string, Weather>; // by zip code

// Counts an update in; false when it is no "ZIP TEMPERATURE HUMIDITY".
bool note(const zmq::multipart_t& update, Places& places)
{
    const std::string text = update.peek(0)->to_string();
    const auto place = places.find(text.substr(0, 5));
    const auto words = numbers(text);
    if (update.size() != 1 || words.size() != 3 || place == places.end() ||
        words[1] < -100 || words[1] > 100 || words[2] < 0 || words[2] > 100)
        return false;
    place->second.updates += 1;
    place->second.temperature += words[1];
    place->second.humidity += words[2];
    return true;
}

zmq::socket_t subscribe(zmq::context_t& context, const Places& places)
{
    zmq::socket_t subscriber{context, zmq::socket_type::sub};
    subscriber.set(zmq::sockopt::maxmsgsize, longest_frame);
    for (const auto& [zip, weather] : places) {
        subscriber.set(zmq::sockopt::subscribe, zip + " ");
        fmt::print("subscribed to {}\n", zip);
    }
    return subscriber;
}

void follow(const std::vector<Endpoint>& stations, Places places, int count)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    zmq::socket_t subscriber = subscribe(context, places);
    for (const Endpoint& station : stations)
        subscriber.connect(station);

    const auto wants_more = [count](const auto& place) {
        return place.second.updates < count;
    };
    int dropped = 0;
    zmq::multipart_t update;
    while (std::any_of(places.begin(), places.end(), wants_more)) {
        (void)update.recv(subscriber);
        if (!note(update, places))
            fmt::print(stderr, "Dropped {}, no weather: {}\n", ++dropped,
                       printable(update.peek(0)->to_string_view()));
    }
    for (const auto& [zip, weather] : places)
        fmt::print("{}: {} updates, mean {:.1f} °C, humidity {:.1f} %\n", zip,
                   weather.updates, weather.temperature / weather.updates,
                   weather.humidity / weather.updates);
}

int main(int argc, char** argv)
{
    std::vector<Endpoint> stations{"tcp://127.0.0.1:5556"};
    std::vector<std::string> zips{"10001"};
    int count = 10;

    Options options{"Says the mean weather of some places (SUB)."};
    options.add("--connect", stations, "Station; may be repeated");
    options.add("--zip", zips, "Zip code to follow; may be repeated");
    options.add("--count", count, 1, 1000000, "Updates to take of each place");
    return run(options, argc, argv, [&] {
        Places places;
        for (const std::string& zip : zips) {
            if (zip.size() != 5 || numbers(zip).empty())
                throw UsageError{"'" + zip + "' is not five digits"};
            places[zip];
        }
        follow(stations, places, count);
    });
}
