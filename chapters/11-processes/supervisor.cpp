// Keeps servers alive: starts each in a process of its own, and starts one
// that was killed again, after a pause that doubles from death to death.
//
//     supervisor [--bind tcp://127.0.0.1:5550]... [--crash-after 3]
//                [--pause 100] [--longest 2000]            Ctrl-C stops it.

#include "common/announce.hpp"
#include "common/children.hpp"
#include "common/pause.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>
#include <zmq_addon.hpp>

#include <map>

using Clock = std::chrono::steady_clock;
constexpr std::int64_t longest_frame = 1 << 20; // bytes

struct Plan
{
    std::vector<Endpoint> servers{"tcp://127.0.0.1:5550"};
    std::uint64_t crash_after = 0;
    std::chrono::milliseconds pause{100}, longest{2000};
};

struct Server
{
    Endpoint endpoint;
    std::chrono::milliseconds pause; // before it starts
    Clock::time_point forked = Clock::now();
};

void serve(const Server& self, std::uint64_t crash_after)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    zmq::socket_t server{context, zmq::socket_type::rep};
    server.set(zmq::sockopt::maxmsgsize, longest_frame);
    server.set(zmq::sockopt::linger, 0);
    pause(server, self.pause); // here, so that the supervisor never waits
    server.bind(self.endpoint);
    announce(server);
    zmq::multipart_t request;
    for (std::uint64_t n = 1; request.recv(server); ++n) {
        if (n == crash_after)
            std::raise(SIGKILL); // a bug, or the kernel short of memory
        server.send(
            zmq::buffer("World from " + std::string{self.endpoint.port()}));
    }
}

// The same server after a longer pause, a short one after a long life.
Server next_life(const Server& killed, const Plan& plan)
{
    const auto lived = Clock::now() - killed.forked - killed.pause;
    const auto pause =
        lived >= plan.longest
            ? plan.pause
            : std::min(std::max(plan.pause, killed.pause * 2), plan.longest);
    fmt::print("{} was killed, starts again in {} ms\n", killed.endpoint.str(),
               pause.count());
    return {killed.endpoint, pause};
}

// Whether all went well. In a child it returns too, when it is stopped.
bool supervise(Plan& plan)
{
    Children children;
    std::map<pid_t, Server> running;
    std::vector<Server> to_start;
    for (const Endpoint& endpoint : plan.servers)
        to_start.push_back({endpoint, {}});
    while (true) {
        for (const Server& server : to_start) {
            const pid_t child = children.fork();
            if (child == 0) {
                plan.servers = {server.endpoint}; // for the text of an error
                serve(server, plan.crash_after);
                return true;
            }
            running.emplace(child, server);
        }
        to_start.clear();
        const auto ended = children.wait();
        if (!ended)
            return true; // stopped, or nobody is left
        const Server server = running.extract(ended->pid).mapped();
        if (ended->status > 128) // by a signal
            to_start.push_back(next_life(server, plan));
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
    options.add("--pause", plan.pause, "Before the first new start");
    options.add("--longest", plan.longest, "Pauses double up to this");
    return run(options, argc, argv, [&] {
        if (!supervise(plan))
            std::exit(EXIT_FAILURE); // the child has said why
    });
}
