#pragma once

#include "common/pictures/picture.hpp"

#include <memory>
#include <optional>
#include <string>

/// What a camera gives: pixels, or a JPEG.
struct Image
{
    std::optional<Shape> shape; ///< of the pixels; none for a JPEG
    Buffer bytes;               ///< the pixels or the JPEG
};

/// Where images come from, one after the other.
class ImageSource
{
public:
    ImageSource() = default;
    ImageSource(const ImageSource&) = delete;
    ImageSource& operator=(const ImageSource&) = delete;
    virtual ~ImageSource() = default;

    /// @return the next image; none at the end
    /// @throws zmq::error_t ETERM when it waits and the context is shut down
    virtual std::optional<Image> next() = 0;
};

/// The source of that name, which a program has from its command line.
///
/// | name                      | images                                     |
/// | ------------------------- | ------------------------------------------ |
/// | `pattern`                 | a moving TestPattern of 640x480 in colour  |
/// | `pattern:320x240`         | the same, of another size                  |
/// | `pattern:320x240:grey16`  | or kind: `grey`, `bgr`, `bgra`; with `16`  |
/// | `-`                       | JPEGs on stdin, as `ffmpeg -f mjpeg -` does|
/// | a folder                  | its files .jpg, .jpeg, .pgm, .ppm by name  |
///
/// Files and bytes that are no picture are reported on stderr and passed over.
///
/// @param awake a socket of the thread that calls next(): waiting with it
///        lets StopOnSignal end the wait for stdin, by ETERM
/// @throws std::invalid_argument that says what is wrong with the name
std::unique_ptr<ImageSource> image_source(const std::string& name,
                                          const BufferPool& pool,
                                          zmq::socket_ref awake);
