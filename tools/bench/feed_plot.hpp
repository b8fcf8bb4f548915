#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

/// One bar of a plot.
struct Bar
{
    std::string name;
    double ms;
};

/// Some bars that are compared with each other.
struct Group
{
    std::string title;
    std::vector<Bar> bars;
};

/// Writes groups of bars as an SVG picture with a logarithmic scale, legible
/// on light and dark ground.
/// @throws std::runtime_error when the file cannot be written
inline void write_plot(const std::string& file,
                       const std::vector<Group>& groups)
{
    constexpr int left = 210, width = 420, row = 22;
    constexpr double low = 0.001, high = 10'000; // ms
    const auto x = [&](double ms) {
        const double inside = std::clamp(ms, low, high);
        return left + width * std::log10(inside / low) / std::log10(high / low);
    };
    int y = 24;
    std::string body;
    for (const auto& [title, bars] : groups) {
        body += fmt::format("<text x='8' y='{}' font-weight='bold'>{}</text>\n",
                            y, title);
        y += row;
        for (const auto& [name, ms] : bars) {
            body += fmt::format(
                "<text x='{}' y='{}' text-anchor='end'>{}</text>\n"
                "<rect x='{}' y='{}' width='{:.1f}' height='14'/>\n"
                "<text x='{:.1f}' y='{}'>{:.{}f} ms</text>\n",
                left - 8, y, name, left, y - 12, x(ms) - left, x(ms) + 6, y, ms,
                ms < 1     ? 3
                : ms < 100 ? 1
                           : 0);
            y += row;
        }
        y += row / 2;
    }
    std::ofstream out{file};
    out << fmt::format(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {} {}' "
        "font-family='sans-serif' font-size='13'>\n"
        "<style>text {{ fill: #222 }} rect {{ fill: #1a5fb4 }}\n"
        "@media (prefers-color-scheme: dark) {{ svg {{ background: #131416 }} "
        "text {{ fill: #eee }} rect {{ fill: #8ab8ff }} }}</style>\n"
        "{}<text x='8' y='{}'>A logarithmic scale, from 0.001 ms to 10 s"
        "</text>\n</svg>\n",
        left + width + 100, y + row, body, y);
    out.flush();
    if (!out)
        throw std::runtime_error{file + ": cannot be written"};
}
