// Counts replies without a request, and requests without a reply, from what a
// monitored queue publishes: "in" or "out", then the frames of the message.
//
//     who-waits [--connect tcp://127.0.0.1:5562]           Ctrl-C stops it.

#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>
#include <zmq_addon.hpp>

void watch(const Endpoint& queue)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    zmq::socket_t monitor{context, zmq::socket_type::sub};
    monitor.set(zmq::sockopt::subscribe, "in");
    monitor.set(zmq::sockopt::subscribe, "out");
    monitor.connect(queue);

    zmq::multipart_t seen;
    while (seen.recv(monitor)) {
        if (seen.size() < 2) {
            fmt::print(stderr, "dropped what is no message of a queue\n");
            continue;
        }
        // Count, and say for how many replies the client waits.
    }
}

int main(int argc, char** argv)
{
    Endpoint queue = "tcp://127.0.0.1:5562";
    Options options{"Says who waits for how many replies (SUB)."};
    options.add("--connect", queue, "Monitor socket of the queue");
    return run(options, argc, argv, [&] { watch(queue); });
}
