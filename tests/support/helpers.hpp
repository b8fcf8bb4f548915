#pragma once

#include "support/process.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <thread>

/// Kills it, so that it can say nothing more to anybody.
inline void crash(Process& process)
{
    process.signal(SIGKILL);
    CHECK(process.finish() == 128 + SIGKILL);
}

/// Looks again and again until something holds that no single line of output
/// tells; fails when that takes too long.
template <typename Condition>
void await(Condition condition)
{
    using namespace std::chrono;
    const auto deadline = steady_clock::now() + seconds{20};
    while (!condition()) {
        REQUIRE(steady_clock::now() < deadline);
        std::this_thread::sleep_for(milliseconds{1});
    }
}

/// Whether Debian's Python has pyzmq; says so when a test is left out.
inline bool has_pyzmq()
{
    const bool found =
        run_to_end({"/usr/bin/env", "/usr/bin/python3", "-c", "import zmq"})
            .status == 0;
    if (!found)
        MESSAGE("left out: this needs python3-zmq");
    return found;
}
