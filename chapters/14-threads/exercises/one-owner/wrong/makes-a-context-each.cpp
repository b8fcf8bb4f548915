// Takes part in a talk: one thread sends the lines that are typed, the other
// prints what the room says. It ends when "bye" was typed, and the room says
// it too.
//
//     one-owner [--connect tcp://127.0.0.1:5556]

#include "common/printable.hpp"
#include "common/run.hpp"

#include <fmt/core.h>
#include <zmq.hpp>

#include <array>
#include <iostream>
#include <thread>

// Hands each line up to "bye" to the thread that has the room's socket.
void hand_over_lines()
{
    zmq::context_t context;
    zmq::socket_t owner{context, zmq::socket_type::push};
    owner.connect("inproc://lines");
    for (std::string line; line != "bye";) {
        if (!std::getline(std::cin, line))
            line = "bye"; // at the end of stdin
        owner.send(zmq::buffer(line));
    }
}

// Prints what the room says; true when that is "bye". When it asks "ping", we
// are there.
bool hear(zmq::socket_t& room)
{
    zmq::message_t said;
    (void)room.recv(said);
    if (said.to_string_view() == "ping")
        room.send(zmq::str_buffer("pong"));
    else
        fmt::print("room: {}\n", printable(said.to_string_view()));
    return said.to_string_view() == "bye";
}

// All that is done with the room's socket is done here, in one thread.
void take_part(zmq::socket_t& room, zmq::socket_t& lines)
{
    std::array<zmq::pollitem_t, 2> items{{{room.handle(), 0, ZMQ_POLLIN, 0},
                                          {lines.handle(), 0, ZMQ_POLLIN, 0}}};
    for (bool ends = false; !ends;) {
        zmq::poll(items, std::chrono::milliseconds{-1});
        zmq::message_t line;
        if ((items[1].revents & ZMQ_POLLIN) != 0 && lines.recv(line))
            room.send(line, zmq::send_flags::none);
        if ((items[0].revents & ZMQ_POLLIN) != 0)
            ends = hear(room);
    }
}

void talk(const Endpoint& where)
{
    zmq::context_t context;
    zmq::socket_t room{context, zmq::socket_type::dealer};
    room.connect(where);
    zmq::socket_t lines{context, zmq::socket_type::pull};
    lines.bind("inproc://lines");
    const std::jthread keyboard{[&] { hand_over_lines(); }};
    take_part(room, lines);
}

int main(int argc, char** argv)
{
    Endpoint where = "tcp://127.0.0.1:5556";
    Options options{"Takes part in a talk (DEALER)."};
    options.add("--connect", where, "The room");
    return run(options, argc, argv, [&] { talk(where); });
}
