// Sends pictures with several on their way at a time (DEALER), while a thread
// of its own makes the next one.
//
//     windowed_sender [--connect tcp://127.0.0.1:5555] [--name camera]
//                     [--source pattern] [--jpeg 90] [--count 0]
//                     [--window 4] [--timeout 1000]

#include "account.hpp"
#include "camera_thread.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <utility>

struct Plan
{
    Endpoint hub = "tcp://127.0.0.1:5555";
    CameraPlan camera;
    std::uint64_t count = 0;
    int window = 4;
    int timeout = 1000; // milliseconds
};

void send(int window, zmq::socket_t& pictures, zmq::socket_t& hub)
{
    Account account;
    int on_their_way = 0;
    zmq::multipart_t message;
    for (bool more = true; more || on_their_way > 0;) {
        if (more && on_their_way < window) {
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
            on_their_way = std::max(on_their_way - 1, 0);
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
    CameraThread camera{context, "inproc://pictures", plan.camera, plan.count};
    send(plan.window, pictures, hub);
    camera.finish();
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Sends pictures, several at a time (DEALER)."};
    options.add("--connect", plan.hub, "Hub to send to");
    plan.camera.add_to(options);
    options.add("--count", plan.count, "Pictures to send, 0 = until stopped");
    options.add("--window", plan.window, 1, 1000, "How many at a time");
    options.add("--timeout", plan.timeout, 1, 3'600'000,
                "Milliseconds to wait for a reply");
    return run(options, argc, argv, [&] { stream(plan); });
}
