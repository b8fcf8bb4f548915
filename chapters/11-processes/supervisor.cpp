// Keeps servers alive: starts each in a process of its own, and starts one
// that was killed again, after a pause that doubles from death to death.
//
//     supervisor [--bind tcp://127.0.0.1:5550]... [--crash-after 3]
//                [--pause 100] [--longest 2000]            Ctrl-C stops it.

#include "lives.hpp"

#include "common/announce.hpp"
#include "common/children.hpp"
#include "common/pause.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>
#include <zmq_addon.hpp>

#include <map>

struct Plan
{
    std::vector<Endpoint> servers{"tcp://127.0.0.1:5550"};
    std::uint64_t crash_after = 0;
    Pauses pauses;
};

void serve(const Life& life, std::uint64_t crash_after)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    zmq::socket_t server{context, zmq::socket_type::rep};
    server.set(zmq::sockopt::maxmsgsize, std::int64_t{1 << 20});
    server.set(zmq::sockopt::linger, 0);
    pause(server, life.pause); // here, so that the supervisor never waits
    server.bind(life.endpoint);
    announce(server);
    zmq::multipart_t request;
    for (std::uint64_t n = 1; request.recv(server); ++n) {
        if (n == crash_after)
            std::raise(SIGKILL); // a bug, or the kernel short of memory
        server.send(
            zmq::buffer(fmt::format("World from {}", life.endpoint.port())));
    }
}

// Whether all went well. In a child it returns too, when it is stopped.
bool supervise(Plan& plan)
{
    Children children;
    std::map<pid_t, Life> running;
    std::vector<Life> to_start{plan.servers.begin(), plan.servers.end()};
    while (true) {
        for (const Life& life : to_start) {
            const pid_t child = children.fork(life.name());
            if (child == 0) {
                plan.servers = {life.endpoint}; // for the text of an error
                serve(life, plan.crash_after);
                return true;
            }
            running.emplace(child, life);
        }
        to_start.clear();
        const auto ended = children.wait();
        if (!ended)
            return true; // stopped, or nobody is left
        const Life life = running.extract(ended->pid).mapped();
        if (ended->status > 128) // by a signal
            to_start.push_back(plan.pauses.after(life));
        else if (ended->status != 0) // it cannot work, and has said why
            return false;
    }
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Starts servers that were killed again."};
    options.add("--bind", plan.servers, "Server to start; may be repeated");
    options.add("--crash-after", plan.crash_after, "Requests, 0 = never");
    options.add("--pause", plan.pauses.first, "Before the first new start");
    options.add("--longest", plan.pauses.longest, "Pauses double up to this");
    return run(options, argc, argv, [&] {
        if (!supervise(plan))
            std::exit(EXIT_FAILURE); // the child has said why
    });
}
