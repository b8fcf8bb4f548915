// Breaks the rhythm of REQ and REP in three ways. libzmq answers each with the
// same error, EFSM: it does not block, and nothing is sent.
//
//     req_out_of_step

#include "common/run.hpp"

#include <fmt/core.h>
#include <zmq.hpp>

#include <cerrno>

// Tries to send, and prints what libzmq says.
void try_to_send(zmq::socket_t& socket, const char* what)
{
    try {
        socket.send(zmq::str_buffer("out of step"));
        fmt::print("{}: sent\n", what);
    } catch (const zmq::error_t& error) {
        fmt::print("{}: {}{}\n", what, error.what(),
                   error.num() == EFSM ? " (EFSM)" : "");
    }
}

void break_the_rhythm()
{
    zmq::context_t context;
    zmq::socket_t server{context, zmq::socket_type::rep};
    zmq::socket_t client{context, zmq::socket_type::req};
    server.bind("inproc://greetings");
    client.connect("inproc://greetings");

    client.send(zmq::str_buffer("Hello, "), zmq::send_flags::sndmore);
    client.send(zmq::str_buffer("you"));
    try_to_send(client, "REQ sends again before the reply");

    zmq::message_t frame;
    (void)server.recv(frame); // "Hello, "; one frame is still to be read
    try_to_send(server, "REP replies after the first of two frames");

    (void)server.recv(frame);
    try_to_send(server, "REP replies after the last frame");
    try_to_send(server, "REP replies a second time");

    (void)client.recv(frame);
    try_to_send(client, "REQ sends after the reply");
}

int main(int argc, char** argv)
{
    Options options{"Breaks the rhythm of REQ and REP, and shows the error."};
    return run(options, argc, argv, break_the_rhythm);
}
