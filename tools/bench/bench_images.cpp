// How fast pictures travel: Python's way, as imageZMQ goes it, and ours, in
// turn, the same pictures in the same two frames, both ends in processes of
// their own. The medians of the rounds stand side by side. Speeds depend on
// the machine; their ratio says something.
//
//     bench_images [--rounds 9] [--count 200] [--csv] [--plot FILE]
//                  [--warmup 20] [--python /usr/bin/python3]

#include "common/run.hpp"
#include "tools/bench/images_report.hpp"
#include "tools/bench/peer_process.hpp"
#include "tools/bench/scene.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <map>
#include <system_error>
#include <thread>
#include <tuple>

using Words = std::vector<std::string>;

Words operator+(Words words, const Words& more)
{
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

struct Plan
{
    int rounds = 9;
    int count = 200;
    int warmup = 20;
    bool csv = false;
    std::string plot;
    std::string python = "/usr/bin/python3";
};

// A file of pictures that has no name, and ends with this process.
class SceneFile
{
public:
    SceneFile(int its_width, int its_height)
        : width{its_width},
          height{its_height},
          fd{memfd_create("scene", MFD_CLOEXEC)}
    {
        if (fd < 0)
            throw std::system_error{errno, std::generic_category(), "scene"};
        Scene{width, height}.write(path(), 8);
    }
    SceneFile(const SceneFile&) = delete;
    SceneFile& operator=(const SceneFile&) = delete;
    ~SceneFile() { close(fd); }

    Words options() const
    {
        return {"--scene",  path(),
                "--width",  std::to_string(width),
                "--height", std::to_string(height)};
    }

private:
    std::string path() const
    {
        return fmt::format("/proc/{}/fd/{}", getpid(), fd);
    }

    int width;
    int height;
    int fd;
};

enum class Kind : std::uint8_t
{
    python,
    ours,
    codec // encodes and decodes: nothing travels
};

// A way for pictures to travel, and what was measured of it.
struct Way
{
    Kind kind;
    bool sender_listens;
    Words options;
    int times = 1; // as many pictures: quick ways need more, to be measured
    Measured measured = {};
};

void note(Way& way, PeerProcess& receiver, int count)
{
    const auto said = nlohmann::json::parse("{" + receiver.wait_for("{"));
    if (receiver.finish() != 0)
        throw std::runtime_error{"a receiver failed at its end"};
    way.measured.rates.push_back(count / said.at("seconds").get<double>());
    way.measured.decibels = said.at("decibels");
    way.measured.bytes = said.at("bytes");
}

void measure(Way& way, const Plan& plan)
{
    const int count = plan.count * way.times;
    const Words options =
        way.options + Words{"--count", std::to_string(count), "--warmup",
                            std::to_string(plan.warmup)};
    if (way.kind == Kind::codec) {
        PeerProcess coder{Words{PICTURE_PEER, "code"} + options};
        return note(way, coder, count);
    }
    const Words peer = way.kind == Kind::python
                           ? Words{plan.python, PICTURE_PEER_PY}
                           : Words{PICTURE_PEER};
    const Words send = peer + Words{"send"} + options;
    const Words receive = peer + Words{"receive"} + options;

    PeerProcess first{way.sender_listens ? send : receive};
    const Words connect{"--connect", first.wait_for("listening on ")};
    PeerProcess second{(way.sender_listens ? receive : send) + connect};
    note(way, way.sender_listens ? second : first, count);
}

bool has_python(const Plan& plan)
{
    const Words look{plan.python, "-c", R"(
import sys
from importlib.util import find_spec
sys.exit(0 if all(map(find_spec, ["cv2", "numpy", "zmq"])) else 1))"};
    if (PeerProcess{look}.finish() == 0)
        return true;
    fmt::print(stderr,
               "Left out: Python's side needs python3-zmq, python3-opencv and "
               "python3-numpy (and {})\n",
               plan.python);
    return false;
}

using Ways = std::map<std::string, Way>;

Ways all_ways(const Words& small, const Words& large)
{
    const Words good = small + Words{"--quality", "95"};
    const Words fair = small + Words{"--quality", "80"};
    const Words published = fair + Words{"--publish"};
    const Words overlapped{"--window", "4", "--threads", "2"};
    const Words shared{"--shared", "--window"};
    const auto [python, ours, codec] =
        std::tuple{Kind::python, Kind::ours, Kind::codec};
    return {{"Python 95", {python, false, good}},
            {"Python 80", {python, true, published}},
            {"Python raw", {python, false, small, 5}},
            {"Python raw HD", {python, false, large}},
            {"the codec 95", {codec, false, good}},
            {"the codec 80", {codec, false, fair}},
            {"overlapped", {ours, false, good + overlapped}},
            {"lockstep", {ours, false, good}},
            {"published", {ours, true, published + overlapped}},
            {"raw", {ours, false, small + Words{"--window", "3"}, 5}},
            {"shared", {ours, true, small + shared + Words{"8"}, 20}},
            {"shared HD", {ours, true, large + shared + Words{"8"}, 5}}};
}

void compare(const Plan& plan)
{
    fmt::print(stderr, "making pictures\n");
    const SceneFile small{640, 480};
    const SceneFile large{1920, 1080};
    Ways ways = all_ways(small.options(), large.options());
    const bool with_python = has_python(plan);
    for (int round = 1; round <= plan.rounds; ++round) {
        fmt::print(stderr, "round {} of {}\n", round, plan.rounds);
        for (auto& [name, way] : ways)
            if (with_python || way.kind != Kind::python)
                measure(way, plan);
    }
    const auto row = [&](const char* what, const char* python, const char* ours,
                         double goal, double codec = 0) -> Comparison {
        return {what, ways.at(python).measured, ways.at(ours).measured, goal,
                codec};
    };
    const unsigned processors = std::thread::hardware_concurrency();
    const double good = ways.at("the codec 95").measured.median();
    const double fair = ways.at("the codec 80").measured.median();
    report(
        {row("JPEG 95, REQ/REP, overlapped", "Python 95", "overlapped", 3.5,
             good * processors),
         row("JPEG 95, REQ/REP, lockstep", "Python 95", "lockstep", 2, good),
         row("JPEG 80, PUB/SUB", "Python 80", "published", 3,
             fair * processors),
         row("raw, REQ/REP, tcp", "Python raw", "raw", 1.3),
         row("raw, shared memory", "Python raw", "shared", 5),
         row("raw 1920x1080, shared memory", "Python raw HD", "shared HD", 5)},
        plan.csv, plan.plot);
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Compares the speed of pictures: Python's and ours."};
    options.add("--rounds", plan.rounds, 1, 1000, "How often to measure each");
    options.add("--count", plan.count, 1, 1'000'000, "Pictures in a round");
    options.add("--warmup", plan.warmup, 1, 1'000'000,
                "Pictures before that, whose quality is looked at");
    options.add("--csv", plan.csv, "Print commas instead of a table");
    options.add("--plot", plan.plot, "File to draw the ratios in");
    options.add("--python", plan.python, "Python for its side");
    return run(options, argc, argv, [&] { compare(plan); });
}
