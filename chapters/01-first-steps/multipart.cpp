// Sends a message of three frames and looks after each frame what has come:
// nothing, nothing, everything. A message arrives whole or not at all.
//
//     multipart

#include "common/run.hpp"

#include <fmt/core.h>
#include <fmt/format.h>
#include <zmq.hpp>
#include <zmq_addon.hpp>

// Takes a message if one is there, and shows its frames.
void look(zmq::socket_t& receiver)
{
    std::vector<zmq::message_t> frames;
    if (!zmq::recv_multipart(receiver, std::back_inserter(frames),
                             zmq::recv_flags::dontwait)) {
        fmt::print("receiver: nothing\n");
        return;
    }
    fmt::print("receiver: {} frames\n", frames.size());
    for (const zmq::message_t& frame : frames)
        fmt::print("  {}{}\n", frame.to_string_view(),
                   frame.more() ? ", and more follows" : ", the last");
}

void send_in_frames()
{
    zmq::context_t context;
    zmq::socket_t receiver{context, zmq::socket_type::pull};
    receiver.bind("inproc://frames");

    zmq::socket_t sender{context, zmq::socket_type::push};
    sender.connect("inproc://frames");
    for (const std::string word : {"one", "two", "three"}) {
        const bool last = word == "three";
        sender.send(zmq::buffer(word),
                    last ? zmq::send_flags::none : zmq::send_flags::sndmore);
        fmt::print("sent: {}{}\n", word, last ? "" : ", with sndmore");
        look(receiver);
    }

    sender.send(zmq::str_buffer("half a message"), zmq::send_flags::sndmore);
    sender.close();
    fmt::print("sent: half a message, with sndmore, and closed the sender\n");
    look(receiver);
}

int main(int argc, char** argv)
{
    Options options{"Sends a message of three frames, and looks what comes."};
    return run(options, argc, argv, send_in_frames);
}
