#pragma once

#include <csignal>
#include <thread>

namespace zmq {
class context_t;
}

/// Stops a program cleanly on SIGINT (Ctrl-C) or SIGTERM: the signal shuts the
/// context down, every blocking ZeroMQ call, `zmq::proxy` included, throws
/// ETERM, destructors run, and run() ends with status 0. A second signal ends
/// the program at once, with status 128 + signal. One that comes when this
/// object is gone, while the context waits for its last messages to leave,
/// ends the program with status 0.
///
/// Make it right after the context and before the first socket or thread: the
/// signals are blocked in this thread and in all that it starts, and a thread
/// of its own waits for them, so that no call is ever interrupted by EINTR.
class StopOnSignal
{
public:
    /// @param context what a signal shuts down; must outlive this object
    explicit StopOnSignal(zmq::context_t& context);
    StopOnSignal(const StopOnSignal&) = delete;
    StopOnSignal& operator=(const StopOnSignal&) = delete;
    ~StopOnSignal();

private:
    sigset_t before{};
    std::jthread waiter;
};
