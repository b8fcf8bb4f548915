#pragma once

#include "common/pictures/buffer.hpp"

#include <stdexcept>
#include <string>

/// What came is no picture, or one that we do not take; says why, in words
/// that hold nothing of what the peer wrote.
struct BadPicture : std::runtime_error
{
    using std::runtime_error::runtime_error;
    std::string name; ///< the sender's own, untrusted, as far as it is known
};

/// How the pixels of a picture lie in memory: row by row from the top, a pixel
/// after the other, its channels together, without gaps.
struct Shape
{
    int width = 0;        ///< pixels
    int height = 0;       ///< pixels
    int channels = 3;     ///< 1 grey, 3 blue-green-red, 4 with alpha at the end
    int sample_bytes = 1; ///< of one channel of one pixel: 1, or 2 (16 bit)

    /// Whether all four are the same.
    bool operator==(const Shape&) const = default;

    /// The bytes of one pixel.
    std::size_t pixel_bytes() const
    {
        return static_cast<std::size_t>(channels) *
               static_cast<std::size_t>(sample_bytes);
    }
    /// The bytes of one row.
    std::size_t row_bytes() const
    {
        return static_cast<std::size_t>(width) * pixel_bytes();
    }
    /// All bytes of the picture.
    std::size_t bytes() const
    {
        return row_bytes() * static_cast<std::size_t>(height);
    }
};

constexpr int longest_side = 16'384;                  ///< pixels
constexpr std::size_t largest_picture = 64ULL << 20U; ///< bytes
constexpr std::size_t longest_image_header = 4096;    ///< bytes

/// @throws BadPicture when a side, the number of channels or of bytes is none
///         that we take
void check(const Shape& shape);

/// "640x480 BGR", "64x48 grey 16 bit".
std::string to_string(const Shape& shape);

/// A picture that belongs to somebody else.
struct PictureView
{
    Shape shape;  ///< how they lie there
    Bytes pixels; ///< shape.bytes() of them; 16 bit as this machine has them
};

/// A picture with its pixels.
struct Picture
{
    Shape shape;   ///< how they lie there
    Buffer pixels; ///< shape.bytes() of them

    /// It, as long as it lives.
    operator PictureView() const { return {shape, pixels}; } // NOLINT: wanted
};
