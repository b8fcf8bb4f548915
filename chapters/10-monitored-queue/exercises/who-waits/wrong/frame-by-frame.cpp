// Counts replies without a request, and requests without a reply, from what a
// monitored queue publishes: "in" or "out", then the frames of the message.
//
//     who-waits [--connect tcp://127.0.0.1:5562]           Ctrl-C stops it.

#include "common/printable.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>
#include <zmq_addon.hpp>

#include <map>

void watch(const Endpoint& queue)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    zmq::socket_t monitor{context, zmq::socket_type::sub};
    monitor.set(zmq::sockopt::subscribe, "in");
    monitor.set(zmq::sockopt::subscribe, "out");
    monitor.connect(queue);

    std::map<std::string, int> waiting; // requests by client
    zmq::message_t prefix, frame;
    while (monitor.recv(prefix) && monitor.recv(frame)) {
        const std::string client = frame.to_string();
        waiting[client] += prefix.to_string_view() == "in" ? 1 : -1;
        fmt::print("{} waits for {}\n", printable(client), waiting[client]);
    }
}

int main(int argc, char** argv)
{
    Endpoint queue = "tcp://127.0.0.1:5562";
    Options options{"Says who waits for how many replies (SUB)."};
    options.add("--connect", queue, "Monitor socket of the queue");
    return run(options, argc, argv, [&] { watch(queue); });
}
