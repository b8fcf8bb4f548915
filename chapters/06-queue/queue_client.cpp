// Says who it is, and hears which server greeted it: a REQ socket, connected
// to a queue as it would be to a server.
//
//     queue_client [--connect tcp://127.0.0.1:5559] [--id 1] [--count 3]

#include "common/printable.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>
#include <zmq_addon.hpp>

struct Plan
{
    Endpoint queue = "tcp://127.0.0.1:5559";
    std::uint64_t id = 1;
    std::uint64_t count = 3;
};

void ask(const Plan& plan)
{
    zmq::context_t context;
    const StopOnSignal stop{context};

    zmq::socket_t client{context, zmq::socket_type::req};
    client.set(zmq::sockopt::maxmsgsize, std::int64_t{1 << 20});
    client.set(zmq::sockopt::linger, 0);
    client.connect(plan.queue);

    for (std::uint64_t n = 1; n <= plan.count || plan.count == 0; ++n) {
        client.send(zmq::buffer(fmt::format("Hello from {}", plan.id)));
        zmq::multipart_t reply;
        (void)reply.recv(client); // without a timeout it always has a value
        fmt::print("Received reply {}: {}\n", n,
                   printable(reply.front().to_string_view()));
    }
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Says Hello to whichever server a queue chooses (REQ)."};
    options.add("--connect", plan.queue, "Queue to ask");
    options.add("--id", plan.id, "Number that it gives in its requests");
    options.add("--count", plan.count, "Requests to send, 0 = until stopped");
    return run(options, argc, argv, [&] { ask(plan); });
}
