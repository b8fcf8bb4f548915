// Sends the pictures of a camera, or of several, to a hub and waits for its
// reply before the next one (REQ).
//
//     image_sender [--connect tcp://127.0.0.1:5555] [--name NAME]...
//                  [--source pattern]... [--jpeg 90] [--count 0]
//                  [--interval 33] [--timeout 1000]
//     ffmpeg -i video.mp4 -f mjpeg - | image_sender --source -

#include "account.hpp"
#include "camera.hpp"
#include "common/pace.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

struct Plan
{
    Endpoint hub = "tcp://127.0.0.1:5555";
    std::vector<std::string> names{"camera"}, sources{"pattern"};
    int quality = 90;
    std::uint64_t count = 0;
    std::chrono::milliseconds interval{33};
    int timeout = 1000; // milliseconds
};

zmq::socket_t connect(zmq::context_t& context, const Plan& plan)
{
    zmq::socket_t hub{context, zmq::socket_type::req};
    hub.set(zmq::sockopt::maxmsgsize, std::int64_t{4096}); // of a reply
    hub.set(zmq::sockopt::linger, 0);
    hub.set(zmq::sockopt::sndhwm, 1); // keep one for a hub that is to come
    hub.set(zmq::sockopt::rcvtimeo, plan.timeout);
    // A hub that dies takes a picture with it. Its reply is not waited for,
    // and not mistaken for that of the next picture if it comes after all.
    hub.set(zmq::sockopt::req_relaxed, true);
    hub.set(zmq::sockopt::req_correlate, true);
    hub.connect(plan.hub);
    return hub;
}

// Whether the source goes on.
bool send_next(Camera& camera, zmq::socket_t& hub, Account& account)
{
    std::optional<zmq::multipart_t> image = camera.next();
    if (!image)
        return false;
    account.sent(image->peek(1)->size());
    (void)image->send(hub); // waits, if one lies there already
    zmq::multipart_t reply;
    if (reply.recv(hub))
        account.answered(reply.peek(0)->to_string_view());
    else
        account.lost();
    return true;
}

void send(const Plan& plan)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    zmq::socket_t hub = connect(context, plan);
    std::vector<Camera> cameras;
    for (const std::string& name : plan.names) {
        const auto source = std::min(cameras.size(), plan.sources.size() - 1);
        cameras.emplace_back(
            CameraPlan{name, plan.sources[source], plan.quality}, hub);
    }
    Account account; // says at the end what was sent
    Pace pace{plan.interval};
    for (std::uint64_t n = 0; n < plan.count || plan.count == 0; ++n) {
        for (Camera& camera : cameras)
            if (!send_next(camera, hub, account))
                return;
        pace.wait(hub);
    }
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Sends pictures to a hub, one after the other (REQ)."};
    options.add("--connect", plan.hub, "Hub to send to");
    options.add("--name", plan.names, "What a camera is called");
    options.add("--source", plan.sources, "pattern:640x480, a folder, or -");
    options.add("--jpeg", plan.quality, 0, 100, "Quality of JPEGs, 0 = raw");
    options.add("--count", plan.count, "Pictures to send, 0 = until stopped");
    options.add("--interval", plan.interval, "Time between two pictures");
    options.add("--timeout", plan.timeout, 1, 3'600'000, "Of a reply, in ms");
    return run(options, argc, argv, [&] { send(plan); });
}
