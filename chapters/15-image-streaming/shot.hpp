#pragma once

#include "common/pictures/image_header.hpp"
#include "common/pictures/jpeg.hpp"

#include <mutex>

/// A picture as it came from a camera: what a hub keeps, and several threads
/// look at.
class Shot
{
public:
    /// @param picture its shape; of a JPEG, what the decoder saw
    Shot(ImageHeader header, const Shape& picture, zmq::message_t body);

    const ImageHeader& header() const { return head; }
    const Shape& shape() const { return size; }
    /// As it came: the pixels or the JPEG.
    Bytes body() const { return bytes_of(message); }
    bool is_jpeg() const { return !head.shape.has_value(); }

    /// It as a JPEG, which is made when somebody wants to see it, and once.
    Bytes jpeg() const;

    /// It as pixels.
    Picture picture(JpegDecoder& decoder, BufferPool& pool) const;

private:
    ImageHeader head;
    Shape size;
    zmq::message_t message;
    mutable std::once_flag once;
    mutable Buffer encoded;
};

/// The same picture with 8 bit a sample: the upper half of 16.
Picture to_8_bit(const PictureView& picture, BufferPool& pool);
