// Subscribes and unsubscribes, and counts what gets through.
//
//     what-gets-through

#include "common/run.hpp"

#include <fmt/core.h>
#include <zmq.hpp>

#include <string>

// Waits until the publisher knows of so many changes.
void settle(zmq::socket_t& publisher, int changes)
{
    zmq::message_t change;
    for (int i = 0; i < changes; ++i)
        (void)publisher.recv(change);
}

// How many of the three messages come; "end" comes always, and is the last.
int count(zmq::socket_t& publisher, zmq::socket_t& subscriber)
{
    for (const std::string text : {"1 a", "10 b", "2 c", "end"})
        publisher.send(zmq::buffer(text));
    int came = 0;
    zmq::message_t message;
    while (subscriber.recv(message) && message.to_string_view() != "end")
        ++came;
    return came;
}

void play()
{
    zmq::context_t context;
    zmq::socket_t publisher{context, zmq::socket_type::xpub};
    zmq::socket_t subscriber{context, zmq::socket_type::sub};
    publisher.set(zmq::sockopt::xpub_verboser, 1); // tell of each change
    publisher.bind("inproc://news");
    subscriber.set(zmq::sockopt::subscribe, "end");
    subscriber.connect("inproc://news");

    subscriber.set(zmq::sockopt::subscribe, "1");
    subscriber.set(zmq::sockopt::subscribe, "1");
    settle(publisher, 3);
    fmt::print("first: {}\n", count(publisher, subscriber));

    subscriber.set(zmq::sockopt::unsubscribe, "1"); // one is left
    fmt::print("second: {}\n", count(publisher, subscriber));

    subscriber.set(zmq::sockopt::unsubscribe, "1");
    subscriber.set(zmq::sockopt::subscribe, "");
    settle(publisher, 2);
    fmt::print("third: {}\n", count(publisher, subscriber));
}

int main(int argc, char** argv)
{
    Options options{"Counts what gets through to a subscriber."};
    return run(options, argc, argv, play);
}
