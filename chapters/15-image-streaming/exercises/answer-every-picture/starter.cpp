// Takes pictures as imageZMQ sends them, and answers each with OK.
//
//     answer-every-picture [--bind tcp://127.0.0.1:5555]   Ctrl-C stops it.

#include "common/announce.hpp"
#include "common/numbers.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/format.h>
#include <zmq.hpp>
#include <zmq_addon.hpp>

#include <numeric>

// The numbers between [ and ] of a header; none where there are none.
std::vector<int> shape_of(const std::string& header)
{
    const std::size_t begin = header.find('[') + 1;
    std::string sides = header.substr(begin, header.find(']') - begin);
    std::erase(sides, ',');
    return numbers(sides);
}

// The mean of so many pixels.
double mean_of(const std::uint8_t* pixels, std::size_t count)
{
    const double sum = std::accumulate(pixels, pixels + count, 0.0);
    return sum / static_cast<double>(count);
}

void serve(const Endpoint& endpoint)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    zmq::socket_t hub{context, zmq::socket_type::rep};
    hub.bind(endpoint);
    announce(hub);

    zmq::message_t header;
    while (hub.recv(header)) {
        const std::vector<int> sides = shape_of(header.to_string());
        // Take the pixels, and print their mean.
        fmt::print("picture: {}, mean ?\n", fmt::join(sides, " x "));
        hub.send(zmq::str_buffer("OK"));
    }
}

int main(int argc, char** argv)
{
    Endpoint endpoint = "tcp://127.0.0.1:5555";
    Options options{"Answers each picture with OK (REP)."};
    options.add("--bind", endpoint, "Endpoint to listen on");
    return run(options, argc, argv, [&] { serve(endpoint); });
}
