#pragma once

#include <unistd.h>

#include <array>
#include <string>

/// Puts lines together from what a file descriptor gives, a bit at a time.
class LineReader
{
public:
    /// Reads once what is there, without waiting if poll has reported it.
    ///
    /// @param take gets each line that is now complete, as a std::string&;
    ///        what is longer than 200 bytes has been cut
    /// @return false at the end, which poll would report again and again
    bool read(int fd, auto take)
    {
        std::array<char, 4096> bytes;
        const ssize_t size = ::read(fd, bytes.data(), bytes.size());
        for (ssize_t i = 0; i < size; ++i) {
            const char byte = bytes[static_cast<std::size_t>(i)];
            if (byte == '\n') {
                take(line);
                line.clear();
            } else if (line.size() < longest) {
                line += byte;
            }
        }
        return size > 0;
    }

private:
    static constexpr std::size_t longest = 200;
    std::string line;
};
