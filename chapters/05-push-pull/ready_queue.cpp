// Gives the next task to whoever is ready for it: each worker asks (REQ), and
// a ROUTER socket answers exactly that one. Compare ventilator, which deals.
//
//     ready_queue [--bind tcp://127.0.0.1:5557] [--count 8] [--work 100]
//                 [--connect-sink tcp://127.0.0.1:5558]

#include "messages.hpp"

#include "common/announce.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>
#include <zmq_addon.hpp>

constexpr std::int64_t longest_frame = 1 << 20; // bytes

struct Plan
{
    Endpoint endpoint = "tcp://127.0.0.1:5557";
    Endpoint sink = "tcp://127.0.0.1:5558";
    int count = 8;
    int work = 100; // milliseconds a task
};

// What a REQ worker sends arrives with its address and an empty frame before.
bool is_ready(const zmq::multipart_t& message)
{
    return message.size() == 3 && message.at(1).empty() &&
           message.at(2).to_string_view() == "ready";
}

void serve(const Plan& plan)
{
    zmq::context_t context;
    const StopOnSignal stop{context};

    zmq::socket_t workers{context, zmq::socket_type::router};
    zmq::socket_t sink{context, zmq::socket_type::push};
    workers.set(zmq::sockopt::linger, 1000);
    sink.set(zmq::sockopt::linger, 1000);
    sink.set(zmq::sockopt::immediate, true); // send waits for the sink
    workers.set(zmq::sockopt::maxmsgsize, longest_frame);
    workers.bind(plan.endpoint);
    sink.connect(plan.sink);
    announce(workers);

    const auto count = static_cast<std::uint64_t>(plan.count);
    sink.send(zmq::buffer(write_start(count)));

    zmq::multipart_t message;
    Dropped dropped;
    for (std::uint64_t num = 0; num < count && message.recv(workers);) {
        if (!is_ready(message)) {
            dropped.report(message);
            continue;
        }
        const auto work = static_cast<std::uint64_t>(plan.work);
        message.remove(); // "ready" goes; address and empty frame stay
        message.addstr(write_task({num++, work}));
        message.send(workers);
    }
    fmt::print("Sent {} tasks\n", count);
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Gives a task to each worker that is ready (ROUTER)."};
    options.add("--bind", plan.endpoint, "Endpoint to listen on");
    options.add("--connect-sink", plan.sink, "Sink to send the start message");
    options.add("--count", plan.count, 1, most_numbers, "Tasks to give");
    options.add("--work", plan.work, 0, longest_work,
                "Milliseconds of work a task");
    return run(options, argc, argv, [&] { serve(plan); });
}
