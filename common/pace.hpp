#pragma once

#include "common/pause.hpp"

#include <algorithm>

/// The rhythm of a camera: waits for the time of the next picture. Time that
/// was lost is not made up for.
class Pace
{
public:
    /// @param time between two pictures
    explicit Pace(std::chrono::milliseconds time) : interval{time} {}

    /// @param socket one from which nothing can come now; see pause()
    void wait(zmq::socket_ref socket)
    {
        using namespace std::chrono;
        const auto now = steady_clock::now();
        next = std::max(next + interval, now);
        pause(socket, ceil<milliseconds>(next - now));
    }

private:
    std::chrono::milliseconds interval;
    std::chrono::steady_clock::time_point next =
        std::chrono::steady_clock::now();
};
