// Waits for a socket by its file descriptor, as the loop of another library
// does, and prints what comes until the word "end".
//
//     drain-it [--connect tcp://127.0.0.1:5557]            Ctrl-C stops it.

#include "common/printable.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>

#include <poll.h>

// Prints what is there; true when "end" was.
bool take_all(zmq::socket_t& words)
{
    zmq::message_t word;
    while (words.recv(word, zmq::recv_flags::dontwait)) {
        fmt::print("{}\n", printable(word.to_string_view()));
        if (word.to_string_view() == "end")
            return true;
    }
    return false;
}

void listen(const Endpoint& speaker)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    zmq::socket_t words{context, zmq::socket_type::pull};
    words.connect(speaker);

    pollfd item{words.get(zmq::sockopt::fd), POLLIN, 0};
    while (!take_all(words))
        poll(&item, 1, -1);
}

int main(int argc, char** argv)
{
    Endpoint speaker = "tcp://127.0.0.1:5557";
    Options options{"Prints what comes, woken by a file descriptor (PULL)."};
    options.add("--connect", speaker, "Who speaks");
    return run(options, argc, argv, [&] { listen(speaker); });
}
