// Shows what is in a frame: any bytes, a forgotten NUL too, or none at all.
// An empty frame is a message, and differs from no message.
//
//     messages

#include "common/printable.hpp"
#include "common/run.hpp"

#include <fmt/core.h>
#include <zmq.hpp>

#include <string>

// Takes what is there, and shows what recv() returned: a number of bytes, or
// no value.
void look(zmq::socket_t& receiver, const char* what)
{
    zmq::message_t frame;
    const zmq::recv_result_t result =
        receiver.recv(frame, zmq::recv_flags::dontwait);
    fmt::print("{:<23} ", what);
    if (result.has_value())
        fmt::print("{} bytes: \"{}\"\n", *result,
                   printable(frame.to_string_view()));
    else
        fmt::print("no value: there is no message (EAGAIN)\n");
}

void send_and_look()
{
    zmq::context_t context;
    zmq::socket_t receiver{context, zmq::socket_type::pull};
    zmq::socket_t sender{context, zmq::socket_type::push};
    receiver.bind("inproc://frames");
    sender.connect("inproc://frames");

    sender.send(zmq::str_buffer("abc"));
    look(receiver, "str_buffer(\"abc\")");
    const std::string text = "abc";
    sender.send(zmq::buffer(text));
    look(receiver, "buffer(std::string)");
    sender.send(zmq::buffer("abc")); // an array of 4 characters
    look(receiver, "buffer(\"abc\")");
    const std::string bytes{'a', '\0', '\xff'};
    sender.send(zmq::buffer(bytes));
    look(receiver, "buffer(any bytes)");

    sender.send(zmq::message_t{}, zmq::send_flags::none);
    look(receiver, "an empty frame");
    look(receiver, "nothing was sent");
}

int main(int argc, char** argv)
{
    Options options{"Shows what is in a frame, and what recv() returns."};
    return run(options, argc, argv, send_and_look);
}
