#pragma once

#include "line.hpp"

namespace zmq_trace {

/// Whether this process is traced: ZMQ_TRACE_FILE is set and can be written.
bool on();

/// Whether bytes of messages are recorded (no ZMQ_TRACE_NO_CONTENT).
bool with_content();

/// CLOCK_MONOTONIC in nanoseconds: the same clock in all processes.
std::int64_t now();

/// Starts a line: `{"t":…,"pid":…,"tid":…,"ev":"…"`.
void begin(Line& line, std::string_view event, std::int64_t t);

/// Closes the line and appends it with a single write(), so that a process
/// that is killed leaves whole lines. The first failure is reported on stderr
/// and switches the trace of this process off.
void finish(Line& line);

/// What a flood of messages may still write.
enum class Budget
{
    all,
    some,
    none
};

/// Asked once a message. A process may write 100,000 messages as fast as it
/// likes, and 20,000 a second after that; beyond, only a sample.
Budget spend(std::int64_t t);

/// Whether all that this process may write at this time is used up.
bool is_flooded(std::int64_t t);

/// A number that follows a fork: of this process, not of its parent.
int process_id();

/// Whether this process has written anything.
bool is_introduced();

/// Called in a child after fork().
void start_again_in_child();

} // namespace zmq_trace
