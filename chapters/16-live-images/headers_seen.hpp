#pragma once

#include "common/printable.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <string_view>

/// Shows the texts that pictures begin with, as anybody on the way can.
class HeadersSeen
{
public:
    /// @param count how many it shows
    explicit HeadersSeen(std::uint64_t count) : left{count} {}

    /// @param bytes a piece of what flows by
    void look_at(std::string_view bytes)
    {
        for (; left > 0; --left) {
            bytes.remove_prefix(
                std::min(bytes.find(R"({"msg")"), bytes.size()));
            const std::size_t end = bytes.find('}');
            if (end == std::string_view::npos)
                return;
            fmt::print("Seen on the wire: {}\n",
                       printable(bytes.substr(0, end + 1)));
            bytes.remove_prefix(end);
        }
    }

private:
    std::uint64_t left;
};
