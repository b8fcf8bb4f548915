#pragma once

#include "common/endpoint.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <string>

/// One life of a server that a supervisor starts again and again.
struct Life
{
    using Clock = std::chrono::steady_clock;

    Endpoint endpoint;
    std::chrono::milliseconds pause{0}; ///< before it starts
    Clock::time_point forked = Clock::now();

    /// What its process is called.
    std::string name() const
    {
        return "server " + std::string{endpoint.port()};
    }
};

/// How long servers pause before they start again.
struct Pauses
{
    std::chrono::milliseconds first{100}, longest{2000};

    /// The life after this one, which it announces: after a longer pause, or
    /// after a short one if it has been a long life.
    Life after(const Life& killed) const
    {
        const auto lived = Life::Clock::now() - killed.forked - killed.pause;
        const auto pause =
            lived >= longest
                ? first
                : std::min(std::max(first, killed.pause * 2), longest);
        fmt::print("{} was killed, starts again in {} ms\n",
                   killed.endpoint.str(), pause.count());
        return {killed.endpoint, pause};
    }
};
