// Publishes with nobody there. A PUB says that every message was sent, and
// keeps none; a PUSH, which is made to keep what it takes, refuses the first.
//
//     nobody_listens

#include "common/run.hpp"

#include <fmt/core.h>
#include <zmq.hpp>

// Tries to send 1 to 1000, and says how many were taken.
void send_thousand(zmq::socket_t& socket, const char* name)
{
    int taken = 0;
    for (int n = 1; n <= 1000; ++n)
        if (socket.send(zmq::buffer(std::to_string(n)),
                        zmq::send_flags::dontwait))
            ++taken;
    fmt::print("{}: {} of 1000 were taken\n", name, taken);
}

void publish_to_nobody()
{
    zmq::context_t context;
    zmq::socket_t publisher{context, zmq::socket_type::xpub}; // PUB that hears
    zmq::socket_t pusher{context, zmq::socket_type::push};
    publisher.bind("inproc://news");
    pusher.bind("inproc://tasks");
    send_thousand(publisher, "PUB, nobody there");
    send_thousand(pusher, "PUSH, nobody there");

    zmq::socket_t subscriber{context, zmq::socket_type::sub};
    subscriber.connect("inproc://news");
    subscriber.set(zmq::sockopt::subscribe, "");
    zmq::message_t message;
    (void)publisher.recv(message); // the subscription is here
    publisher.send(zmq::str_buffer("1001"));
    (void)subscriber.recv(message);
    fmt::print("the first that a subscriber gets: {}\n",
               message.to_string_view());
}

int main(int argc, char** argv)
{
    Options options{"Publishes with nobody there, and says what is kept."};
    return run(options, argc, argv, publish_to_nobody);
}
