// Shows when a PUSH socket cannot send: nobody is there, or those who are have
// as much as they may hold. Then it waits; told not to wait, it says so.
//
//     push_blocks

#include "common/run.hpp"

#include <fmt/core.h>
#include <zmq.hpp>

// Sends without waiting until libzmq says EAGAIN: the result has no value.
int send_many(zmq::socket_t& socket)
{
    int sent = 0;
    while (sent < 1000 && // it will not be that many
           socket.send(zmq::str_buffer("task"), zmq::send_flags::dontwait))
        ++sent;
    return sent;
}

void send_and_wait(zmq::socket_t& socket)
{
    const auto sent = socket.send(zmq::str_buffer("task"));
    fmt::print("One more, waiting for 100 ms: {}\n", sent ? "sent" : "EAGAIN");
}

void fill()
{
    zmq::context_t context;
    zmq::socket_t pull{context, zmq::socket_type::pull};
    pull.set(zmq::sockopt::rcvhwm, 10);
    pull.bind("inproc://tasks");

    zmq::socket_t push{context, zmq::socket_type::push};
    push.set(zmq::sockopt::sndhwm, 10);
    push.set(zmq::sockopt::sndtimeo, 100); // instead of waiting for ever
    push.set(zmq::sockopt::linger, 0);
    fmt::print("Without a peer it takes {} messages\n", send_many(push));
    send_and_wait(push);

    push.connect("inproc://tasks");
    fmt::print("With marks of 10 and 10 it takes {}\n", send_many(push));
    send_and_wait(push);

    zmq::message_t message;
    for (int n = 0; n < 20; ++n)
        (void)pull.recv(message);
    fmt::print("The peer has read them all\n");
    send_and_wait(push);
}

int main(int argc, char** argv)
{
    Options options{"Fills a PUSH socket until it cannot take any more."};
    return run(options, argc, argv, fill);
}
