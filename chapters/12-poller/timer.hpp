#pragma once

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cstdint>

/// A timer for a loop around poll: it says how long to wait, and ticks.
class Timer
{
    using Clock = std::chrono::steady_clock;

public:
    using milliseconds = std::chrono::milliseconds;

    explicit Timer(milliseconds time) : interval{time} {}

    /// How long poll may wait. Rounded up: with the last fraction of a
    /// millisecond rounded down to 0, the loop would spin through it.
    milliseconds left() const
    {
        return std::max(std::chrono::ceil<milliseconds>(next - Clock::now()),
                        milliseconds{0});
    }

    void tick_if_due()
    {
        if (Clock::now() < next)
            return;
        fmt::print("Tick {}\n", ++ticks);
        next = Clock::now() + interval;
    }

    /// Whether it has ticked so often; never, if that is 0.
    bool done(std::uint64_t limit) const
    {
        return limit != 0 && ticks >= limit;
    }

private:
    milliseconds interval;
    Clock::time_point next = Clock::now() + interval;
    std::uint64_t ticks = 0;
};
