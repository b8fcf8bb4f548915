// Asks for the state of a socket, and whether its file descriptor would wake a
// loop, while words come and are taken.
//
//     when-does-it-wake

#include "common/run.hpp"

#include <fmt/core.h>
#include <zmq.hpp>

#include <poll.h>

// Whether a loop that waits for the descriptor would be woken now.
const char* wakes(zmq::socket_t& socket)
{
    pollfd item{socket.get(zmq::sockopt::fd), POLLIN, 0};
    return poll(&item, 1, 0) == 1 ? "yes" : "no";
}

// Whether the socket has a word, as ZMQ_EVENTS says it.
const char* has_a_word(zmq::socket_t& socket)
{
    return (socket.get(zmq::sockopt::events) & ZMQ_POLLIN) != 0 ? "yes" : "no";
}

void play()
{
    zmq::context_t context;
    zmq::socket_t listener{context, zmq::socket_type::pull};
    zmq::socket_t speaker{context, zmq::socket_type::push};
    listener.bind("inproc://words");
    speaker.connect("inproc://words");

    for (const char* text : {"one", "two", "three"})
        speaker.send(zmq::buffer(std::string{text}));
    fmt::print("three words: it wakes: {}\n", wakes(listener));
    zmq::message_t word;
    (void)listener.recv(word, zmq::recv_flags::dontwait);
    fmt::print("one is taken: it wakes: {}\n", wakes(listener));
    speaker.send(zmq::str_buffer("four"));
    fmt::print("a fourth comes: it wakes: {}\n", wakes(listener));
    fmt::print("ZMQ_EVENTS has a word: {}\n", has_a_word(listener));

    while (listener.recv(word, zmq::recv_flags::dontwait))
        ; // all of them
    speaker.send(zmq::str_buffer("five"));
    fmt::print("all are taken, a fifth comes: it wakes: {}\n", wakes(listener));
    has_a_word(listener);
    fmt::print("after ZMQ_EVENTS: it wakes: {}\n", wakes(listener));
}

int main(int argc, char** argv)
{
    Options options{"Says when a socket's descriptor would wake a loop."};
    return run(options, argc, argv, play);
}
