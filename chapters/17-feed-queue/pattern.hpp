#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>

/// Writes all of an object, as a camera or a simulation would.
inline void write_object(std::span<std::byte> object, std::uint64_t number)
{
    std::ranges::fill(object, static_cast<std::byte>(number));
}

/// Looks at every page of an object, and at its end.
/// @throws std::runtime_error if these are not the bytes of that number
inline void check_object(std::span<const std::byte> object,
                         std::uint64_t number)
{
    constexpr std::size_t page = 4096;
    const auto expected = static_cast<std::byte>(number);
    bool is_whole = !object.empty() && object.back() == expected;
    for (std::size_t at = 0; at < object.size(); at += page)
        is_whole = is_whole && object[at] == expected;
    if (!is_whole)
        throw std::runtime_error{"an object that is not what was written"};
}
