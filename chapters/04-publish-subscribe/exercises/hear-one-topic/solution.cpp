// Prints the values of one topic: "10 21" is the value 21 of the topic 10.
//
//     hear-one-topic [--connect tcp://127.0.0.1:5556] [--topic 1]
//                                                          Ctrl-C stops it.

#include "common/numbers.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>

void hear(const Endpoint& publisher, int topic)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    zmq::socket_t subscriber{context, zmq::socket_type::sub};
    subscriber.set(zmq::sockopt::subscribe, fmt::format("{} ", topic));
    subscriber.connect(publisher);

    zmq::message_t message;
    while (subscriber.recv(message)) {
        const auto words = numbers(message.to_string_view());
        if (words.size() == 2)
            fmt::print("{}\n", words[1]);
        else
            fmt::print(stderr, "dropped what is no TOPIC VALUE\n");
    }
}

int main(int argc, char** argv)
{
    Endpoint publisher = "tcp://127.0.0.1:5556";
    int topic = 1;
    Options options{"Prints the values of one topic (SUB)."};
    options.add("--connect", publisher, "Publisher to listen to");
    options.add("--topic", topic, 0, 99999, "Topic to take values of");
    return run(options, argc, argv, [&] { hear(publisher, topic); });
}
