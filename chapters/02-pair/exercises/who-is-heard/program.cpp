// One PAIR listens, two connect, and each of them sends two messages.
//
//     who-is-heard

#include "common/run.hpp"

#include <fmt/core.h>
#include <zmq.hpp>

// What is received next; "none" when nothing is.
std::string next(zmq::socket_t& listener)
{
    zmq::message_t message;
    return listener.recv(message) ? message.to_string() : "none";
}

// Connects, and counts that.
zmq::socket_t connect(zmq::context_t& context, const std::string& endpoint,
                      int& connected)
{
    zmq::socket_t socket{context, zmq::socket_type::pair};
    socket.set(zmq::sockopt::linger, 0);
    socket.connect(endpoint);
    ++connected;
    return socket;
}

void talk()
{
    zmq::context_t context;
    zmq::socket_t listener{context, zmq::socket_type::pair};
    listener.set(zmq::sockopt::rcvtimeo, 1200);
    listener.bind("tcp://127.0.0.1:*");
    const auto endpoint = listener.get(zmq::sockopt::last_endpoint);

    int connected = 0;
    zmq::socket_t anna = connect(context, endpoint, connected);
    anna.send(zmq::str_buffer("anna"));
    const std::string first = next(listener); // so she is there
    zmq::socket_t bert = connect(context, endpoint, connected);
    bert.send(zmq::str_buffer("bert"));
    anna.send(zmq::str_buffer("anna"));

    fmt::print("first: {}\n", first);
    fmt::print("second: {}\n", next(listener));
    fmt::print("connected: {}\n", connected);
}

int main(int argc, char** argv)
{
    Options options{"Two partners for one PAIR."};
    return run(options, argc, argv, talk);
}
