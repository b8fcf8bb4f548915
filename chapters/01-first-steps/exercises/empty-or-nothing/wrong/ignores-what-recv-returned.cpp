// Counts the messages that come, and ends when none came for a while.
//
//     empty-or-nothing [--bind tcp://127.0.0.1:5557] [--patience 500]

#include "common/announce.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>

void count(const Endpoint& endpoint, std::chrono::milliseconds patience)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    zmq::socket_t receiver{context, zmq::socket_type::pull};
    receiver.set(zmq::sockopt::rcvtimeo, static_cast<int>(patience.count()));
    receiver.bind(endpoint);
    announce(receiver);

    int messages = 0;
    zmq::message_t message;
    do {
        (void)receiver.recv(message);
        ++messages;
    } while (messages < 4);
    fmt::print("{} messages\n", messages);
}

int main(int argc, char** argv)
{
    Endpoint endpoint = "tcp://127.0.0.1:5557";
    std::chrono::milliseconds patience{500};
    Options options{"Counts the messages that come (PULL)."};
    options.add("--bind", endpoint, "Endpoint to listen on");
    options.add("--patience", patience, "Ends when none came for so long");
    return run(options, argc, argv, [&] { count(endpoint, patience); });
}
