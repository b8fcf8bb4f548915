// Talks with a server: a PAIR socket receives a message, sends two, repeats.
//
//     pair_client [--connect tcp://127.0.0.1:5556] [--count 4]
//                 [--timeout 1000]

#include "common/enter.hpp"
#include "common/printable.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>
#include <zmq_addon.hpp>

struct Plan
{
    Endpoint endpoint = "tcp://127.0.0.1:5556"; // checked when it is parsed
    std::uint64_t count = 4;
    std::chrono::milliseconds timeout{0};
    bool step = false;
};

constexpr int for_ever = -1;

void receive(zmq::socket_t& client, const Plan& plan)
{
    zmq::multipart_t message;
    while (message.size() != 1) {
        if (!message.recv(client))
            throw std::runtime_error{fmt::format(
                "no message within {} ms: {} has no server, or one that is "
                "paired with somebody else",
                plan.timeout.count(), plan.endpoint.str())};
        if (message.size() != 1)
            fmt::print(stderr, "dropped a message of {} frames\n",
                       message.size());
    }
    fmt::print("Received: {}\n", printable(message.front().to_string_view()));
}

void talk(const Plan& plan)
{
    zmq::context_t context;
    const StopOnSignal stop{context}; // a signal makes recv() throw ETERM

    zmq::socket_t client{context, zmq::socket_type::pair};
    client.set(zmq::sockopt::linger, 1000); // ms, for a server that is lost
    client.set(zmq::sockopt::rcvtimeo,
               plan.timeout.count() > 0 ? static_cast<int>(plan.timeout.count())
                                        : for_ever);
    client.connect(plan.endpoint);
    fmt::print("connected to {}\n", plan.endpoint.str());

    for (std::uint64_t n = 1; n <= plan.count || plan.count == 0; ++n) {
        receive(client, plan);
        if (plan.step)
            wait_for_enter(client);
        client.send(zmq::str_buffer("client message to server1"));
        client.send(zmq::str_buffer("client message to server2"));
    }
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Talks with a server (PAIR)."};
    options.add("--connect", plan.endpoint, "Server to talk with");
    options.add("--count", plan.count, "Messages to take, 0 = until stopped");
    options.add("--timeout", plan.timeout,
                "Give up after this long without a message; 0 = never");
    options.add("--step", plan.step, "Wait for Enter before each answer");
    return run(options, argc, argv, [&] { talk(plan); });
}
