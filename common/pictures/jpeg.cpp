#include "common/pictures/jpeg.hpp"

#include <turbojpeg.h>

namespace {

std::shared_ptr<void> owned(tjhandle handle)
{
    if (handle == nullptr)
        throw std::runtime_error{"TurboJPEG did not start"};
    return {handle, [](void* old) { tjDestroy(old); }};
}

// What TurboJPEG calls the order of our channels.
int pixel_format(const Shape& shape)
{
    switch (shape.channels) {
    case 1:
        return TJPF_GRAY;
    case 3:
        return TJPF_BGR;
    default:
        return TJPF_BGRX;
    }
}

} // namespace

JpegEncoder::JpegEncoder() : handle{owned(tjInitCompress())} {}

Buffer JpegEncoder::encode(const PictureView& picture, int quality,
                           BufferPool& pool)
{
    const Shape& shape = picture.shape;
    if (shape.sample_bytes != 1)
        throw BadPicture{"a JPEG has no 16 bit samples"};
    const int sampling = shape.channels == 1 ? TJSAMP_GRAY : TJSAMP_420;
    Buffer jpeg = pool.take(tjBufSize(shape.width, shape.height, sampling));
    unsigned char* target = jpeg.data();
    unsigned long size = jpeg.size();
    if (tjCompress2(handle.get(), picture.pixels.data(), shape.width, 0,
                    shape.height, pixel_format(shape), &target, &size, sampling,
                    quality, TJFLAG_NOREALLOC) != 0)
        throw std::runtime_error{tjGetErrorStr2(handle.get())};
    jpeg.resize(size);
    return jpeg;
}

JpegDecoder::JpegDecoder() : handle{owned(tjInitDecompress())} {}

// libjpeg-turbo 2.1 stays in the middle of a header that it cannot read, and
// would refuse the next JPEG, a good one, for it.
void JpegDecoder::refuse(const char* reason)
{
    handle = owned(tjInitDecompress());
    throw BadPicture{reason};
}

Shape JpegDecoder::shape_of(Bytes jpeg)
{
    Shape shape;
    int sampling = 0;
    int colours = 0;
    if (tjDecompressHeader3(handle.get(), jpeg.data(), jpeg.size(),
                            &shape.width, &shape.height, &sampling,
                            &colours) != 0)
        refuse("it is no JPEG");
    if (colours == TJCS_CMYK || colours == TJCS_YCCK)
        refuse("it is a JPEG for printers (CMYK)");
    shape.channels = colours == TJCS_GRAY ? 1 : 3;
    check(shape);
    return shape;
}

Picture JpegDecoder::decode(Bytes jpeg, BufferPool& pool)
{
    const Shape shape = shape_of(jpeg);
    Picture picture{shape, pool.take(shape.bytes())};
    // A warning is a failure here: the rest of the buffer may hold what some
    // other camera saw. And a JPEG of very many scans would cost minutes.
    if (tjDecompress2(handle.get(), jpeg.data(), jpeg.size(),
                      picture.pixels.data(), shape.width, 0, shape.height,
                      pixel_format(shape),
                      TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS) != 0)
        refuse("it is a damaged JPEG");
    return picture;
}
