// Gives one task away, and says so when nobody takes it in time.
//
//     give-in-time [--connect tcp://127.0.0.1:5557] [--timeout 300]

#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>

#include <stdexcept>

void give(const Endpoint& worker, std::chrono::milliseconds timeout)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    zmq::socket_t sender{context, zmq::socket_type::push};
    sender.set(zmq::sockopt::immediate, true); // only to one who is there
    sender.set(zmq::sockopt::sndtimeo, static_cast<int>(timeout.count()));
    sender.connect(worker);
    if (!sender.send(zmq::str_buffer("a task"), zmq::send_flags::dontwait))
        throw std::runtime_error{"nobody takes it"};
    fmt::print("given away\n");
}

int main(int argc, char** argv)
{
    Endpoint worker = "tcp://127.0.0.1:5557";
    std::chrono::milliseconds timeout{300};
    Options options{"Gives a task away, in time or not at all (PUSH)."};
    options.add("--connect", worker, "Who may take it");
    options.add("--timeout", timeout, "How long to wait for a taker");
    return run(options, argc, argv, [&] { give(worker, timeout); });
}
