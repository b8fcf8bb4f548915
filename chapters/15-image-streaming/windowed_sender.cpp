// Sends pictures with several on their way at a time (DEALER), while a thread
// of its own makes the next one.
//
//     windowed_sender [--connect tcp://127.0.0.1:5555] [--name camera]
//                     [--source pattern] [--jpeg 90] [--count 0]
//                     [--window 4] [--timeout 1000]

#include "account.hpp"
#include "camera.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <future>
#include <utility>

struct Plan
{
    Endpoint hub = "tcp://127.0.0.1:5555";
    std::string name = "camera";
    std::string source = "pattern";
    int quality = 90;
    std::uint64_t count = 0;
    int window = 4;
    int timeout = 1000; // milliseconds
};

// Makes pictures until it may not hand on any more.
void make_pictures(const Plan& plan, zmq::socket_t& out)
{
    Camera camera{plan.name, plan.source, plan.quality, out};
    for (std::uint64_t n = 0; n < plan.count || plan.count == 0; ++n) {
        std::optional<zmq::multipart_t> image = camera.next();
        if (!image)
            return;
        (void)image->send(out);
    }
}

// The camera's thread. At the end, whichever it is, it sends an empty message.
void run_camera(zmq::context_t& context, const Plan& plan)
{
    zmq::socket_t out{context, zmq::socket_type::push};
    out.set(zmq::sockopt::sndhwm, 1);
    out.connect("inproc://pictures");
    try {
        make_pictures(plan, out);
    } catch (const std::exception&) {
        out.send(zmq::message_t{}, zmq::send_flags::none);
        throw;
    }
    out.send(zmq::message_t{}, zmq::send_flags::none);
}

void send(const Plan& plan, zmq::socket_t& pictures, zmq::socket_t& hub)
{
    Account account;
    std::uint64_t on_their_way = 0;
    zmq::multipart_t message;
    for (bool more = true; more || on_their_way > 0;) {
        if (more && on_their_way < static_cast<std::uint64_t>(plan.window)) {
            (void)message.recv(pictures);
            more = message.size() == 2;
            if (more) {
                account.sent(message.peek(1)->size());
                message.pushmem(nullptr, 0); // as a REQ does by itself
                (void)message.send(hub);
                ++on_their_way;
            }
        } else if (message.recv(hub)) {
            account.answered(message.back().to_string_view());
            on_their_way -= on_their_way > 0 ? 1 : 0;
        } else {
            account.lost(std::exchange(on_their_way, 0));
        }
    }
}

void stream(const Plan& plan)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    zmq::socket_t pictures{context, zmq::socket_type::pull};
    pictures.set(zmq::sockopt::rcvhwm, 1); // made ahead
    pictures.bind("inproc://pictures");
    zmq::socket_t hub{context, zmq::socket_type::dealer};
    hub.set(zmq::sockopt::maxmsgsize, std::int64_t{4096});
    hub.set(zmq::sockopt::linger, 0);
    hub.set(zmq::sockopt::sndhwm, plan.window);
    hub.set(zmq::sockopt::rcvtimeo, plan.timeout);
    hub.connect(plan.hub);
    auto camera =
        std::async(std::launch::async, [&] { run_camera(context, plan); });
    send(plan, pictures, hub);
    camera.get(); // throws what the camera threw
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Sends pictures, several at a time (DEALER)."};
    options.add("--connect", plan.hub, "Hub to send to");
    options.add("--name", plan.name, "What the camera is called");
    options.add("--source", plan.source, "pattern:640x480, a folder, or -");
    options.add("--jpeg", plan.quality, 0, 100, "Quality of JPEGs, 0 = raw");
    options.add("--count", plan.count, "Pictures to send, 0 = until stopped");
    options.add("--window", plan.window, 1, 1000, "How many at a time");
    options.add("--timeout", plan.timeout, 1, 3'600'000,
                "Milliseconds to wait for a reply");
    return run(options, argc, argv, [&] { stream(plan); });
}
