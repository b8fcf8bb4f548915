// Says Hello through a queue. With a name, it tells the queue's ROUTER what
// to call it, and the monitor shows that.
//
//     monitored_client [--connect tcp://127.0.0.1:5559] [--name anna]
//                      [--count 3]

#include "common/printable.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>
#include <zmq_addon.hpp>

struct Plan
{
    Endpoint queue = "tcp://127.0.0.1:5559";
    std::string name;
    std::uint64_t count = 3;
};

void ask(const Plan& plan)
{
    constexpr std::size_t longest_name = 255; // of a routing id
    if (plan.name.size() > longest_name)
        throw UsageError{"--name: at most 255 bytes"};
    zmq::context_t context;
    const StopOnSignal stop{context};

    zmq::socket_t client{context, zmq::socket_type::req};
    client.set(zmq::sockopt::maxmsgsize, std::int64_t{1 << 20});
    client.set(zmq::sockopt::linger, 0);
    if (!plan.name.empty())
        client.set(zmq::sockopt::routing_id, plan.name); // before connect
    client.connect(plan.queue);

    for (std::uint64_t n = 1; n <= plan.count || plan.count == 0; ++n) {
        client.send(zmq::buffer(fmt::format("Hello {}", n)));
        zmq::multipart_t reply;
        (void)reply.recv(client);
        fmt::print("Received reply {}: {}\n", n,
                   printable(reply.peek(0)->to_string_view()));
    }
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Says Hello through a queue (REQ)."};
    options.add("--connect", plan.queue, "Queue to ask");
    options.add("--name", plan.name, "What the queue shall call it");
    options.add("--count", plan.count, "Requests to send, 0 = until stopped");
    return run(options, argc, argv, [&] { ask(plan); });
}
