#pragma once

#include "common/pictures/jpeg.hpp"
#include "common/time_of.hpp"

#include <algorithm>
#include <array>

/// What a picture costs: bytes, and the time to make and to read a JPEG.
struct Cost
{
    double bytes = 0;
    double encode = 0, decode = 0; ///< ms
};

/// The median of some runs, in ms.
template <typename Work>
double median_time_of(const Work& work)
{
    std::array<double, 9> times{};
    std::ranges::generate(times, [&] { return time_of(work); });
    std::ranges::sort(times);
    return times[times.size() / 2];
}

/// Measures what it costs as a JPEG of that quality; 0: as it is.
inline Cost cost_of(const PictureView& picture, int quality)
{
    if (quality == 0)
        return {static_cast<double>(picture.pixels.size()), 0, 0};
    BufferPool pool;
    JpegEncoder encoder;
    JpegDecoder decoder;
    const Buffer jpeg = encoder.encode(picture, quality, pool);
    return {static_cast<double>(jpeg.size()), median_time_of([&] {
                return encoder.encode(picture, quality, pool);
            }),
            median_time_of([&] { return decoder.decode(jpeg, pool); })};
}
