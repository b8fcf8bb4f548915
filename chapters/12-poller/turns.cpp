// Four things wait at once: 10,000 messages, one message on another socket, a
// line in a pipe and a timer. How long do the last three wait for the first?
//
//     turns [--burst 0]

#include "common/run.hpp"

#include <fmt/core.h>
#include <unistd.h>
#include <zmq.hpp>

#include <array>
#include <utility>

constexpr int flood = 10'000;

// Receives up to `burst` messages that are there, all of them if it is 0.
int receive(zmq::socket_t& socket, int burst)
{
    zmq::message_t message;
    int received = 0;
    while ((burst == 0 || received < burst) &&
           socket.recv(message, zmq::recv_flags::dontwait))
        ++received;
    return received;
}

void take_turns(zmq::socket_t& busy, zmq::socket_t& quiet, int pipe, int burst)
{
    std::array<zmq::pollitem_t, 3> items{{
        {busy.handle(), 0, ZMQ_POLLIN, 0},
        {quiet.handle(), 0, ZMQ_POLLIN, 0},
        {nullptr, pipe, ZMQ_POLLIN, 0},
    }};
    bool timer_is_due = true;
    for (int seen = 0; seen < flood;) {
        zmq::poll(items, std::chrono::milliseconds{0});
        seen += receive(busy, burst);
        if (items[1].revents & ZMQ_POLLIN && receive(quiet, burst) > 0)
            fmt::print("the quiet socket waited for {} messages\n", seen);
        if (char byte = 0;
            items[2].revents & ZMQ_POLLIN && read(pipe, &byte, 1) == 1)
            fmt::print("the pipe waited for {} messages\n", seen);
        if (std::exchange(timer_is_due, false))
            fmt::print("the timer waited for {} messages\n", seen);
    }
}

void prepare_and_take_turns(int burst)
{
    zmq::context_t context;
    std::array<zmq::socket_t, 2> to, from;
    for (std::size_t i = 0; i < to.size(); ++i) {
        from[i] = zmq::socket_t{context, zmq::socket_type::pull};
        to[i] = zmq::socket_t{context, zmq::socket_type::push};
        from[i].set(zmq::sockopt::rcvhwm, 0); // no mark: all of them fit
        to[i].set(zmq::sockopt::sndhwm, 0);
        from[i].bind(fmt::format("inproc://{}", i));
        to[i].connect(fmt::format("inproc://{}", i));
    }
    for (int n = 0; n < flood; ++n)
        to[0].send(zmq::str_buffer("flood"));
    to[1].send(zmq::str_buffer("quiet"));

    std::array<int, 2> ends{};
    if (pipe(ends.data()) != 0 || write(ends[1], "\n", 1) != 1)
        throw std::runtime_error{"cannot make a pipe"};
    take_turns(from[0], from[1], ends[0], burst);
    close(ends[0]);
    close(ends[1]);
}

int main(int argc, char** argv)
{
    int burst = 0;
    Options options{"Shows how long a flood makes everything else wait."};
    options.add("--burst", burst, 0, flood,
                "Messages to take a turn from one socket, 0 = all");
    return run(options, argc, argv, [&] { prepare_and_take_turns(burst); });
}
