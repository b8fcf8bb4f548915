#pragma once

#include "common/options.hpp"

#include <functional>

/// The frame around every program: makes stdout line-buffered, reads the
/// command line, does the work and turns what happened into an exit status.
///
/// | status | meaning                                                    |
/// | ------ | ---------------------------------------------------------- |
/// | 0      | the work is done, or was stopped by a signal, or help shown |
/// | 1      | the work failed; stderr says why, in one line               |
/// | 2      | the command line made no sense; stderr says what            |
///
/// A context that is shut down (StopOnSignal) makes ZeroMQ calls throw ETERM;
/// here that counts as a request to stop, not as a failure.
///
/// @param work what the program does; may throw any std::exception
/// @return the status, for main() to return
int run(Options& options, int argc, char** argv,
        const std::function<void()>& work);
