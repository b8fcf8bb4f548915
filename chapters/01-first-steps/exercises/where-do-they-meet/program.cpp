// Two sockets in two contexts: the message arrives by one road, or by both.
//
//     where-do-they-meet

#include "common/run.hpp"

#include <fmt/core.h>
#include <zmq.hpp>

// The size of what arrives; -1 when nothing does.
int send_over(const std::string& endpoint)
{
    zmq::context_t here, there;
    zmq::socket_t receiver{here, zmq::socket_type::pull};
    zmq::socket_t sender{there, zmq::socket_type::push};
    receiver.set(zmq::sockopt::rcvtimeo, 1200);
    sender.set(zmq::sockopt::linger, 0);

    receiver.bind(endpoint);
    sender.connect(receiver.get(zmq::sockopt::last_endpoint));
    sender.send(zmq::str_buffer("tea"), zmq::send_flags::dontwait);

    zmq::message_t message;
    const auto size = receiver.recv(message);
    return size ? static_cast<int>(*size) : -1;
}

void compare()
{
    const int tcp = send_over("tcp://127.0.0.1:*");
    const int inproc = send_over("inproc://tea");
    fmt::print("over tcp: {}\n", tcp >= 0 ? "yes" : "no");
    fmt::print("over inproc: {}\n", inproc >= 0 ? "yes" : "no");
    fmt::print("bytes: {}\n", tcp);
}

int main(int argc, char** argv)
{
    Options options{"Sends between two contexts."};
    return run(options, argc, argv, compare);
}
