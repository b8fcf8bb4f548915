#pragma once

#include "common/printable.hpp"

#include <fmt/core.h>

#include <chrono>
#include <cstdint>

/// What a sender has sent, which it says at its end.
class Account
{
public:
    ~Account()
    {
        const std::chrono::duration<double> time = last - begin;
        fmt::print("Sent {} pictures, {:.1f} kB each, {:.0f} a second; "
                   "{} without a reply\n",
                   pictures, per_picture(), rate(time.count()), lost_count);
    }

    void sent(std::size_t bytes)
    {
        if (pictures++ == 0)
            begin = std::chrono::steady_clock::now();
        all_bytes += bytes;
    }

    void answered(std::string_view reply)
    {
        if (answer_count++ == 0)
            fmt::print("The hub answers {}\n", printable(reply, 80));
        last = std::chrono::steady_clock::now();
    }

    void lost(int count = 1)
    {
        lost_count += static_cast<std::uint64_t>(count);
        fmt::print(stderr, "The hub does not answer, {} pictures so far\n",
                   lost_count);
    }

private:
    double per_picture() const
    {
        return pictures == 0 ? 0
                             : static_cast<double>(all_bytes) / 1000 /
                                   static_cast<double>(pictures);
    }
    double rate(double seconds) const
    {
        return seconds > 0 ? static_cast<double>(answer_count) / seconds : 0;
    }

    std::uint64_t pictures = 0;
    std::uint64_t answer_count = 0;
    std::uint64_t lost_count = 0;
    std::uint64_t all_bytes = 0;
    std::chrono::steady_clock::time_point begin{};
    std::chrono::steady_clock::time_point last{};
};
