// Sends pictures to a hub and waits for its reply to each, with a call that
// knows no timeout. A watchdog shuts its context down when none comes in time,
// and a new context goes on with the same picture.
//
//     watched_sender [--connect tcp://127.0.0.1:5555] [--name camera]
//                    [--source pattern] [--jpeg 80] [--interval 33]
//                    [--patience 1000] [--count 0]

#include "frames_again.hpp"
#include "pace.hpp"
#include "watchdog.hpp"

#include "chapters/15-image-streaming/camera.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq_addon.hpp>

struct Plan
{
    std::string name = "camera";
    std::string source = "pattern";
    int quality = 80;
    Endpoint hub = "tcp://127.0.0.1:5555";
    std::chrono::milliseconds interval{33};
    std::chrono::milliseconds patience{1000};
    std::uint64_t count = 0;
};

// Sends one picture and waits for the reply, for ever if need be.
void send_and_wait(zmq::socket_t& sender, zmq::multipart_t& image)
{
    frames_again(image).send(sender);
    zmq::multipart_t reply;
    (void)reply.recv(sender);
}

// Where the work is.
struct Progress
{
    Camera camera;
    Pace pace;
    zmq::socket_t& idle; // never read
    std::uint64_t count; // pictures to send
    std::optional<zmq::multipart_t> image = camera.next();
    std::uint64_t sent = 0;

    void next()
    {
        if (++sent % 10 == 0)
            fmt::print("Sent {} pictures\n", sent);
        pace.wait(idle);
        image = sent == count ? std::nullopt : camera.next();
    }
};

// Returns at the end of the work, or when the watchdog has barked.
void send_until_it_barks(const Plan& plan, Progress& progress)
{
    zmq::context_t context;
    zmq::socket_t sender{context, zmq::socket_type::req};
    sender.set(zmq::sockopt::maxmsgsize, std::int64_t{1 << 20});
    sender.set(zmq::sockopt::linger, 0);
    sender.connect(plan.hub);
    Watchdog watchdog{context, plan.patience};
    while (progress.image) {
        try {
            send_and_wait(sender, *progress.image);
        } catch (const zmq::error_t& error) {
            if (error.num() != ETERM)
                throw;
            const auto silence = plan.patience.count();
            fmt::print("No reply for {} ms: the watchdog barks\n", silence);
            return;
        }
        watchdog.feed();
        progress.next();
    }
}

void send_all(const Plan& plan)
{
    if (plan.patience <= plan.interval)
        throw UsageError{"--patience: must be longer than --interval"};
    zmq::context_t context; // out of the watchdog's reach
    const StopOnSignal stop{context};
    zmq::socket_t idle{context, zmq::socket_type::pair};
    Camera camera{plan.name, plan.source, plan.quality, idle};
    Progress progress{std::move(camera), Pace{plan.interval}, idle, plan.count};
    while (progress.image) {
        pause(idle, {}); // throws when a signal has come
        send_until_it_barks(plan, progress);
    }
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Sends pictures to a hub under a watchdog's eye (REQ)."};
    options.add("--connect", plan.hub, "Hub to send to");
    options.add("--name", plan.name, "What the camera is called");
    options.add("--source", plan.source,
                "pattern, pattern:WIDTHxHEIGHT, a folder, or - for stdin");
    options.add("--jpeg", plan.quality, 0, 100, "Quality, 0 = raw");
    options.add("--interval", plan.interval, "Time between two pictures");
    options.add("--patience", plan.patience, "The watchdog's");
    options.add("--count", plan.count, "Pictures to send, 0 = until stopped");
    return run(options, argc, argv, [&] { send_all(plan); });
}
