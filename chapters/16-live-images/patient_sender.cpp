// Sends pictures to a hub and waits for its reply to each. When none comes in
// time, it sends the same picture again, on a new socket.
//
//     patient_sender [--connect tcp://127.0.0.1:5555] [--name camera]
//                    [--source pattern] [--jpeg 80] [--interval 33]
//                    [--timeout 1000] [--count 0]

#include "frames_again.hpp"
#include "pace.hpp"

#include "chapters/15-image-streaming/camera.hpp"
#include "common/printable.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>
#include <zmq_addon.hpp>

struct Plan
{
    std::string name = "camera";
    std::string source = "pattern";
    int quality = 80;
    Endpoint hub = "tcp://127.0.0.1:5555";
    std::chrono::milliseconds interval{33};
    std::chrono::milliseconds timeout{1000};
    std::uint64_t count = 0;
};

zmq::socket_t connect(zmq::context_t& context, const Plan& plan)
{
    zmq::socket_t sender{context, zmq::socket_type::req};
    sender.set(zmq::sockopt::maxmsgsize, std::int64_t{1 << 20});
    sender.set(zmq::sockopt::linger, 0); // never wait for a lost hub
    if (plan.timeout.count() > 0)
        sender.set(zmq::sockopt::rcvtimeo,
                   static_cast<int>(plan.timeout.count()));
    sender.connect(plan.hub);
    return sender;
}

void send_all(const Plan& plan)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    zmq::socket_t idle{context, zmq::socket_type::pair}; // never read
    zmq::socket_t sender = connect(context, plan);
    Camera camera{plan.name, plan.source, plan.quality, idle};
    Pace pace{plan.interval};

    for (std::uint64_t n = 1; n <= plan.count || plan.count == 0; ++n) {
        auto image = camera.next();
        if (!image)
            return;
        frames_again(*image).send(sender);
        zmq::multipart_t reply;
        while (!reply.recv(sender)) {
            fmt::print("No reply to picture {} within {} ms: once more, on a "
                       "new socket\n",
                       n, plan.timeout.count());
            sender = connect(context, plan);
            frames_again(*image).send(sender);
        }
        if (n % 10 == 0)
            fmt::print("Sent {} pictures; the hub says {}\n", n,
                       printable(reply.peek(0)->to_string_view(), 40));
        pace.wait(idle);
    }
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Sends pictures to a hub, whatever becomes of it (REQ)."};
    options.add("--connect", plan.hub, "Hub to send to");
    options.add("--name", plan.name, "What the camera is called");
    options.add("--source", plan.source,
                "pattern, pattern:WIDTHxHEIGHT, a folder, or - for stdin");
    options.add("--jpeg", plan.quality, 0, 100, "Quality, 0 = raw");
    options.add("--interval", plan.interval, "Time between two pictures");
    options.add("--timeout", plan.timeout,
                "How long it waits for a reply, 0 = for ever");
    options.add("--count", plan.count, "Pictures to send, 0 = until stopped");
    return run(options, argc, argv, [&] { send_all(plan); });
}
