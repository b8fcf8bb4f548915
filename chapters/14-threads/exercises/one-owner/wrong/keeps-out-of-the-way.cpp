// Takes part in a talk: one thread sends the lines that are typed, the other
// prints what the room says. It ends when "bye" was typed, and the room says
// it too.
//
//     one-owner [--connect tcp://127.0.0.1:5556]

#include "common/printable.hpp"
#include "common/run.hpp"

#include <fmt/core.h>
#include <zmq.hpp>

#include <iostream>
#include <thread>

// Sends each line up to "bye".
void send_lines(zmq::socket_t& room)
{
    for (std::string line; line != "bye";) {
        if (!std::getline(std::cin, line))
            line = "bye"; // at the end of stdin
        room.send(zmq::buffer(line));
    }
}

// Prints what the room says; true when that is "bye". When it asks "ping", we
// are there.
bool hear(zmq::socket_t& room)
{
    zmq::message_t said;
    while (!room.recv(said, zmq::recv_flags::dontwait)) // so they never meet
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
    if (said.to_string_view() == "ping")
        room.send(zmq::str_buffer("pong"));
    else
        fmt::print("room: {}\n", printable(said.to_string_view()));
    return said.to_string_view() == "bye";
}

void talk(const Endpoint& where)
{
    zmq::context_t context;
    zmq::socket_t room{context, zmq::socket_type::dealer};
    room.connect(where);
    const std::jthread keyboard{[&] { send_lines(room); }};
    while (!hear(room))
        ;
}

int main(int argc, char** argv)
{
    Endpoint where = "tcp://127.0.0.1:5556";
    Options options{"Takes part in a talk (DEALER)."};
    options.add("--connect", where, "The room");
    return run(options, argc, argv, [&] { talk(where); });
}
