#pragma once

#include "match.hpp"

namespace zmq_trace {

/// Prints events as lines: time, process, socket, what it did, with whom.
class Printer
{
public:
    /// @param colour whether to use terminal colours
    explicit Printer(bool colour) : coloured{colour} {}

    /// The line of an event; empty for those that are not shown.
    std::string line(const Trace& trace, const Matcher& match, int event);

private:
    bool coloured;
    std::size_t name_width = 6;
    std::size_t named = 0; // processes whose names were measured
};

/// A table: for each socket its messages, bytes, and what is unmatched.
std::string summary(const Trace& trace, const Matcher& match);

/// The matched form for other programs, as JSON.
std::string as_json(const Trace& trace, const Matcher& match);

} // namespace zmq_trace
