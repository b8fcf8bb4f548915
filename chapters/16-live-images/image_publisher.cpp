// Publishes pictures, as many a second as we say, for whoever looks.
//
//     image_publisher [--bind tcp://127.0.0.1:5555] [--name camera]
//                     [--source pattern] [--jpeg 90] [--interval 33]
//                     [--mark 1000] [--one-frame]          Ctrl-C stops it.

#include "chapters/15-image-streaming/camera.hpp"
#include "common/announce.hpp"
#include "common/pace.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>

struct Plan
{
    CameraPlan camera;
    Endpoint endpoint = "tcp://127.0.0.1:5555";
    std::chrono::milliseconds interval{33};
    int mark = 1000;
    bool one_frame = false;
};

// Header and body in one frame, with a zero byte between: JSON has none.
zmq::message_t packed(const zmq::multipart_t& image)
{
    const std::string header = image.peekstr(0);
    const Bytes body = bytes_of(*image.peek(1));
    zmq::message_t frame{header.size() + 1 + body.size()};
    char* end = std::copy(header.begin(), header.end(), frame.data<char>());
    *end++ = '\0';
    std::copy(body.begin(), body.end(), end);
    return frame;
}

void publish(const Plan& plan)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    zmq::socket_t publisher{context, zmq::socket_type::pub};
    publisher.set(zmq::sockopt::maxmsgsize, std::int64_t{1 << 20});
    publisher.set(zmq::sockopt::sndhwm, plan.mark);
    publisher.set(zmq::sockopt::linger, 0); // what is late is worth nothing
    Camera camera{plan.camera, publisher};
    publisher.bind(plan.endpoint);
    announce(publisher);

    Pace pace{plan.interval};
    std::uint64_t sent = 0;
    while (auto image = camera.next()) {
        if (plan.one_frame)
            publisher.send(packed(*image), zmq::send_flags::none);
        else
            image->send(publisher);
        if (++sent % 30 == 0)
            fmt::print("Sent {} pictures\n", sent);
        pace.wait(publisher);
    }
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Publishes pictures (PUB)."};
    options.add("--bind", plan.endpoint, "Endpoint to listen on");
    plan.camera.add_to(options);
    options.add("--interval", plan.interval, "Time between two pictures");
    options.add("--mark", plan.mark, 1, 1'000'000, "High-water mark");
    options.add("--one-frame", plan.one_frame, "Header and body in one frame");
    return run(options, argc, argv, [&] { publish(plan); });
}
