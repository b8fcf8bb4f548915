#pragma once

#include <string>
#include <vector>

namespace zmq_trace {

struct Watch
{
    std::vector<std::string> command;
    std::string file;    ///< where the trace goes
    std::string library; ///< what is preloaded
    bool content = true;
    bool quiet = false; ///< no live lines
};

/// Runs a command under the trace, prints its events on stderr as they come,
/// and at the end a summary.
/// @return the command's exit status, 128 + signal when a signal ended it
int run_traced(const Watch& watch);

} // namespace zmq_trace
