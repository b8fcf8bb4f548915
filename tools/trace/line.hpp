#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace zmq_trace {

/// One line of the trace, put together on the stack: no allocation, nothing
/// thrown. What does not fit is left out, and overflowed() says so.
class Line
{
public:
    void put(std::string_view bytes)
    {
        if (bytes.size() > sizeof text - used) {
            overflow = true;
            return;
        }
        std::memcpy(text + used, bytes.data(), bytes.size());
        used += bytes.size();
    }

    void put(std::integral auto number, int base = 10)
    {
        char digits[24];
        const auto end = std::to_chars(digits, digits + 24, number, base).ptr;
        put({digits, static_cast<std::size_t>(end - digits)});
    }

    /// `,"key":` and then a number or a quoted string.
    void add(std::string_view key, std::integral auto number)
    {
        name(key);
        put(number);
    }
    void add(std::string_view key, std::string_view value)
    {
        name(key);
        quote(value);
    }

    /// A JSON string; whoever has bytes that are not plain ASCII uses hex().
    void quote(std::string_view ascii)
    {
        put("\"");
        for (const char byte : ascii) {
            if (byte == '"' || byte == '\\')
                put("\\");
            put({byte >= ' ' && byte <= '~' ? &byte : "?", 1});
        }
        put("\"");
    }

    void hex(std::string_view bytes)
    {
        put("\"");
        for (const char byte : bytes) {
            const auto value = static_cast<unsigned char>(byte);
            const char pair[] = {digit(value >> 4), digit(value & 15)};
            put({pair, 2});
        }
        put("\"");
    }

    void clear() { used = 0; }
    bool overflowed() const { return overflow; }
    std::string_view view() const { return {text, used}; }

private:
    static char digit(int value) { return "0123456789abcdef"[value]; }

    void name(std::string_view key)
    {
        put(",\"");
        put(key);
        put("\":");
    }

    char text[6144];
    std::size_t used = 0;
    bool overflow = false;
};

inline bool is_plain(std::string_view bytes)
{
    for (const char byte : bytes)
        if (byte < ' ' || byte > '~')
            return false;
    return true;
}

} // namespace zmq_trace
