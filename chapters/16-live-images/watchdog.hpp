#pragma once

#include <zmq.hpp>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

/// Shuts a context down when nobody has fed it for too long. Whoever waits in
/// that context, in whatever call, then gets ETERM. It is the one thing that
/// another thread may do about a socket in use: sockets belong to their
/// threads, a context to all.
class Watchdog
{
public:
    /// @param context what it watches; must outlive it
    /// @param patience how long it waits to be fed
    Watchdog(zmq::context_t& context, std::chrono::milliseconds patience)
        : thread{[this, &context, patience](const std::stop_token& done) {
              std::unique_lock lock{mutex};
              while (food.wait_for(lock, done, patience, [&] { return fed; }))
                  fed = false;
              barked = !done.stop_requested();
              if (barked)
                  context.shutdown();
          }}
    {
    }

    /// Says that all is well.
    void feed()
    {
        const std::lock_guard lock{mutex};
        fed = true;
        food.notify_one();
    }

    /// Whether it has shut the context down.
    bool has_barked()
    {
        const std::lock_guard lock{mutex};
        return barked;
    }

private:
    std::mutex mutex;
    std::condition_variable_any food;
    bool fed = false;
    bool barked = false;
    std::jthread thread; // the last, as it uses the others
};
