// Two publishers and one subscriber: what waits is taken in turn, so that the
// one that says a lot does not drown the one that says little.
//
//     fair_queue

#include "common/run.hpp"

#include <fmt/core.h>
#include <zmq.hpp>

#include <string>

// XPUB is a PUB that can also be told, by a message, who subscribes.
zmq::socket_t make_publisher(zmq::context_t& context, const char* endpoint)
{
    zmq::socket_t publisher{context, zmq::socket_type::xpub};
    publisher.bind(endpoint);
    return publisher;
}

void publish(zmq::socket_t& publisher, const char* name, int count)
{
    zmq::message_t subscription;
    (void)publisher.recv(subscription); // from here on nothing is lost
    for (int n = 1; n <= count; ++n)
        publisher.send(zmq::buffer(fmt::format("{} {}", name, n)));
    fmt::print("{} has sent {}\n", name, count);
}

void take_turns()
{
    zmq::context_t context;
    zmq::socket_t talkative = make_publisher(context, "inproc://talkative");
    zmq::socket_t quiet = make_publisher(context, "inproc://quiet");

    zmq::socket_t subscriber{context, zmq::socket_type::sub};
    subscriber.connect("inproc://talkative");
    subscriber.connect("inproc://quiet");
    subscriber.set(zmq::sockopt::subscribe, "");

    publish(talkative, "talkative", 6);
    publish(quiet, "quiet", 3);
    zmq::message_t message;
    while (subscriber.recv(message, zmq::recv_flags::dontwait))
        fmt::print("received: {}\n", message.to_string_view());
}

int main(int argc, char** argv)
{
    Options options{"Shows how one SUB takes from two publishers in turn."};
    return run(options, argc, argv, take_turns);
}
