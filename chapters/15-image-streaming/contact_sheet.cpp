#include "contact_sheet.hpp"

#include "common/pictures/pnm.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace {

constexpr int tile_width = 160;
constexpr int tile_height = 120;

// Draws a picture into a tile, as large as fits: of each pixel that it needs
// the nearest.
void draw(const Picture& from, Picture& sheet, int left, int top)
{
    const double scale =
        std::max(static_cast<double>(from.shape.width) / tile_width,
                 static_cast<double>(from.shape.height) / tile_height);
    const auto channels = static_cast<std::size_t>(from.shape.channels);
    const auto width = static_cast<int>(from.shape.width / scale);
    const auto height = static_cast<int>(from.shape.height / scale);
    for (int y = 0; y < height; ++y) {
        const auto row = static_cast<std::size_t>(y * scale);
        std::uint8_t* to =
            sheet.pixels.data() +
            static_cast<std::size_t>(top + y) * sheet.shape.row_bytes() +
            static_cast<std::size_t>(left) * 3;
        for (int x = 0; x < width; ++x, to += 3) {
            const std::uint8_t* pixel =
                from.pixels.data() + row * from.shape.row_bytes() +
                static_cast<std::size_t>(x * scale) * channels;
            for (std::size_t c = 0; c < 3; ++c)
                to[c] = pixel[channels == 1 ? 0 : c];
        }
    }
}

} // namespace

Picture contact_sheet(const Cameras& cameras, BufferPool& pool)
{
    JpegDecoder decoder;
    const auto newest = cameras.newest();
    const auto count = std::max(1, static_cast<int>(newest.size()));
    const auto columns = static_cast<int>(std::ceil(std::sqrt(count)));
    const int rows = (count + columns - 1) / columns;
    Picture sheet{{columns * tile_width, rows * tile_height, 3, 1}, {}};
    sheet.pixels = pool.take(sheet.shape.bytes());
    std::memset(sheet.pixels.data(), 0, sheet.shape.bytes());
    int tile = 0;
    for (const auto& [id, shot] : newest) {
        const Picture picture = shot->picture(decoder, pool);
        draw(to_8_bit(picture, pool), sheet, tile % columns * tile_width,
             tile / columns * tile_height);
        ++tile;
    }
    return sheet;
}

void save_contact_sheet(const std::string& file, const Cameras& cameras)
{
    constexpr int quality = 90;
    if (file.empty())
        return;
    BufferPool pool;
    const Picture sheet = contact_sheet(cameras, pool);
    replace_file(file, JpegEncoder{}.encode(sheet, quality, pool));
}
