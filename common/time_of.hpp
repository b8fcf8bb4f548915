#pragma once

#include <chrono>

/// Does some work, and takes its time.
///
/// @param work what takes no arguments; what it returns is dropped
/// @return milliseconds
template <typename Work>
double time_of(const Work& work)
{
    const auto start = std::chrono::steady_clock::now();
    (void)work();
    const std::chrono::duration<double, std::milli> time =
        std::chrono::steady_clock::now() - start;
    return time.count();
}
