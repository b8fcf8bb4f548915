#include "common/pictures/mjpeg.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace {

// The second bytes of JPEG's markers; the first is 0xff.
constexpr std::uint8_t marker = 0xff;
constexpr std::uint8_t start_of_image = 0xd8;
constexpr std::uint8_t end_of_image = 0xd9;
constexpr std::uint8_t start_of_scan = 0xda;
constexpr std::uint8_t first_restart = 0xd0;
constexpr std::uint8_t last_restart = 0xd7;
constexpr std::uint8_t first_with_length = 0xc0; // those below are reserved

constexpr std::size_t chunk = 64U << 10U;

bool is_restart(std::uint8_t kind)
{
    return kind >= first_restart && kind <= last_restart;
}

} // namespace

JpegSplitter::JpegSplitter(BufferPool from, std::size_t most)
    : pool{std::move(from)}, longest{most}
{
}

std::span<std::uint8_t> JpegSplitter::room()
{
    if (begin + filled + chunk > held.size()) {
        Buffer fresh = pool.take(std::max(4 * chunk, 2 * (filled + chunk)));
        if (filled > 0)
            std::memcpy(fresh.data(), first(), filled);
        held = std::move(fresh);
        begin = 0;
    }
    return {first() + filled, chunk};
}

void JpegSplitter::added(std::size_t bytes)
{
    filled += std::min(bytes, chunk);
}

std::optional<Buffer> JpegSplitter::next()
{
    while (find_begin()) {
        switch (find_end()) {
        case Found::jpeg:
            return cut();
        case Found::no_jpeg:
            skip(2);
            break;
        case Found::too_little:
            if (filled <= longest)
                return {};
            skip(2);
        }
    }
    return {};
}

// Skips what stands before a start of image.
bool JpegSplitter::find_begin()
{
    if (at > 0)
        return true; // it is there already, and read up to `at`
    const std::uint8_t* const end = first() + filled;
    const std::uint8_t* found = first();
    while ((found = std::find(found, end, marker)) != end) {
        if (found + 1 == end || found[1] == start_of_image)
            break;
        ++found;
    }
    skip(static_cast<std::size_t>(found - first()));
    if (filled < 2)
        return false;
    at = 2;
    return true;
}

JpegSplitter::Found JpegSplitter::find_end()
{
    while (at <= longest) {
        const bool was_in_pixels = in_pixels;
        const std::size_t before = at;
        const Found found = in_pixels ? read_pixels() : read_marker();
        if (found != Found::too_little)
            return found;
        if (at == before && in_pixels == was_in_pixels)
            return found;
    }
    return Found::no_jpeg;
}

// One marker and, but for the two that have none, what belongs to it.
JpegSplitter::Found JpegSplitter::read_marker()
{
    constexpr std::size_t with_length = 4;
    if (filled < at + 2)
        return Found::too_little;
    const std::uint8_t kind = first()[at + 1];
    if (first()[at] != marker)
        return Found::no_jpeg;
    if (kind == marker) { // a byte to fill up
        ++at;
        return Found::too_little;
    }
    if (kind == end_of_image) {
        at += 2;
        return Found::jpeg;
    }
    if (kind < first_with_length || kind == start_of_image || is_restart(kind))
        return Found::no_jpeg;
    if (filled < at + with_length)
        return Found::too_little;
    const std::size_t length =
        (std::size_t{first()[at + 2]} << 8U) | first()[at + 3];
    if (length < 2)
        return Found::no_jpeg;
    if (filled < at + 2 + length)
        return Found::too_little;
    at += 2 + length;
    in_pixels = kind == start_of_scan;
    return Found::too_little;
}

// Up to the next marker. A byte 0xff of the pixels has a zero behind it.
JpegSplitter::Found JpegSplitter::read_pixels()
{
    while (at + 1 < filled) {
        const auto* const found = static_cast<const std::uint8_t*>(
            std::memchr(first() + at, marker, filled - 1 - at));
        if (found == nullptr) {
            at = filled - 1;
            break;
        }
        at = static_cast<std::size_t>(found - first());
        const std::uint8_t kind = first()[at + 1];
        if (kind == marker)
            at += 1;
        else if (kind == 0 || is_restart(kind))
            at += 2;
        else {
            in_pixels = false;
            break;
        }
    }
    return Found::too_little;
}

void JpegSplitter::skip(std::size_t bytes)
{
    bytes = std::min(bytes, filled);
    begin += bytes;
    filled -= bytes;
    skipped_bytes += bytes;
    at = 0;
    in_pixels = false;
}

// The JPEG keeps the buffer; what has come after it moves to another one.
Buffer JpegSplitter::cut()
{
    const std::size_t size = std::exchange(at, 0);
    const std::size_t rest = filled - size;
    Buffer fresh = pool.take(std::max(4 * chunk, rest));
    if (rest > 0)
        std::memcpy(fresh.data(), first() + size, rest);
    if (begin > 0)
        std::memmove(held.data(), first(), size);
    Buffer jpeg = std::exchange(held, std::move(fresh));
    jpeg.resize(size);
    filled = rest;
    begin = 0;
    return jpeg;
}
