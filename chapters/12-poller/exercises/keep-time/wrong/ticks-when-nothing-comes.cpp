// Prints words from a socket and lines from stdin, each when it comes, and
// ticks all the while. The word "end" ends it.
//
//     keep-time [--connect tcp://127.0.0.1:5557] [--interval 1000]
//                                                          Ctrl-C stops it.

#include "common/printable.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <unistd.h>
#include <zmq.hpp>

#include <chrono>
#include <vector>

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// Takes one word and prints it; true when it was "end".
bool take_word(zmq::socket_t& words)
{
    zmq::message_t word;
    (void)words.recv(word);
    fmt::print("word: {}\n", printable(word.to_string_view()));
    return word.to_string_view() == "end";
}

// Takes a line from stdin and prints it; false when stdin has ended.
bool take_line()
{
    std::string line(200, '\0');
    const ssize_t size = read(STDIN_FILENO, line.data(), line.size());
    if (size <= 0)
        return false;
    line.resize(static_cast<std::size_t>(size));
    if (line.ends_with('\n'))
        line.pop_back();
    fmt::print("line: {}\n", printable(line));
    return true;
}

void keep_time(const Endpoint& speaker, milliseconds interval)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    zmq::socket_t words{context, zmq::socket_type::pull};
    words.connect(speaker);

    std::vector<zmq::pollitem_t> items{{words.handle(), 0, ZMQ_POLLIN, 0},
                                       {nullptr, STDIN_FILENO, ZMQ_POLLIN, 0}};
    for (bool ends = false; !ends;) {
        if (zmq::poll(items, interval) == 0)
            fmt::print("tick\n");
        if (items[0].revents & ZMQ_POLLIN)
            ends = take_word(words);
        if (items.size() == 2 && items[1].revents != 0 && !take_line())
            items.pop_back(); // stdin has ended
    }
}

int main(int argc, char** argv)
{
    Endpoint speaker = "tcp://127.0.0.1:5557";
    milliseconds interval{1000};
    Options options{"Hears a socket (PULL) and stdin, and ticks."};
    options.add("--connect", speaker, "Who speaks");
    options.add("--interval", interval, "Time between two ticks");
    return run(options, argc, argv, [&] { keep_time(speaker, interval); });
}
