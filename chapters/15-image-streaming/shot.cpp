#include "shot.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

Shot::Shot(ImageHeader header, const Shape& picture, zmq::message_t body)
    : head{std::move(header)}, size{picture}, message{std::move(body)}
{
}

Bytes Shot::jpeg() const
{
    if (is_jpeg())
        return body();
    std::call_once(once, [this] {
        constexpr int quality = 80;
        static BufferPool pool;
        thread_local JpegEncoder encoder;
        const PictureView pixels{size, body()};
        encoded = size.sample_bytes == 1
                      ? encoder.encode(pixels, quality, pool)
                      : encoder.encode(to_8_bit(pixels, pool), quality, pool);
    });
    return encoded;
}

Picture Shot::picture(JpegDecoder& decoder, BufferPool& pool) const
{
    if (is_jpeg())
        return decoder.decode(body(), pool);
    Picture copy{size, pool.take(size.bytes())};
    std::ranges::copy(body(), copy.pixels.data());
    return copy;
}

Picture to_8_bit(const PictureView& picture, BufferPool& pool)
{
    Picture result{picture.shape, {}};
    result.shape.sample_bytes = 1;
    result.pixels = pool.take(result.shape.bytes());
    const std::uint8_t* from = picture.pixels.data();
    if (picture.shape.sample_bytes == 1) {
        std::copy_n(from, result.shape.bytes(), result.pixels.data());
        return result;
    }
    for (std::size_t i = 0; i < result.shape.bytes(); ++i) {
        std::uint16_t sample = 0; // bytes of a message may lie anywhere
        std::memcpy(&sample, from + 2 * i, sizeof sample);
        result.pixels.data()[i] = static_cast<std::uint8_t>(sample >> 8U);
    }
    return result;
}
