#include "common/stop_on_signal.hpp"

#include <pthread.h>
#include <zmq.hpp>

#include <cstdlib>

namespace {

constexpr int killed_by = 128; // as shells count it: 128 + signal

sigset_t stop_signals()
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    return set;
}

void wait_for_signals(const std::stop_token& done, zmq::context_t& context)
{
    const sigset_t set = stop_signals();
    for (int seen = 0; !done.stop_requested(); ++seen) {
        int signal = 0;
        if (sigwait(&set, &signal) != 0 || done.stop_requested())
            return;
        if (seen > 0)
            std::_Exit(killed_by + signal);
        context.shutdown();
    }
}

} // namespace

StopOnSignal::StopOnSignal(zmq::context_t& context)
{
    const sigset_t set = stop_signals();
    pthread_sigmask(SIG_BLOCK, &set, &before);
    waiter = std::jthread{[&context](const std::stop_token& done) {
        wait_for_signals(done, context);
    }};
}

StopOnSignal::~StopOnSignal()
{
    waiter.request_stop();
    pthread_kill(waiter.native_handle(), SIGINT); // wakes its sigwait()
    waiter.join();
    // What is left is the context's wait for messages that nobody takes.
    std::signal(SIGINT, [](int) { std::_Exit(0); });
    std::signal(SIGTERM, [](int) { std::_Exit(0); });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}
