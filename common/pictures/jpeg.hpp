#pragma once

#include "common/pictures/picture.hpp"

#include <memory>

/// Makes JPEGs of pictures, by TurboJPEG. One for each thread that does so.
class JpegEncoder
{
public:
    JpegEncoder();

    /// @param picture with 8 bit a sample; alpha is left out
    /// @param quality from 1 to 100
    /// @return the JPEG, in a buffer of the pool
    /// @throws BadPicture when it has 16 bit a sample
    Buffer encode(const PictureView& picture, int quality, BufferPool& pool);

private:
    std::shared_ptr<void> handle; // with the way to its end
};

/// Makes pictures of JPEGs, by TurboJPEG. One for each thread that does so.
class JpegDecoder
{
public:
    JpegDecoder();

    /// What a JPEG says that it is: grey, or in colour as 3 channels. It looks
    /// at the JPEG's first bytes only.
    /// @throws BadPicture when it is no JPEG, or a size that check() refuses
    Shape shape_of(Bytes jpeg);

    /// @return the picture, in a buffer of the pool, which is taken only when
    ///         its size is known to be one that check() takes
    /// @throws BadPicture as shape_of(), and when the JPEG is damaged
    Picture decode(Bytes jpeg, BufferPool& pool);

private:
    [[noreturn]] void refuse(const char* reason);

    std::shared_ptr<void> handle;
};
