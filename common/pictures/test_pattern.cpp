#include "common/pictures/test_pattern.hpp"

#include <fmt/chrono.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

namespace {

constexpr int glyph_width = 5;
constexpr int glyph_height = 7;

// Rows from the top, five bits each, the left one first.
using Glyph = std::array<std::uint8_t, glyph_height>;

constexpr std::string_view drawn = "0123456789:.# ";
constexpr std::array<Glyph, drawn.size()> font{{
    {14, 17, 17, 17, 17, 17, 14}, // 0
    {4, 12, 4, 4, 4, 4, 14},      // 1
    {14, 17, 1, 6, 8, 16, 31},    // 2
    {14, 17, 1, 6, 1, 17, 14},    // 3
    {2, 6, 10, 18, 31, 2, 2},     // 4
    {31, 16, 30, 1, 1, 17, 14},   // 5
    {6, 8, 16, 30, 17, 17, 14},   // 6
    {31, 1, 2, 2, 4, 4, 4},       // 7
    {14, 17, 17, 14, 17, 17, 14}, // 8
    {14, 17, 17, 15, 1, 2, 12},   // 9
    {0, 4, 4, 0, 4, 4, 0},        // :
    {0, 0, 0, 0, 0, 4, 4},        // .
    {10, 10, 31, 10, 31, 10, 10}, // #
    {0, 0, 0, 0, 0, 0, 0},        // a blank
}};

void put(const Shape& shape, std::uint8_t* pixel, const Glyph& colour)
{
    for (int c = 0; c < shape.channels; ++c)
        for (int b = 0; b < shape.sample_bytes; ++b)
            *pixel++ = c == 3 ? 255 : colour[static_cast<std::size_t>(c)];
}

struct Area
{
    int left, top, width, height;
};

void fill(Picture& picture, Area area, const Glyph& colour)
{
    const Shape& shape = picture.shape;
    const std::size_t pixel = shape.pixel_bytes();
    const int right = std::min(area.left + area.width, shape.width);
    const int bottom = std::min(area.top + area.height, shape.height);
    for (int y = std::max(area.top, 0); y < bottom; ++y)
        for (int x = std::max(area.left, 0); x < right; ++x)
            put(shape,
                picture.pixels.data() +
                    static_cast<std::size_t>(y) * shape.row_bytes() +
                    static_cast<std::size_t>(x) * pixel,
                colour);
}

void write(Picture& picture, std::string_view text, int top, int scale)
{
    constexpr Glyph black{0, 0, 0};
    constexpr Glyph white{255, 255, 255};
    const int step = (glyph_width + 1) * scale;
    int left = scale;
    fill(picture,
         {0, top, step * static_cast<int>(text.size()) + scale,
          (glyph_height + 2) * scale},
         black);
    for (const char letter : text) {
        const Glyph& glyph = font[drawn.find(letter)];
        for (int y = 0; y < glyph_height; ++y)
            for (int x = 0; x < glyph_width; ++x)
                if (glyph[static_cast<std::size_t>(y)] >> (4 - x) & 1)
                    fill(
                        picture,
                        {left + x * scale, top + (y + 1) * scale, scale, scale},
                        white);
        left += step;
    }
}

// Bounces between 0 and most.
int swing(std::uint64_t number, int step, int most)
{
    if (most < 1)
        return 0;
    const auto period = 2 * static_cast<std::uint64_t>(most);
    const auto at = number * static_cast<std::uint64_t>(step) % period;
    return static_cast<int>(std::min(at, period - at));
}

} // namespace

TestPattern::TestPattern(const Shape& wanted) : shape{wanted}
{
    check(shape);
    const std::size_t pixel = shape.pixel_bytes();
    stripes.resize(2 * shape.row_bytes());
    for (int x = 0; x < 2 * shape.width; ++x) {
        const int bright = 255 * (x % shape.width) / shape.width;
        const auto up = static_cast<std::uint8_t>(bright);
        put(shape, stripes.data() + static_cast<std::size_t>(x) * pixel,
            {static_cast<std::uint8_t>(255 - up),
             static_cast<std::uint8_t>(96 + up / 4), up});
    }
}

Picture TestPattern::draw(std::uint64_t number,
                          std::chrono::system_clock::time_point time,
                          BufferPool& pool) const
{
    Picture picture{shape, pool.take(shape.bytes())};
    const std::size_t pixel = shape.pixel_bytes();
    const auto width = static_cast<std::uint64_t>(shape.width);
    for (int y = 0; y < shape.height; ++y) {
        const std::uint64_t shift =
            (number * 4 + static_cast<std::uint64_t>(y)) % width;
        std::memcpy(picture.pixels.data() +
                        static_cast<std::size_t>(y) * shape.row_bytes(),
                    stripes.data() + shift * pixel, shape.row_bytes());
    }
    const int side = std::max(1, std::min(shape.width, shape.height) / 6);
    fill(picture,
         {swing(number, 5, shape.width - side),
          swing(number, 3, shape.height - side), side, side},
         {32, 220, 255});

    const auto second = std::chrono::floor<std::chrono::seconds>(time);
    const auto milliseconds =
        std::chrono::duration_cast<std::chrono::milliseconds>(time - second);
    const int scale = std::max(1, shape.width / 160);
    write(picture, fmt::format("#{}", number), 0, scale);
    write(picture,
          fmt::format("{:%H:%M:%S}.{:03}",
                      fmt::gmtime(std::chrono::system_clock::to_time_t(second)),
                      milliseconds.count()),
          (glyph_height + 2) * scale, scale);
    return picture;
}
