#pragma once

#include <fmt/core.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <vector>

/// How long each get() took, told as they come and summed up at the end.
class GetTimes
{
public:
    using Clock = std::chrono::steady_clock;
    using Milliseconds = std::chrono::duration<double, std::milli>;

    void begin() { start = Clock::now(); }

    void note(std::uint64_t number, std::size_t bytes)
    {
        const Milliseconds time = Clock::now() - start;
        fmt::print("Object {}, {} MB: get() took {:.4f} ms\n", number,
                   bytes / 1'000'000, time.count());
        times.push_back(time.count());
        if (times.size() == 1)
            faults_before = faults();
    }

    void sum_up() const
    {
        fmt::print("End of the stream after {} object{}\n", times.size(),
                   times.size() == 1 ? "" : "s");
        if (times.size() < 2)
            return;
        std::vector<double> later(times.begin() + 1, times.end());
        const auto middle =
            later.begin() + static_cast<std::ptrdiff_t>(later.size() / 2);
        std::ranges::nth_element(later, middle);
        fmt::print("First get(): {:.4f} ms, later ones: {:.4f} ms (median)\n",
                   times.front(), *middle);
        fmt::print("Page faults after the first get(): {}\n",
                   faults() - faults_before);
    }

private:
    static long faults()
    {
        rusage usage{};
        getrusage(RUSAGE_SELF, &usage);
        return usage.ru_minflt;
    }

    Clock::time_point start;
    long faults_before = 0;
    std::vector<double> times;
};
