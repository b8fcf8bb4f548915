// Large objects from process to process: the feed queue, by ipc and through
// shared memory, beside Python's multiprocessing.Queue, in turn, and the
// medians of all rounds. Times belong to the machine; their ratio says
// something.
//
//     bench_feed [--rounds 5] [--size 150] [--compute 500] [--python]
//                [--csv] [--plot FILE.svg]
//
// It starts itself as producer and as consumer.

#include "chapters/17-feed-queue/pattern.hpp"
#include "common/feed_queue.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"
#include "tools/bench/feed_plot.hpp"

#include <fmt/core.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <thread>

using Clock = std::chrono::steady_clock;

struct Plan
{
    int rounds = 5;
    int megabytes = 150;
    int count = 8;
    std::chrono::milliseconds compute{500};
    bool with_python = false;
    bool csv = false;
    std::string plot;
    std::string role; // of a process that this one starts
    std::string at;
};

double ms_since(Clock::time_point start)
{
    return std::chrono::duration<double, std::milli>{Clock::now() - start}
        .count();
}

// --- One measurement: what its consumer prints

struct Times
{
    std::vector<double> gets;
    double all = 0;
};

void produce(const Plan& plan, zmq::context_t& context)
{
    const auto size = static_cast<std::size_t>(plan.megabytes) * 1'000'000;
    const FeedProducer::Plan places{.longest = size};
    FeedProducer feed{context, plan.at, places};
    // The first get() is measured once the producer rests, as Python's is, and
    // does not take the processors while it writes the next objects.
    const int ahead = plan.compute.count() > 0 ? places.places : 1;
    for (int n = 1; n <= plan.count; ++n) {
        write_object(feed.place(), static_cast<std::uint64_t>(n));
        feed.put(size);
        if (n == std::min(ahead, plan.count))
            fmt::print("ready\n");
    }
    feed.end();
}

void consume(const Plan& plan, zmq::context_t& context)
{
    const auto begin = Clock::now(); // the first includes the way there
    FeedConsumer feed{
        context, plan.at, {.shared_memory = plan.role == "memory"}};
    for (bool is_first = true;; is_first = false) {
        const auto before = is_first ? begin : Clock::now();
        const auto object = feed.get();
        if (!object)
            break;
        fmt::print("get {:.4f}\n", ms_since(before));
        check_object(object->bytes(), object->number());
        std::this_thread::sleep_for(plan.compute);
    }
    fmt::print("all {:.4f}\n", ms_since(begin));
}

void play_role(const Plan& plan)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL); // it shall not outlive the comparison
    zmq::context_t context;
    const StopOnSignal stop{context};
    plan.role == "producer" ? produce(plan, context) : consume(plan, context);
}

// --- All measurements

using Pipe = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

Pipe start(const std::string& command)
{
    Pipe pipe{popen(("exec " + command).c_str(), "re"), pclose};
    if (!pipe)
        throw std::runtime_error{"cannot start " + command};
    return pipe;
}

bool read_line(const Pipe& pipe, std::string& line)
{
    std::array<char, 100> text{};
    if (std::fgets(text.data(), text.size(), pipe.get()) == nullptr)
        return false;
    line = text.data();
    return true;
}

Times read_times(const Pipe& pipe, std::size_t count)
{
    Times times;
    for (std::string line; read_line(pipe, line);) {
        if (line.starts_with("get "))
            times.gets.push_back(std::stod(line.substr(4)));
        if (line.starts_with("all "))
            times.all = std::stod(line.substr(4));
    }
    if (times.gets.size() != count || times.all == 0)
        throw std::runtime_error{"a measurement failed: see above"};
    return times;
}

// A way for objects from process to process.
struct Way
{
    std::string name;
    std::string role;
    std::vector<double> first, later, each; // ms, of all rounds
};

Times measure(const Plan& plan, const Way& way, std::chrono::milliseconds time)
{
    const auto count = static_cast<std::size_t>(plan.count);
    if (way.role == "queue" || way.role == "thread")
        return read_times(
            start(fmt::format("/usr/bin/python3 '{}' {} {} {} {}", FEED_PEER,
                              way.role, plan.megabytes * 1'000'000LL,
                              plan.count, time.count())),
            count);
    static int number = 0;
    const std::string self = fmt::format(
        "'{}' --at 'ipc://@workbook-bench-feed-{}-{}' --size {} --count {} "
        "--compute {} --role",
        std::filesystem::read_symlink("/proc/self/exe").string(), getpid(),
        ++number, plan.megabytes, plan.count, time.count());
    const Pipe producer = start(self + " producer");
    std::string ready;
    read_line(producer, ready);
    return read_times(start(self + " " + way.role), count);
}

void measure(const Plan& plan, Way& way)
{
    const Times computing = measure(plan, way, plan.compute);
    way.first.push_back(computing.gets.front());
    way.later.insert(way.later.end(), computing.gets.begin() + 1,
                     computing.gets.end());
    const Times busy = measure(plan, way, std::chrono::milliseconds{0});
    way.each.push_back(busy.all / static_cast<double>(plan.count));
}

double median(std::vector<double> values)
{
    const auto middle =
        values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::ranges::nth_element(values, middle);
    return *middle;
}

void print(const Plan& plan, const std::vector<Way>& ways)
{
    const Way* const base = plan.with_python ? &ways.front() : nullptr;
    fmt::print(fmt::runtime(plan.csv ? "{},{},{},{},{},{}\n"
                                     : "{:<26}{:>9}{:>7}{:>9}{:>9}{:>7}\n"),
               "way", plan.csv ? "first_ms" : "first ms", "ratio",
               plan.csv ? "later_ms" : "later ms",
               plan.csv ? "each_ms" : "each ms", "ratio");
    for (const Way& way : ways) {
        const auto ratio = [&](const auto& values) {
            return base == nullptr
                       ? std::string{"-"}
                       : fmt::format("{:.3f}", median(way.*values) /
                                                   median(base->*values));
        };
        fmt::print(fmt::runtime(
                       plan.csv ? "{},{:.4f},{},{:.4f},{:.4f},{}\n"
                                : "{:<26}{:>9.1f}{:>7}{:>9.3f}{:>9.1f}{:>7}\n"),
                   way.name, median(way.first), ratio(&Way::first),
                   median(way.later), median(way.each), ratio(&Way::each));
    }
}

void draw(const Plan& plan, const std::vector<Way>& ways)
{
    std::vector<Group> groups{{"The first get()", {}},
                              {"Later ones, while it computes", {}},
                              {"Each object, nobody computes", {}}};
    for (const Way& way : ways) {
        groups[0].bars.push_back({way.name, median(way.first)});
        groups[1].bars.push_back({way.name, median(way.later)});
        groups[2].bars.push_back({way.name, median(way.each)});
    }
    write_plot(plan.plot, groups);
    fmt::print(stderr, "The plot is in {}\n", plan.plot);
}

void compare(const Plan& plan)
{
    // Before minutes of measuring, whose plot would be lost.
    if (!plan.plot.empty() && !std::ofstream{plan.plot, std::ios::app})
        throw std::runtime_error{plan.plot + ": cannot be written"};
    std::vector<Way> ways;
    if (plan.with_python) {
        ways.push_back({"multiprocessing.Queue", "queue", {}, {}, {}});
        ways.push_back({"the same and a thread", "thread", {}, {}, {}});
    }
    ways.push_back({"feed queue by ipc", "socket", {}, {}, {}});
    ways.push_back({"feed queue, shared memory", "memory", {}, {}, {}});
    for (int round = 1; round <= plan.rounds; ++round)
        for (Way& way : ways) {
            fmt::print(stderr, "Round {} of {}: {}\n", round, plan.rounds,
                       way.name);
            measure(plan, way);
        }
    print(plan, ways);
    if (!plan.plot.empty())
        draw(plan, ways);
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Compares ways for large objects between processes."};
    options.add("--rounds", plan.rounds, 1, 1000, "How often to measure each");
    options.add("--size", plan.megabytes, 1, 1000, "Megabytes an object");
    options.add("--count", plan.count, 2, 1000, "Objects a measurement");
    options.add("--compute", plan.compute, "Work on each object");
    options.add("--python", plan.with_python,
                "Measure multiprocessing.Queue too (wants numpy)");
    options.add("--csv", plan.csv, "Commas between the values");
    options.add("--plot", plan.plot, "SVG file to write");
    options.add("--role", plan.role, "For its own use: what to be");
    options.add("--at", plan.at, "For its own use: where");
    return run(options, argc, argv,
               [&] { plan.role.empty() ? compare(plan) : play_role(plan); });
}
