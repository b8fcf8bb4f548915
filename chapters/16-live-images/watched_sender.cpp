// Sends pictures to a hub and waits for its reply to each, with a call that
// knows no timeout. A watchdog shuts its context down when none comes in time,
// and a new context goes on with the same picture.
//
//     watched_sender [--connect tcp://127.0.0.1:5555] [--name camera]
//                    [--source pattern] [--jpeg 90] [--interval 33]
//                    [--patience 1000] [--count 0]

#include "film.hpp"
#include "watchdog.hpp"

#include "common/pace.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq_addon.hpp>

struct Plan
{
    CameraPlan camera;
    Endpoint hub = "tcp://127.0.0.1:5555";
    std::chrono::milliseconds interval{33}, patience{1000};
    std::uint64_t count = 0;
};

// Sends pictures and waits for each reply, for ever if need be.
void send(const Plan& plan, Film& film, zmq::socket_t& idle)
{
    zmq::context_t context;
    zmq::socket_t sender{context, zmq::socket_type::req};
    sender.set(zmq::sockopt::maxmsgsize, std::int64_t{1 << 20});
    sender.set(zmq::sockopt::linger, 0);
    sender.connect(plan.hub);
    Watchdog watchdog{context, plan.patience};
    for (Pace pace{plan.interval}; film.goes_on(); pace.wait(idle)) {
        film.again().send(sender);
        zmq::multipart_t reply;
        (void)reply.recv(sender);
        watchdog.feed();
        film.has_arrived();
    }
}

void send_all(const Plan& plan)
{
    if (plan.patience <= plan.interval)
        throw UsageError{"--patience: must be longer than --interval"};
    zmq::context_t context; // out of the watchdog's reach
    const StopOnSignal stop{context};
    zmq::socket_t idle{context, zmq::socket_type::pair}; // never read
    Film film{plan.camera, plan.count, idle};
    while (film.goes_on())
        try {
            send(plan, film, idle);
        } catch (const zmq::error_t& error) {
            if (error.num() != ETERM)
                throw;
            pause(idle, {}); // throws if it was a signal that has come
            fmt::print("No reply for {} ms: the watchdog barks\n",
                       plan.patience.count());
        }
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Sends pictures to a hub under a watchdog's eye (REQ)."};
    options.add("--connect", plan.hub, "Hub to send to");
    plan.camera.add_to(options);
    options.add("--interval", plan.interval, "Time between two pictures");
    options.add("--patience", plan.patience, "The watchdog's");
    options.add("--count", plan.count, "Pictures to send, 0 = until stopped");
    return run(options, argc, argv, [&] { send_all(plan); });
}
