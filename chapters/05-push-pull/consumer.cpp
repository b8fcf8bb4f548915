// Takes numbers and passes the even ones on, with its own id: PULL in, PUSH
// out.
//
//     consumer [--id 1] [--connect tcp://127.0.0.1:5557]
//              [--connect-collector tcp://127.0.0.1:5558]   Ctrl-C stops it.

#include "messages.hpp"

#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>
#include <zmq_addon.hpp>

#include <random>

struct Plan
{
    Endpoint producer = "tcp://127.0.0.1:5557";
    Endpoint collector = "tcp://127.0.0.1:5558";
    int id = 0;
};

std::uint64_t own_id(int chosen)
{
    std::random_device chance;
    return chosen != 0 ? static_cast<std::uint64_t>(chosen)
                       : std::uniform_int_distribution<std::uint64_t>{
                             1, 10'005}(chance);
}

void consume(const Plan& plan)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    const std::uint64_t id = own_id(plan.id);

    zmq::socket_t numbers{context, zmq::socket_type::pull};
    zmq::socket_t results{context, zmq::socket_type::push};
    results.set(zmq::sockopt::linger, 1000);
    results.connect(plan.collector);
    numbers.connect(plan.producer);
    fmt::print("I am consumer {}, connected to {}\n", id, plan.producer.str());

    zmq::multipart_t message;
    Dropped dropped;
    while (message.recv(numbers)) {
        const auto num = read_number(message);
        if (!num) {
            dropped.report(message);
            continue;
        }
        const bool even = *num % 2 == 0;
        fmt::print("Received {}{}\n", *num, even ? ", passed on" : "");
        if (even)
            results.send(zmq::buffer(write_result({id, *num})));
    }
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Passes even numbers on, with its id (PULL and PUSH)."};
    options.add("--connect", plan.producer, "Producer to take numbers from");
    options.add("--connect-collector", plan.collector,
                "Collector of the results");
    options.add("--id", plan.id, 0, highest_id,
                "Its name in the results; 0 = any from 1 to 10005");
    return run(options, argc, argv, [&] { consume(plan); });
}
