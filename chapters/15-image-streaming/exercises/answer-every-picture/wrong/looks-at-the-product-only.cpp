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

// Whether these are the sides of a picture of so many bytes.
bool fits(const std::vector<int>& sides, std::size_t bytes)
{
    return sides.size() == 3 &&
           sides[0] * sides[1] * sides[2] == static_cast<int>(bytes);
}

void look_at(const zmq::multipart_t& picture)
{
    const std::vector<int> sides = shape_of(picture[0].to_string());
    if (picture.size() != 2 || !fits(sides, picture[1].size())) {
        fmt::print(stderr, "Dropped: not a picture\n");
        return;
    }
    fmt::print("picture: {}, mean {:.1f}\n", fmt::join(sides, " x "),
               mean_of(picture[1].data<std::uint8_t>(), picture[1].size()));
}

void serve(const Endpoint& endpoint)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    zmq::socket_t hub{context, zmq::socket_type::rep};
    hub.bind(endpoint);
    announce(hub);

    zmq::multipart_t picture;
    while (picture.recv(hub)) {
        look_at(picture);
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
