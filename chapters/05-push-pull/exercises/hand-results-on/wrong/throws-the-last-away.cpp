// Takes numbers, and hands their doubles on, until the text "stop" comes.
//
//     hand-results-on [--connect tcp://127.0.0.1:5557]
//                     [--connect-sink tcp://127.0.0.1:5558]

#include "common/numbers.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>

void work(const Endpoint& source, const Endpoint& sink)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    zmq::socket_t tasks{context, zmq::socket_type::pull};
    zmq::socket_t results{context, zmq::socket_type::push};
    results.set(zmq::sockopt::linger, 0);
    results.connect(sink);
    tasks.connect(source);

    zmq::message_t task;
    while (tasks.recv(task) && task.to_string_view() != "stop") {
        const auto found = numbers(task.to_string_view());
        if (found.size() != 1) {
            fmt::print(stderr, "dropped what is no number\n");
            continue;
        }
        const auto doubled = std::int64_t{2} * found.front();
        results.send(zmq::buffer(fmt::format("{}", doubled)));
    }
}

int main(int argc, char** argv)
{
    Endpoint source = "tcp://127.0.0.1:5557";
    Endpoint sink = "tcp://127.0.0.1:5558";
    Options options{"Hands the doubles of numbers on (PULL and PUSH)."};
    options.add("--connect", source, "Where numbers come from");
    options.add("--connect-sink", sink, "Where their doubles go");
    return run(options, argc, argv, [&] { work(source, sink); });
}
