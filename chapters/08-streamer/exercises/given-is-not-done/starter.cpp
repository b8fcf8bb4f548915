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

#include <string>

void give(const Endpoint& endpoint, int count)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    zmq::socket_t giver{context, zmq::socket_type::rep};
    giver.bind(endpoint);
    announce(giver);

    int next = 1;
    zmq::multipart_t report;
    while (report.recv(giver)) {
        const bool is_left = next <= count;
        giver.send(zmq::buffer(is_left ? std::to_string(next) : std::string{}));
        next += is_left;
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
