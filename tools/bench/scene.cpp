#include "tools/bench/scene.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <fstream>
#include <system_error>

namespace {

constexpr int margin = 64; // how far the camera turns, in pixels
constexpr int most = 704;  // pixels of a side, before it all comes again

// A number from -1 to 1 that looks like chance, the same for the same point.
float chance(int x, int y, unsigned layer)
{
    unsigned mixed = static_cast<unsigned>(x) * 0x8da6b343U ^
                     static_cast<unsigned>(y) * 0xd8163841U ^
                     layer * 0xcb1ab31fU;
    mixed = (mixed ^ mixed >> 15) * 0x2c1b3c6dU;
    mixed = (mixed ^ mixed >> 12) * 0x297a2d39U;
    return static_cast<float>((mixed ^ mixed >> 15) & 0xffff) / 32768.F - 1;
}

// The same, smooth between points with whole numbers.
float smooth_chance(float x, float y, unsigned layer)
{
    const float left = std::floor(x), top = std::floor(y);
    const int column = static_cast<int>(left), row = static_cast<int>(top);
    const auto ease = [](float t) { return t * t * (3 - 2 * t); };
    const float right = ease(x - left), down = ease(y - top);
    return std::lerp(std::lerp(chance(column, row, layer),
                               chance(column + 1, row, layer), right),
                     std::lerp(chance(column, row + 1, layer),
                               chance(column + 1, row + 1, layer), right),
                     down);
}

// Large shapes and small ones: each size is half of the last, and weaker.
float texture(float x, float y, unsigned layer, int sizes, float fading)
{
    float sum = 0, size = 160, strength = 1;
    for (int n = 0; n < sizes; ++n, size /= 2, strength *= fading)
        sum += strength * smooth_chance(x / size, y / size,
                                        layer + 7U * static_cast<unsigned>(n));
    return sum;
}

using Colour = std::array<float, 3>; // blue, green, red

struct Ground
{
    Colour colour;
    float contrast; // of its texture
    float fading;   // how much weaker small shapes are
};

constexpr Ground sky{{215, 180, 150}, 14, 0.45F};
constexpr std::array<Ground, 3> hills{{{{140, 120, 105}, 30, 0.62F},
                                       {{75, 105, 85}, 40, 0.7F},
                                       {{55, 85, 95}, 55, 0.78F}}};

using Tops = std::array<float, hills.size()>;

// Where the hills end in this column.
Tops tops(int x, int height)
{
    Tops found{};
    for (unsigned n = 0; n < hills.size(); ++n) {
        const float ridge = 0.35F + 0.2F * static_cast<float>(n);
        const float wave = texture(static_cast<float>(x), 0, n, 6, 0.5F);
        found[n] = static_cast<float>(height) * (ridge + 0.09F * wave);
    }
    return found;
}

// What stands at this height: the nearest hill that is high enough.
Ground ground(float y, const Tops& column)
{
    Ground found = sky;
    for (unsigned n = 0; n < hills.size(); ++n)
        if (y > column[n])
            found = hills[n];
    return found;
}

Colour colour(int x, int y, const Tops& column)
{
    const auto right = static_cast<float>(x), down = static_cast<float>(y);
    const Ground seen = ground(down, column);
    const float light =
        seen.contrast * texture(right, down, 40, 7, seen.fading);
    Colour result = seen.colour;
    for (unsigned n = 0; n < result.size(); ++n)
        result[n] += light + 9 * texture(right, down, 90 + n, 4, 0.6F) +
                     5 * chance(x, y, 200 + n);
    return result;
}

} // namespace

Scene::Scene(int its_width, int its_height)
    : width{its_width}, height{its_height}, stride{its_width + margin}
{
    // A large scene is the same one several times, side by side.
    const int columns = std::min(stride, most), rows = std::min(height, most);
    std::vector<Tops> hill_tops;
    for (int x = 0; x < columns; ++x)
        hill_tops.push_back(tops(x, rows));
    std::vector<std::uint8_t> strip;
    for (int y = 0; y < height + margin; ++y) {
        if (y >= rows) {
            const auto above = pixels.begin() + 3L * stride * (y - rows);
            strip.assign(above, above + 3L * stride);
        } else {
            strip.clear();
            for (int x = 0; x < columns; ++x)
                for (const float sample : colour(x, y, hill_tops[unsigned(x)]))
                    strip.push_back(static_cast<std::uint8_t>(
                        std::clamp(sample, 0.F, 255.F)));
            for (int n = 3 * columns; n < 3 * stride; ++n)
                strip.push_back(strip[static_cast<unsigned>(n - 3 * columns)]);
        }
        pixels.insert(pixels.end(), strip.begin(), strip.end());
    }
}

std::vector<std::uint8_t> Scene::picture(int n) const
{
    std::vector<std::uint8_t> result;
    result.reserve(3UL * static_cast<unsigned>(width * height));
    for (int y = 0; y < height; ++y) {
        const auto first =
            pixels.begin() + 3L * ((y + n % margin) * stride + 2 * n % margin);
        result.insert(result.end(), first, first + 3L * width);
    }
    return result;
}

void Scene::write(const std::string& path, int pictures) const
{
    std::ofstream file{path, std::ios::binary};
    for (int n = 0; n < pictures; ++n) {
        const std::vector<std::uint8_t> next = picture(n);
        file.write(reinterpret_cast<const char*>(next.data()),
                   static_cast<std::streamsize>(next.size()));
    }
    if (!file.flush())
        throw std::system_error{errno, std::generic_category(),
                                "writing " + path};
}
