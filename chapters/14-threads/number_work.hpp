#pragma once

#include "common/numbers.hpp"

#include <stdexcept>
#include <string>

/// Twice a number.
/// @throws std::invalid_argument when it is none
inline std::string double_it(const std::string& text)
{
    const std::vector<int> found = numbers(text);
    if (found.size() != 1)
        throw std::invalid_argument{"not a number"};
    return std::to_string(2LL * found[0]);
}

/// One more than a number.
inline std::string add_one(const std::string& text)
{
    return std::to_string(std::stoll(text) + 1);
}
