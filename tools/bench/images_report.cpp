#include "tools/bench/images_report.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <fstream>
#include <system_error>

namespace {

void print_csv(const std::vector<Comparison>& comparisons)
{
    fmt::print("what,python,ours,ratio,goal,python_bytes,ours_bytes,"
               "python_decibels,ours_decibels,codec\n");
    for (const Comparison& one : comparisons)
        fmt::print("\"{}\",{:.1f},{:.1f},{:.3f},{},{},{},{:.2f},{:.2f},"
                   "{:.1f}\n",
                   one.what, one.python.median(), one.ours.median(),
                   one.ratio(), one.goal, one.python.bytes, one.ours.bytes,
                   one.python.decibels, one.ours.decibels, one.codec);
}

// A number, or a dash for what was not measured.
std::string shown(double number, int digits)
{
    return number > 0 ? fmt::format("{:.{}f}", number, digits) : "-";
}

void print_table(const std::vector<Comparison>& comparisons)
{
    fmt::print("{:<29} {:>7} {:>7} {:>7} {:>6} {:>5}\n", "pictures a second",
               "Python", "ours", "codec", "ratio", "goal");
    for (const Comparison& one : comparisons)
        fmt::print("{:<29} {:>7} {:>7} {:>7} {:>6} {:>5}\n", one.what,
                   shown(one.python.median(), 0), shown(one.ours.median(), 0),
                   shown(one.codec, 0), shown(one.ratio(), 2), one.goal);
}

// A bar for each ratio, from 0, and a short line where its goal is.
constexpr int left = 240, top = 40, row_height = 34, bar_room = 400;

std::string drawn(const Comparison& one, int y, double scale)
{
    const double end = std::max(one.ratio(), one.goal) * scale + left;
    return fmt::format(
        "<text x='{}' y='{}' text-anchor='end'>{}</text>\n"
        "<rect class='bar' x='{}' y='{}' width='{:.1f}' height='18'/>\n"
        "<path class='goal' d='M{:.1f} {}v24'/>\n"
        "<text x='{:.1f}' y='{}'>{}</text>\n",
        left - 10, y + 13, one.what, left, y, one.ratio() * scale,
        left + one.goal * scale, y - 3, end + 8, y + 13, shown(one.ratio(), 2));
}

constexpr auto style =
    "<style>text{font:13px sans-serif;fill:#222}.bar{fill:#4a7fb5}"
    ".goal{stroke:#c2571a;stroke-width:2}.one{stroke:#888;stroke-dasharray:3}"
    "@media(prefers-color-scheme:dark){text{fill:#ddd}.bar{fill:#6aa3dd}"
    ".goal{stroke:#f0915a}}</style>\n";

std::string drawing(const std::vector<Comparison>& comparisons)
{
    double longest = 1;
    for (const Comparison& one : comparisons)
        longest = std::max({longest, one.ratio(), one.goal});
    const double scale = bar_room / longest;
    const int height =
        top + row_height * static_cast<int>(comparisons.size()) + 10;
    std::string svg = fmt::format(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 720 {0}'"
        " role='img'>\n"
        "<title>Pictures a second, as a multiple of Python's</title>\n{1}"
        "<text x='{2}' y='22'>Python = 1; a short line is a goal</text>\n"
        "<path class='one' d='M{3:.1f} 30V{0}'/>\n",
        height, style, left, left + scale);
    int y = top;
    for (const Comparison& one : comparisons) {
        svg += drawn(one, y, scale);
        y += row_height;
    }
    return svg + "</svg>\n";
}

} // namespace

void report(const std::vector<Comparison>& comparisons, bool csv,
            const std::string& svg)
{
    csv ? print_csv(comparisons) : print_table(comparisons);
    if (svg.empty())
        return;
    std::ofstream file{svg};
    if (!(file << drawing(comparisons)).flush())
        throw std::system_error{errno, std::generic_category(),
                                "writing " + svg};
    fmt::print(stderr, "drawn in {}\n", svg);
}
