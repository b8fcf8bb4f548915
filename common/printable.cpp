#include "common/printable.hpp"

#include <fmt/format.h>

#include <iterator>

std::string printable(std::string_view bytes, std::size_t longest)
{
    std::string text;
    for (const char byte : bytes.substr(0, longest)) {
        if (byte == '\\')
            text += "\\\\";
        else if (byte >= ' ' && byte <= '~')
            text += byte;
        else
            fmt::format_to(std::back_inserter(text), "\\x{:02x}",
                           static_cast<unsigned char>(byte));
    }
    if (bytes.size() > longest)
        fmt::format_to(std::back_inserter(text), "… ({} bytes)", bytes.size());
    return text;
}
