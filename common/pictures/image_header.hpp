#pragma once

#include "common/pictures/picture.hpp"

#include <optional>
#include <string_view>

/// The first frame of an image on its way: JSON, as imageZMQ writes and reads
/// it. The second frame is the pixels, or a JPEG.
///
///     {"msg": "garden", "dtype": "uint8", "shape": [480, 640, 3]}   pixels
///     {"msg": "garden"}                                             a JPEG
///
/// A number and a time may follow. imageZMQ does not look at them.
struct ImageHeader
{
    std::string name;                   ///< "msg": what the sender is called
    std::optional<Shape> shape;         ///< of the pixels; none for a JPEG
    std::optional<std::int64_t> number; ///< "number": of the frame, from 0 up
    /// "time": when the picture was taken, in microseconds since 1970 by the
    /// clock of the sender.
    std::optional<std::int64_t> time;
};

/// The header as JSON. Bytes of the name that are no UTF-8 are replaced.
std::string to_json(const ImageHeader& header);

/// Reads what a peer sent.
/// @throws BadPicture when it is longer than longest_image_header, or no JSON
///         object with a text "msg" and either a dtype ("uint8" or "uint16")
///         and a shape ([height, width] or [height, width, channels]) that
///         check() takes, or neither of them
ImageHeader image_header(std::string_view json);

/// The pixels of a second frame.
/// @throws BadPicture when they are not as many as the shape says
PictureView view(const Shape& shape, Bytes body);

/// The "time" of now.
std::int64_t image_time();
