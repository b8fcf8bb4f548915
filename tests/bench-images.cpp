#include "support/folder.hpp"
#include "support/helpers.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <sstream>

namespace {

const char* const python = "/usr/bin/python3";
const std::string python_peer = WORKBOOK_ROOT "/tools/bench/picture_peer.py";

std::vector<std::string> columns(const std::string& line)
{
    const auto names_end = line.find("\",") + 2; // there are commas in a name
    std::istringstream rest{line.substr(names_end)};
    std::vector<std::string> found{line.substr(0, names_end - 1)};
    for (std::string column; std::getline(rest, column, ',');)
        found.push_back(column);
    return found;
}

// Three pictures of 64x48, each with a colour of its own.
void write_scene(const std::string& path)
{
    std::ofstream file{path, std::ios::binary};
    for (const char sample : {'\x14', '\x5a', '\x78'})
        file << std::string(64UL * 48 * 3, sample);
}

using Command = std::vector<std::string>;

Command operator+(Command command, const Command& more)
{
    command.insert(command.end(), more.begin(), more.end());
    return command;
}

// Its warm-up looks at each of the eight pictures of a scene.
const Command smallest{"bench_images", "--rounds", "1", "--count", "4",
                       "--warmup",     "8"};

// One program sends to another one; both must be as they say.
void check_stream(const Command& sender, const Command& receiver,
                  const Command& options)
{
    const Folder folder;
    const std::string scene = folder.path / "scene";
    write_scene(scene);
    const Command all =
        Command{"--scene", scene,     "--width", "64",       "--height",
                "48",      "--count", "4",       "--warmup", "3"} +
        options;
    Process hub{receiver + Command{"receive"} + all};
    Process camera{sender + Command{"send"} + all +
                   Command{"--connect", hub.endpoint()}};
    const std::string said = hub.wait_for("decibels");
    CAPTURE(said);
    CHECK(hub.finish() == 0);
    // Each has arrived under its own name; a plain colour survives a JPEG.
    CHECK(said.find("\"decibels\": 99") != std::string::npos);
    CHECK((said.find("\"bytes\": 9216}") != std::string::npos) ==
          options.empty());
}

} // namespace

TEST_CASE("every way for pictures to travel is measured")
{
    if (!has_cv2())
        return;
    const Folder folder;
    const std::string svg = folder.path / "plot.svg";
    const Result bench = run_to_end(smallest + Command{"--csv", "--plot", svg});
    CAPTURE(bench.err);
    REQUIRE(bench.status == 0);
    std::istringstream lines{bench.out};
    std::string line;
    REQUIRE(std::getline(lines, line));
    CHECK(line.starts_with("what,python,ours,ratio,goal,"));
    int rows = 0;
    for (; std::getline(lines, line); ++rows) {
        CAPTURE(line);
        const auto values = columns(line);
        REQUIRE(values.size() == 10);
        for (const int rate : {1, 2, 3})
            CHECK(std::stod(values[static_cast<unsigned>(rate)]) > 0);
        const bool is_raw = line.find("raw") != std::string::npos;
        // Both sides deliver the same quality, and raw pictures as they were.
        for (const int decibels : {7, 8})
            CHECK(std::stod(values[static_cast<unsigned>(decibels)]) >
                  (is_raw ? 98 : 36));
        CHECK((std::stod(values[9]) > 0) == !is_raw); // the codec alone
    }
    CHECK(rows == 6);
    std::ifstream file{svg};
    const std::string drawing{std::istreambuf_iterator<char>{file}, {}};
    CHECK(drawing.starts_with("<svg"));
    CHECK(drawing.ends_with("</svg>\n"));
    CHECK(count_lines(drawing, "class='bar'") == rows);
}

TEST_CASE("without Python our side is measured alone")
{
    const Result bench =
        run_to_end(smallest + Command{"--python", "/nonexistent/python3"});
    CAPTURE(bench.err);
    CHECK(bench.status == 0);
    CHECK(count_lines(bench.err, "Left out: Python's side") == 1);
    CHECK(count_lines(bench.out, " - ") == 6);
}

TEST_CASE("a side that does not start ends the comparison")
{
    const Result bench =
        run_to_end({"bench_images", "--rounds", "1", "--python", "true"});
    CHECK(bench.status == 1);
    CHECK(count_lines(bench.err, "true ended without saying") == 1);
    CHECK(bench.out.empty());
}

TEST_CASE("no side outlives the comparison")
{
    Process bench{{"bench_images", "--count", "1000000", "--python", "none"}};
    bench.wait_for("round 1");
    const std::string children = "/proc/" + std::to_string(bench.pid()) +
                                 "/task/" + std::to_string(bench.pid()) +
                                 "/children";
    std::vector<int> peers;
    await([&] {
        std::ifstream file{children};
        peers.assign(std::istream_iterator<int>{file}, {});
        return peers.size() == 2;
    });
    crash(bench);
    for (const int peer : peers)
        await([&] { return kill(peer, 0) != 0; });
}

TEST_CASE("Python's side and ours understand each other")
{
    if (!has_cv2())
        return;
    const Command theirs{"/usr/bin/env", python, python_peer};
    const Command ours{"picture_peer"};
    for (const Command& options : {Command{}, Command{"--quality", "95"}}) {
        check_stream(theirs, ours, options);
        check_stream(ours, theirs, options);
    }
}

TEST_CASE("pictures keep their names with a window and several threads")
{
    const Command ours{"picture_peer"};
    const Command window{"--window", "4", "--threads", "3"};
    check_stream(ours, ours, window + Command{"--quality", "90"});
}

TEST_CASE("a peer without pictures says so")
{
    const Result peer =
        run_to_end({"picture_peer", "send", "--scene", "/dev/null"});
    CHECK(peer.status == 1);
    CHECK(count_lines(peer.err, "no pictures of that size") == 1);
    CHECK(run_to_end({"picture_peer", "hum"}).status == 2);
}
