// Asks a server that may be killed at any time: after a timeout it asks again.
//
//     ask-again [--connect tcp://127.0.0.1:5556] [--timeout 300] [--tries 3]

#include "common/printable.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>

#include <stdexcept>

struct Plan
{
    Endpoint server = "tcp://127.0.0.1:5556";
    std::chrono::milliseconds timeout{300};
    std::uint64_t tries = 3;
};

void ask(const Plan& plan)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    for (; plan.tries > 0;) {
        zmq::socket_t client{context, zmq::socket_type::req};
        client.set(zmq::sockopt::linger, 0);
        client.set(zmq::sockopt::rcvtimeo,
                   static_cast<int>(plan.timeout.count()));
        client.connect(plan.server);
        client.send(zmq::str_buffer("What time is it?"));
        zmq::message_t reply;
        if (client.recv(reply)) {
            fmt::print("Reply: {}\n", printable(reply.to_string_view()));
            return;
        }
    }
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Asks, and asks again when no reply comes (REQ)."};
    options.add("--connect", plan.server, "Server to ask");
    options.add("--timeout", plan.timeout, "Longest wait for a reply");
    options.add("--tries", plan.tries, "How often to ask");
    return run(options, argc, argv, [&] { ask(plan); });
}
