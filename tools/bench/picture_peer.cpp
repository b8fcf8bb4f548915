// One end of a stream of pictures, for run/bench images: the same as
// picture_peer.py, which says more about it, and ways that are faster.
//
//     picture_peer {send|receive|code} --scene FILE [--width 640] [--height
//     480]
//                  [--connect ENDPOINT] [--quality 95] [--publish]
//                  [--shared] [--window 4] [--threads 2] [--count 200]
//                  [--warmup 20]

#include "tools/bench/picture_peer.hpp"
#include "common/announce.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fstream>
#include <stdexcept>

Film::Film(const Part& part) : size{part.shape.bytes()}
{
    std::ifstream file{part.scene, std::ios::binary | std::ios::ate};
    pixels.resize(file ? static_cast<std::size_t>(file.tellg()) : 0);
    file.seekg(0);
    file.read(reinterpret_cast<char*>(pixels.data()),
              static_cast<std::streamsize>(pixels.size()));
    count = pixels.size() / size;
    if (count == 0)
        throw std::runtime_error{part.scene + ": no pictures of that size"};
}

zmq::socket_t opened(zmq::context_t& context, zmq::socket_type type,
                     const Part& part)
{
    zmq::socket_t socket{context, type};
    socket.set(zmq::sockopt::linger, 0);
    if (type == zmq::socket_type::sub)
        socket.set(zmq::sockopt::subscribe, "");
    for (const Endpoint& endpoint : part.connect)
        socket.connect(endpoint);
    if (part.connect.empty()) {
        socket.bind("tcp://127.0.0.1:*");
        announce(socket);
    }
    return socket;
}

int main(int argc, char** argv)
{
    std::string role;
    Part part;
    Options options{"One end of a stream of pictures, to measure it."};
    options.add("role", role, "send, receive, or code (alone)");
    options.add("--scene", part.scene, "File of raw pictures");
    options.add("--width", part.shape.width, 1, longest_side, "Pixels");
    options.add("--height", part.shape.height, 1, longest_side, "Pixels");
    options.add("--connect", part.connect, "Where to connect; none: listen");
    options.add("--quality", part.quality, 0, 100, "Of JPEGs; 0: raw");
    options.add("--publish", part.publish, "PUB and SUB, not REQ and REP");
    options.add("--shared", part.shared, "Raw, through shared memory");
    options.add("--window", part.window, 1, 16, "Pictures on their way");
    options.add("--threads", part.threads, 1, 16, "That encode or decode");
    options.add("--count", part.count, 1, 1'000'000, "Pictures to measure");
    options.add("--warmup", part.warmup, 1, 1000, "Pictures before that");
    return run(options, argc, argv, [&] {
        zmq::context_t context;
        const StopOnSignal stop{context};
        if (role == "send")
            send_pictures(context, part);
        else if (role == "receive")
            receive_pictures(context, part);
        else if (role == "code")
            code_pictures(part);
        else
            throw UsageError{"the role is send, receive or code"};
    });
}
