#include "common/printable.hpp"

#include <fmt/core.h>

std::string printable(std::string_view bytes, std::size_t longest)
{
    std::string text;
    for (const char byte : bytes.substr(0, longest)) {
        if (byte == '\\')
            text += "\\\\";
        else if (byte >= ' ' && byte <= '~')
            text += byte;
        else
            text += fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
    }
    if (bytes.size() > longest)
        text += fmt::format("… ({} bytes)", bytes.size());
    return text;
}
