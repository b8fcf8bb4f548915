// Sends pictures to a hub and waits for its reply to each. When none comes in
// time, it sends the same picture again, on a new socket.
//
//     patient_sender [--connect tcp://127.0.0.1:5555] [--name camera]
//                    [--source pattern] [--jpeg 90] [--interval 33]
//                    [--timeout 1000] [--count 0]

#include "film.hpp"

#include "common/pace.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>
#include <zmq_addon.hpp>

struct Plan
{
    CameraPlan camera;
    Endpoint hub = "tcp://127.0.0.1:5555";
    std::chrono::milliseconds interval{33}, timeout{1000};
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
    Film film{plan.camera, plan.count, idle};

    for (Pace pace{plan.interval}; film.goes_on(); pace.wait(idle)) {
        film.again().send(sender);
        zmq::multipart_t reply;
        while (!reply.recv(sender)) {
            fmt::print("No reply to picture {} within {} ms: once more, on a "
                       "new socket\n",
                       film.number(), plan.timeout.count());
            sender = connect(context, plan);
            film.again().send(sender);
        }
        film.has_arrived();
    }
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Sends pictures to a hub, whatever becomes of it (REQ)."};
    options.add("--connect", plan.hub, "Hub to send to");
    plan.camera.add_to(options);
    options.add("--interval", plan.interval, "Time between two pictures");
    options.add("--timeout", plan.timeout,
                "How long it waits for a reply, 0 = for ever");
    options.add("--count", plan.count, "Pictures to send, 0 = until stopped");
    return run(options, argc, argv, [&] { send_all(plan); });
}
