// Gives tasks to workers that ask for them: none is lost when a worker dies.
//
//     given-is-not-done [--bind tcp://127.0.0.1:5559] [--count 3]
//                                                          Ctrl-C stops it.

#include "common/announce.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>
#include <zmq_addon.hpp>

#include <deque>
#include <numeric>
#include <string>

void give(const Endpoint& endpoint, int count)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    zmq::socket_t giver{context, zmq::socket_type::rep};
    giver.bind(endpoint);
    announce(giver);

    std::deque<int> left(static_cast<std::size_t>(count)); // not done yet
    std::iota(left.begin(), left.end(), 1);
    zmq::multipart_t report;
    while (report.recv(giver)) {
        const std::string done = report.peekstr(0); // a number, or nothing
        const auto is_done = std::erase_if(
            left, [&](int task) { return done == std::to_string(task); });
        if (is_done && left.empty())
            fmt::print("all {} are done\n", count);
        std::string next;
        if (!left.empty()) {
            next = std::to_string(left.front());
            left.push_back(left.front()); // its turn comes again
            left.pop_front();
        }
        giver.send(zmq::buffer(next));
    }
}

int main(int argc, char** argv)
{
    Endpoint endpoint = "tcp://127.0.0.1:5559";
    int count = 3;
    Options options{"Gives tasks until all of them are done (REP)."};
    options.add("--bind", endpoint, "Endpoint to listen on");
    options.add("--count", count, 1, 10000, "Tasks: 1 to this");
    return run(options, argc, argv, [&] { give(endpoint, count); });
}
