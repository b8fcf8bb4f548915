// Counts the subscriptions that a publisher hears of through a forwarder.
//
//     what-goes-up

#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>

#include <thread>

using enum zmq::socket_type;

zmq::socket_t connect(zmq::context_t& context, zmq::socket_type type,
                      const std::string& endpoint)
{
    zmq::socket_t socket{context, type};
    socket.connect(endpoint);
    return socket;
}

// How many messages the publisher hears, up to one that we send behind them.
int heard(zmq::socket_t& publisher, zmq::socket_t& last)
{
    static int round = 0;
    const std::string end = fmt::format("end {}", ++round);
    last.set(zmq::sockopt::subscribe, end);
    int count = 0;
    for (std::string topic; topic != end;) {
        zmq::message_t message; // a byte, 1 or 0, and the topic
        (void)publisher.recv(message);
        topic = message.to_string().substr(1);
        count += !topic.starts_with("end");
    }
    return count;
}

void forward(zmq::socket_t publishers, zmq::socket_t subscribers)
try {
    zmq::proxy(zmq::socket_ref{publishers}, zmq::socket_ref{subscribers});
} catch (const zmq::error_t&) { // ETERM: it is over
}

void play(zmq::context_t& context)
{
    zmq::socket_t below{context, xsub}, above{context, xpub};
    below.bind("inproc://publishers");
    above.bind("inproc://subscribers");
    const std::jthread forwarder{forward, std::move(below), std::move(above)};
    auto publisher = connect(context, xpub, "inproc://publishers");
    auto anna = connect(context, sub, "inproc://subscribers");
    auto bert = connect(context, sub, "inproc://subscribers");
    auto last = connect(context, sub, "inproc://subscribers");
    heard(publisher, last); // so all are connected

    anna.set(zmq::sockopt::subscribe, "9");
    bert.set(zmq::sockopt::subscribe, "9");
    fmt::print("9, twice: {}\n", heard(publisher, last));
    bert.set(zmq::sockopt::subscribe, "90");
    fmt::print("90: {}\n", heard(publisher, last));
    anna.set(zmq::sockopt::unsubscribe, "9");
    fmt::print("anna leaves 9: {}\n", heard(publisher, last));
    auto late = connect(context, xpub, "inproc://publishers");
    fmt::print("a late publisher: {}\n", heard(late, last));
    context.shutdown();
}

int main(int argc, char** argv)
{
    Options options{"Counts what a publisher hears through a forwarder."};
    return run(options, argc, argv, [] {
        zmq::context_t context;
        const StopOnSignal stop{context};
        play(context);
    });
}
