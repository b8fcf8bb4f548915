#pragma once

#include <charconv>
#include <string_view>
#include <vector>

/// The numbers of a message such as `10001 57`: whole ones, as int, with one
/// space between two. Made for what peers send.
///
/// @return all of them, or none at all when the text is anything else
inline std::vector<int> numbers(std::string_view text)
{
    std::vector<int> found;
    const char* const end = text.data() + text.size();
    for (const char* next = text.data();; ++next) {
        int number = 0;
        const auto [stop, error] = std::from_chars(next, end, number);
        if (error != std::errc{})
            return {};
        found.push_back(number);
        if (stop == end)
            return found;
        if (*stop != ' ')
            return {};
        next = stop;
    }
}
