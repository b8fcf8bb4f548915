// Counts what it gets of the numbers 1, 2, 3… and says what was lost.
//
//     counting_subscriber [--connect tcp://127.0.0.1:5556] [--until 500]
//                         [--ask] [--connect-start tcp://127.0.0.1:5546]

#include "common/numbers.hpp"
#include "common/printable.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>
#include <zmq_addon.hpp>

constexpr std::int64_t longest_frame = 1 << 20; // bytes

struct Plan
{
    Endpoint publisher = "tcp://127.0.0.1:5556";
    Endpoint start = "tcp://127.0.0.1:5546";
    bool ask = false;
    int until = 500;
};

// Waits for a hello, which proves that we hear the publisher, and says so.
void ask_for_start(zmq::context_t& context, zmq::socket_t& subscriber,
                   const Endpoint& endpoint)
{
    zmq::multipart_t message;
    (void)message.recv(subscriber);
    zmq::socket_t start{context, zmq::socket_type::req};
    start.set(zmq::sockopt::maxmsgsize, longest_frame);
    start.set(zmq::sockopt::linger, 0);
    start.connect(endpoint);
    start.send(zmq::str_buffer("ready"));
    (void)message.recv(start);
    fmt::print("heard the publisher, and said so\n");
}

// Receives until the last number or a later one; says how many were lost.
void count(zmq::socket_t& subscriber, int until)
{
    int received = 0, latest = 0, dropped = 0;
    zmq::multipart_t message;
    while (latest < until) {
        (void)message.recv(subscriber);
        const std::string text = message.peek(0)->to_string();
        const auto words = numbers(text);
        if (message.size() == 1 && text == "hello")
            continue; // for somebody who joins later
        if (message.size() != 1 || words.size() != 1 || words[0] <= latest) {
            fmt::print(stderr, "Dropped {}, no next number: {}\n", ++dropped,
                       printable(text));
            continue;
        }
        if (latest == 0)
            fmt::print("The first number here is {}\n", words[0]);
        latest = words[0];
        received += latest <= until;
    }
    fmt::print("Received {} of {}, lost {}\n", received, until,
               until - received);
}

void subscribe(const Plan& plan)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    zmq::socket_t subscriber{context, zmq::socket_type::sub};
    subscriber.set(zmq::sockopt::maxmsgsize, longest_frame);
    subscriber.set(zmq::sockopt::subscribe, "");
    subscriber.connect(plan.publisher);
    fmt::print("subscribed to all numbers\n");

    if (plan.ask)
        ask_for_start(context, subscriber, plan.start);
    count(subscriber, plan.until);
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Counts the numbers it gets, and those it misses (SUB)."};
    options.add("--connect", plan.publisher, "Publisher of numbers");
    options.add("--until", plan.until, 1, 1000000000,
                "Last number to wait for");
    options.add("--ask", plan.ask, "Ask for the start first (REQ)");
    options.add("--connect-start", plan.start, "Whom to ask for the start");
    return run(options, argc, argv, [&] { subscribe(plan); });
}
