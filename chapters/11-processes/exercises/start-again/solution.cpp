// Keeps a worker at work: one that was killed is started again, and its loss is
// reported to the farm.
//
//     start-again [--connect tcp://127.0.0.1:5556]         Ctrl-C stops it.

#include "common/children.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>

#include <csignal>
#include <stdexcept>

// What the worker's process does: it says that it is ready, and obeys.
void work(const Endpoint& farm)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    zmq::socket_t worker{context, zmq::socket_type::dealer};
    worker.connect(farm);
    worker.send(zmq::str_buffer("ready"));
    zmq::message_t order;
    while (worker.recv(order) && order.to_string_view() != "end") {
        if (order.to_string_view() == "crash")
            std::raise(SIGKILL); // a bug
        if (order.to_string_view() == "fail")
            throw std::runtime_error{"no way to do that"};
    }
}

// The context is gone when this returns: the next fork will not meet it.
void report_loss(const Endpoint& farm, int number)
{
    zmq::context_t context;
    zmq::socket_t reporter{context, zmq::socket_type::dealer};
    reporter.set(zmq::sockopt::linger, 5000);
    reporter.connect(farm);
    reporter.send(zmq::buffer(fmt::format("lost {}", number)));
}

void supervise(const Endpoint& farm)
{
    Children children;
    for (int losses = 1;; ++losses) {
        if (children.fork("worker") == 0)
            return work(farm);
        const auto ended = children.wait();
        if (!ended || ended->status == 0) // told to stop, or done
            return;
        if (ended->status <= 128)
            throw std::runtime_error{"the worker has given up"};
        report_loss(farm, losses);
    }
}

int main(int argc, char** argv)
{
    Endpoint farm = "tcp://127.0.0.1:5556";
    Options options{"Starts a worker (DEALER), again and again."};
    options.add("--connect", farm, "Who gives orders, and hears of losses");
    return run(options, argc, argv, [&] { supervise(farm); });
}
