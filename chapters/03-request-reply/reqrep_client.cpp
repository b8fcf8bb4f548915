// Says Hello to one or more servers in turn: a REQ socket sends a request,
// waits for its reply, repeats.
//
//     reqrep_client [--connect tcp://127.0.0.1:5556]... [--count 4]
//                   [--timeout 500]

#include "common/enter.hpp"
#include "common/printable.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>
#include <zmq_addon.hpp>

struct Plan
{
    std::vector<Endpoint> servers{"tcp://127.0.0.1:5556"};
    std::uint64_t count = 4;
    std::chrono::milliseconds timeout{0};
    bool immediate = false;
    bool step = false;
};

zmq::socket_t connect(zmq::context_t& context, const Plan& plan)
{
    zmq::socket_t client{context, zmq::socket_type::req};
    client.set(zmq::sockopt::linger, 0); // never wait for a lost server
    client.set(zmq::sockopt::immediate, plan.immediate); // before connect
    if (plan.timeout.count() > 0)
        client.set(zmq::sockopt::rcvtimeo,
                   static_cast<int>(plan.timeout.count()));
    for (const Endpoint& server : plan.servers)
        client.connect(server);
    return client;
}

void ask(const Plan& plan)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    zmq::socket_t client = connect(context, plan);

    for (std::uint64_t n = 1; n <= plan.count || plan.count == 0; ++n) {
        if (plan.step)
            wait_for_enter(client);
        fmt::print("Sending request {}: Hello\n", n);
        client.send(zmq::str_buffer("Hello"));

        zmq::multipart_t reply;
        while (!reply.recv(client)) {
            fmt::print("No reply within {} ms, asking on a new socket\n",
                       plan.timeout.count());
            client = connect(context, plan);
            client.send(zmq::str_buffer("Hello"));
        }
        fmt::print("Received reply {}: {}\n", n,
                   printable(reply.front().to_string_view()));
    }
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Says Hello to one or more servers in turn (REQ)."};
    options.add("--connect", plan.servers, "Server to ask; may be repeated");
    options.add("--count", plan.count, "Requests to send, 0 = until stopped");
    options.add("--timeout", plan.timeout,
                "Wait this long for a reply, then ask again on a new socket; "
                "0 = for ever");
    options.add("--immediate", plan.immediate,
                "Ask only servers that are there");
    options.add("--step", plan.step, "Wait for Enter before each request");
    return run(options, argc, argv, [&] { ask(plan); });
}
