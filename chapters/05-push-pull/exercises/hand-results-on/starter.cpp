// Takes numbers, and hands their doubles on, until the text "stop" comes.
//
//     hand-results-on [--connect tcp://127.0.0.1:5557]
//                     [--connect-sink tcp://127.0.0.1:5558]

#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <zmq.hpp>

void work(const Endpoint& source, const Endpoint& sink)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    // Take tasks from the source, and send their doubles to the sink.
    (void)source;
    (void)sink;
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
