// A client of two servers, of which only one is there, asks twice.
//
//     deal-or-ask

#include "common/run.hpp"

#include <fmt/core.h>
#include <zmq.hpp>

// Asks; the server, if the request came to it, replies. True with a reply.
bool ask(zmq::socket_t& client, zmq::socket_t& server, int& came)
{
    client.send(zmq::str_buffer("Hello"));
    zmq::message_t message;
    if (server.recv(message)) {
        ++came;
        server.send(zmq::str_buffer("World"));
    }
    return client.recv(message).has_value();
}

void ask_two()
{
    zmq::context_t context;
    zmq::socket_t server{context, zmq::socket_type::rep};
    zmq::socket_t client{context, zmq::socket_type::req};
    server.set(zmq::sockopt::rcvtimeo, 500);
    client.set(zmq::sockopt::rcvtimeo, 500);
    client.set(zmq::sockopt::linger, 0);
    server.bind("inproc://there");
    client.connect("inproc://there");
    client.connect("tcp://127.0.0.1:9"); // nobody listens there

    int came = 0;
    ask(client, server, came);
    const bool replied = ask(client, server, came);
    fmt::print("came: {}\nsecond reply: {}\n", came, replied ? "yes" : "no");
    try {
        client.send(zmq::str_buffer("Hello"));
        fmt::print("third: sends\n");
    } catch (const zmq::error_t& error) {
        fmt::print("third: {}\n", error.num() == EFSM ? "EFSM" : "another");
    }
}

int main(int argc, char** argv)
{
    Options options{"Asks two servers, of which one is there."};
    return run(options, argc, argv, ask_two);
}
