// Receives pictures of any number of cameras, answers each with OK (REP), and
// shows them in a browser if asked.
//
//     image_hub [--bind tcp://127.0.0.1:5555] [--count 0] [--overlap]
//               [--save FOLDER] [--sheet FILE.jpg] [--view 127.0.0.1:8088]
//               [--stale 1000] [--gone 5000]               Ctrl-C stops it.

#include "common/announce.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"
#include "contact_sheet.hpp"
#include "desk_thread.hpp"
#include "hub_report.hpp"
#include "viewer.hpp"

struct Plan
{
    Endpoint endpoint = "tcp://127.0.0.1:5555";
    std::uint64_t count = 0;
    bool overlap = false;
    std::string folder, sheet, view;
    Cameras::Limits limits;
};

zmq::socket_t listen(zmq::context_t& context, const Endpoint& endpoint)
{
    zmq::socket_t hub{context, zmq::socket_type::rep};
    hub.set(zmq::sockopt::maxmsgsize, std::int64_t{largest_picture});
    hub.set(zmq::sockopt::rcvhwm, 2);    // pictures of a camera that may wait
    hub.set(zmq::sockopt::linger, 1000); // for the last reply
    hub.bind(endpoint);
    announce(hub);
    return hub;
}

// Gives each message, good or bad, to a desk, and answers. If that is a
// DeskThread, the camera is at its next picture before this one is decoded.
void serve(const Plan& plan, zmq::socket_t& hub, auto& desk)
{
    zmq::multipart_t message;
    for (std::uint64_t n = 0; n < plan.count || plan.count == 0; ++n) {
        (void)message.recv(hub);
        desk.take(message);
        hub.send(zmq::str_buffer("OK"));
    }
}

void run_hub(const Plan& plan)
{
    Cameras cameras{plan.limits};
    const HubReport report{cameras}; // printed at the end
    Desk desk{cameras, plan.folder};
    zmq::context_t context;
    const StopOnSignal stop{context};
    const auto viewer = Viewer::start(plan.view, cameras);
    zmq::socket_t hub = listen(context, plan.endpoint);
    try {
        if (plan.overlap) {
            DeskThread thread{context, desk};
            serve(plan, hub, thread);
        } else {
            serve(plan, hub, desk);
        }
    } catch (const zmq::error_t& error) {
        if (error.num() != ETERM)
            throw;
    }
    save_contact_sheet(plan.sheet, cameras);
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Receives the pictures of any number of cameras (REP)."};
    options.add("--bind", plan.endpoint, "Where cameras connect");
    options.add("--count", plan.count, "Pictures to take, 0 = until stopped");
    options.add("--overlap", plan.overlap, "Decode in a thread of its own");
    options.add("--save", plan.folder, "Where to keep each camera's newest");
    options.add("--sheet", plan.sheet, "JPEG of all cameras, made at the end");
    options.add("--view", plan.view, "HOST:PORT of a page that shows them");
    options.add("--stale", plan.limits.stale, "Silence that is worth a word");
    options.add("--gone", plan.limits.gone, "Silence that means it is gone");
    return run(options, argc, argv, [&] { run_hub(plan); });
}
