#pragma once

#include "common/pictures/picture.hpp"

#include <chrono>
#include <cstdint>
#include <vector>

/// A picture that moves: stripes that drift, a square that crosses them, and
/// the number and the time of the frame drawn on top, so that one can see what
/// is late or lost.
class TestPattern
{
public:
    /// @param shape one that check() takes
    explicit TestPattern(const Shape& shape);

    /// The frame of that number.
    /// @param time what it says that it is, in UTC
    Picture draw(std::uint64_t number,
                 std::chrono::system_clock::time_point time,
                 BufferPool& pool) const;

private:
    Shape shape;
    std::vector<std::uint8_t> stripes; // two rows beside each other
};
