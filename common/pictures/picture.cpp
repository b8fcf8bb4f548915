#include "common/pictures/picture.hpp"

#include <fmt/format.h>

void check(const Shape& shape)
{
    for (const int side : {shape.width, shape.height})
        if (side < 1 || side > longest_side)
            throw BadPicture{
                fmt::format("a side is not 1 to {} pixels", longest_side)};
    if (shape.channels != 1 && shape.channels != 3 && shape.channels != 4)
        throw BadPicture{"it has not 1, 3 or 4 channels"};
    if (shape.sample_bytes != 1 && shape.sample_bytes != 2)
        throw BadPicture{"its samples have not 8 or 16 bit"};
    if (shape.bytes() > largest_picture)
        throw BadPicture{
            fmt::format("it has more than {} MiB", largest_picture >> 20U)};
}

std::string to_string(const Shape& shape)
{
    return fmt::format("{}x{} {}{}", shape.width, shape.height,
                       shape.channels == 1   ? "grey"
                       : shape.channels == 3 ? "BGR"
                                             : "BGRA",
                       shape.sample_bytes == 2 ? " 16 bit" : "");
}
