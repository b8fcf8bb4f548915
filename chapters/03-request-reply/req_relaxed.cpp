// Asks again on the same socket, before the first reply is there. With
// REQ_RELAXED alone the late reply to the old question passes for the reply
// to the new one; with REQ_CORRELATE too it is recognised and dropped.
//
//     req_relaxed [--correlate]

#include "common/printable.hpp"
#include "common/run.hpp"

#include <fmt/core.h>
#include <zmq.hpp>

#include <string>

std::string receive(zmq::socket_t& socket, const char* who)
{
    zmq::message_t message;
    (void)socket.recv(message); // without a timeout it always has a value
    fmt::print("{}: {}\n", who, printable(message.to_string_view()));
    return message.to_string();
}

void ask_twice(bool correlate)
{
    zmq::context_t context;
    zmq::socket_t server{context, zmq::socket_type::rep};
    zmq::socket_t client{context, zmq::socket_type::req};
    client.set(zmq::sockopt::req_relaxed, true);
    client.set(zmq::sockopt::req_correlate, correlate);
    server.bind("inproc://questions");
    client.connect("inproc://questions");

    client.send(zmq::str_buffer("old question"));
    const std::string old = receive(server, "server received");
    client.send(zmq::str_buffer("new question")); // no EFSM: it is relaxed

    server.send(zmq::buffer("reply to " + old));
    const std::string latest = receive(server, "server received");
    server.send(zmq::buffer("reply to " + latest));
    receive(client, "the new question's reply, for the client");
}

int main(int argc, char** argv)
{
    bool correlate = false;
    Options options{"Asks again on the same REQ socket before a reply came."};
    options.add("--correlate", correlate,
                "Number the requests, and drop replies to older ones");
    return run(options, argc, argv, [&] { ask_twice(correlate); });
}
