// Takes words from two sockets, whichever speaks first, until one says "end".
//
//     hear-both [--connect-left tcp://127.0.0.1:5556]
//               [--connect-right tcp://127.0.0.1:5557]     Ctrl-C stops it.

#include "common/printable.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>

// Takes one word and prints it; true when it was "end".
bool take(zmq::socket_t& socket, const char* side)
{
    zmq::message_t word;
    (void)socket.recv(word);
    fmt::print("{}: {}\n", side, printable(word.to_string_view()));
    return word.to_string_view() == "end";
}

void hear(const Endpoint& left_end, const Endpoint& right_end)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    zmq::socket_t left{context, zmq::socket_type::pull};
    zmq::socket_t right{context, zmq::socket_type::pull};
    left.connect(left_end);
    right.connect(right_end);

    bool ends = false;
    while (!ends)
        ends = take(left, "left") || take(right, "right");
}

int main(int argc, char** argv)
{
    Endpoint left = "tcp://127.0.0.1:5556";
    Endpoint right = "tcp://127.0.0.1:5557";
    Options options{"Takes words from two sockets (PULL and PULL)."};
    options.add("--connect-left", left, "Where to listen");
    options.add("--connect-right", right, "Where to listen, too");
    return run(options, argc, argv, [&] { hear(left, right); });
}
