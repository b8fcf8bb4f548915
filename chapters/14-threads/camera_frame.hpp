#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What a camera has to say: a few words, and pixels.
struct CameraFrame
{
    std::string camera;
    std::uint64_t number = 0;
    double celsius = 0;
    std::uint64_t width = 0;
    std::uint64_t height = 0;
    std::vector<std::uint8_t> pixels; ///< width × height, a byte each

    bool operator==(const CameraFrame&) const = default;
};

enum class Format
{
    json,
    msgpack
};
enum class Pixels
{
    within,
    apart
};

/// One of 32 by 24 pixels.
CameraFrame take_picture();

/// The frame as bytes of this format, with its pixels or without them.
std::string write(const CameraFrame& frame, Format format, Pixels pixels);

/// Reads what write() wrote. A field "pixels" may be missing.
/// @return none when the bytes are anything else
std::optional<CameraFrame> read(std::string_view bytes, Format format);
