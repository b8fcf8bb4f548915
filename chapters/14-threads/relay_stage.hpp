#pragma once

#include <zmq.hpp>

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <thread>

/// One stage of a pipeline, on a thread of its own: PULL → work → PUSH.
///
/// An empty message means "that was all". A stage hands it on behind
/// everything that came before, and ends: nothing in flight is lost.
class RelayStage
{
public:
    using Work = std::function<std::string(const std::string&)>;

    struct Plan
    {
        std::string name; ///< for reports
        std::string from; ///< where it listens, inproc://…
        std::string to;   ///< where the next one listens
        Work work;        ///< an empty result is not handed on
        /// When the work throws: stop, or drop the message and go on?
        bool stop_on_error = false;
        std::stop_source stop; ///< where it asks everybody to stop
    };

    /// Starts it.
    RelayStage(zmq::context_t& context, Plan plan);

    /// Waits until it has handed on the last message, or its context was shut
    /// down. The counts below are complete only then.
    void wait() { thread.join(); }

    std::uint64_t dropped() const { return failed; }
    std::uint64_t not_done() const { return skipped; }

private:
    void relay();
    void handle(const std::string& message);
    void report(const std::string& message, const char* why);

    Plan plan;
    zmq::socket_t in;
    zmq::socket_t out;
    std::uint64_t failed = 0;
    std::uint64_t skipped = 0;
    bool is_stopped = false;
    std::jthread thread; // the last: it uses all the others
};

/// Shuts a context down at the end of a scope, so that the threads of its
/// stages end when that is left by an exception. Make it after the stages.
class ShutDownAtEnd
{
public:
    explicit ShutDownAtEnd(zmq::context_t& c) : context{c} {}
    ShutDownAtEnd(const ShutDownAtEnd&) = delete;
    ShutDownAtEnd& operator=(const ShutDownAtEnd&) = delete;
    ~ShutDownAtEnd() { context.shutdown(); }

private:
    zmq::context_t& context;
};
