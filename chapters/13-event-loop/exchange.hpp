#pragma once

#include "common/numbers.hpp"
#include "common/printable.hpp"

#include <fmt/core.h>
#include <zmq.hpp>
#include <zmq_addon.hpp>

#include <ctime>
#include <string>

// Numbers from 1 up, sent to a peer that does the same at the same time, and
// what that costs. The loop that says when to send and receive is another's.

struct Plan
{
    Endpoint endpoint = "tcp://127.0.0.1:5556";
    int count = 100'000;
    int burst = 1;
};

class Exchange
{
public:
    explicit Exchange(const Plan& with) : plan{with} {}

    void send_some(zmq::socket_t& socket)
    {
        for (int n = 0; n < plan.burst && !has_sent_all(); ++n, ++sent)
            if (!socket.send(zmq::buffer(std::to_string(sent + 1)),
                             zmq::send_flags::dontwait))
                return;
    }

    void receive_some(zmq::socket_t& socket)
    {
        zmq::multipart_t message;
        for (int n = 0; n < plan.burst && !has_received_all() &&
                        message.recv(socket, ZMQ_DONTWAIT);
             ++n)
            take(message);
    }

    bool has_sent_all() const { return sent == plan.count; }
    bool has_received_all() const { return last == plan.count; }

    void report() const
    {
        fmt::print("sent {}, received {}, missing {}\n", sent, last - missing,
                   missing);
        fmt::print("CPU time: {:.2f} µs a message\n",
                   (cpu_seconds() - start) * 1e6 / (2.0 * plan.count));
    }

private:
    // What this thread has used so far; libzmq's own threads not counted.
    static double cpu_seconds()
    {
        timespec used{};
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
        return static_cast<double>(used.tv_sec) +
               static_cast<double>(used.tv_nsec) / 1e9;
    }

    void take(const zmq::multipart_t& message)
    {
        const std::string_view text = message.peek(0)->to_string_view();
        const auto number = numbers(text);
        if (message.size() != 1 || number.size() != 1 || number[0] <= last ||
            number[0] > plan.count) {
            fmt::print(stderr, "Dropped, no number from {} to {}: {}\n",
                       last + 1, plan.count, printable(text));
            return;
        }
        missing += number[0] - last - 1;
        last = number[0];
    }

    Plan plan;
    double start = cpu_seconds();
    int sent = 0;
    int last = 0; // the highest number received
    int missing = 0;
};
