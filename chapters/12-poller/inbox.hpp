#pragma once

#include "common/printable.hpp"

#include <fmt/core.h>

#include <cstdint>
#include <string_view>

/// What a worker does with what it gets, from wherever it comes.
struct Inbox
{
    std::uint64_t jobs = 0;
    bool exit = false; ///< somebody has typed Exit

    void job(std::string_view text)
    {
        if (text.starts_with("job "))
            ++jobs;
        else
            drop("job", text);
    }

    void news(std::string_view text)
    {
        if (text.empty())
            drop("news", text);
        else
            fmt::print("News: {}\n", printable(text));
    }

    void line(std::string_view text)
    {
        if (text.empty())
            fmt::print("{} jobs\n", jobs);
        else if (text == "Exit")
            exit = true;
        else
            drop("line", text);
    }

    static void drop(std::string_view what, std::string_view text)
    {
        fmt::print(stderr, "Dropped, no {}: {}\n", what, printable(text));
    }
};
