// Sends what a hub should refuse, and gets an answer all the same (REQ).
//
//     bad_sender [--connect tcp://127.0.0.1:5555] [--rounds 1]

#include "common/pictures/jpeg.hpp"
#include "common/pictures/test_pattern.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq_addon.hpp>

using Frames = std::vector<std::string>;

// A good JPEG of that many pixels each way, as text.
std::string jpeg(int side)
{
    BufferPool pool;
    const Picture picture = TestPattern{{side, side, 3, 1}}.draw(0, {}, pool);
    const Buffer made = JpegEncoder{}.encode(picture, 80, pool);
    return {made.data(), made.data() + made.size()};
}

// The same with 65535 as its height and width, in its start-of-frame marker.
std::string boastful_jpeg()
{
    std::string bytes = jpeg(64);
    return bytes.replace(bytes.find("\xff\xc0") + 5, 4, "\xff\xff\xff\xff");
}

std::vector<Frames> bad_messages()
{
    const std::string shape = R"({"msg":"liar","dtype":"uint8","shape":)";
    return {
        {"a single frame"},
        {R"({"msg":"liar"})", jpeg(64), "and one more"},
        {"{", "no JSON"},
        {R"({"dtype":"uint8","shape":[1,1]})", "x"},
        {R"({"msg":"liar","dtype":"float64","shape":[1,1]})", "8 bytes."},
        {shape + "[480,640,3]}", "fewer pixels than that"},
        {shape + "[-1,-1]}", "x"},
        {shape + "[4294967296,4294967296,4]}", ""},
        {shape + "[1000000,1000000]}", ""},
        {shape + std::string(2000, '['), ""},
        {R"({"msg":"liar"})", "this is no JPEG"},
        {R"({"msg":"liar"})", jpeg(64).substr(0, 600)},
        {R"({"msg":"liar"})", boastful_jpeg()},
    };
}

void send(const Endpoint& endpoint, std::uint64_t rounds)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    zmq::socket_t hub{context, zmq::socket_type::req};
    hub.set(zmq::sockopt::linger, 0);
    hub.connect(endpoint);

    const std::vector<Frames> messages = bad_messages();
    std::uint64_t answers = 0;
    for (std::uint64_t n = 0; n < rounds || rounds == 0; ++n)
        for (const Frames& frames : messages) {
            zmq::multipart_t message;
            for (const std::string& frame : frames)
                message.addstr(frame);
            (void)message.send(hub);
            answers += message.recv(hub) ? 1 : 0;
        }
    fmt::print("Sent {} bad messages, got {} answers\n",
               rounds * messages.size(), answers);
}

int main(int argc, char** argv)
{
    Endpoint hub = "tcp://127.0.0.1:5555";
    std::uint64_t rounds = 1;
    Options options{"Sends what a hub should refuse (REQ)."};
    options.add("--connect", hub, "Hub to annoy");
    options.add("--rounds", rounds, "How often each, 0 = until stopped");
    return run(options, argc, argv, [&] { send(hub, rounds); });
}
