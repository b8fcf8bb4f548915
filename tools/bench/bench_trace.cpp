// What the trace costs: measures programs without it and under it, in turn, and
// sets the best rounds side by side. Speeds depend on the machine; their ratio
// says something.
//
//     bench_trace [--rounds 20]
//     bench_trace --measure round-trip         one number, of this process

#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <unistd.h>
#include <zmq.hpp>

#include <algorithm>
#include <array>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <thread>

using zmq::socket_type;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start)
{
    return std::chrono::duration<double>(Clock::now() - start).count();
}

// Microseconds for a request and its reply.
double round_trip(zmq::context_t& context)
{
    constexpr int count = 2'000;
    zmq::socket_t server{context, socket_type::rep};
    server.bind("tcp://127.0.0.1:*");
    zmq::socket_t client{context, socket_type::req};
    client.connect(server.get(zmq::sockopt::last_endpoint));
    const std::jthread echo{[&] {
        zmq::message_t message;
        for (int n = 0; n < count && server.recv(message); ++n)
            server.send(message, zmq::send_flags::none);
    }};
    const auto start = Clock::now();
    zmq::message_t reply;
    for (int n = 0; n < count; ++n) {
        client.send(zmq::buffer(fmt::format("request {}", n)));
        (void)client.recv(reply);
    }
    return 1e6 * seconds_since(start) / count;
}

// Microseconds for one of many messages that go one way.
double one_way(zmq::context_t& context, int count)
{
    zmq::socket_t pull{context, socket_type::pull};
    pull.bind("tcp://127.0.0.1:*");
    zmq::socket_t push{context, socket_type::push};
    push.connect(pull.get(zmq::sockopt::last_endpoint));
    const auto start = Clock::now();
    const std::jthread feeder{[&] {
        for (int n = 0; n < count; ++n)
            push.send(zmq::buffer(fmt::format("item {}", n)));
    }};
    zmq::message_t item;
    for (int n = 0; n < count; ++n)
        (void)pull.recv(item);
    return 1e6 * seconds_since(start) / count;
}

struct Measure
{
    const char* name;
    double (*of)(zmq::context_t&);
    const char* what;
};

constexpr std::array<Measure, 3> measures{{
    {"round-trip", round_trip, "a request and its reply"},
    {"noted", [](zmq::context_t& context) { return one_way(context, 20'000); },
     "one of many, all noted"},
    {"flood", [](zmq::context_t& context) { return one_way(context, 300'000); },
     "one of a flood, sampled"},
}};

void measure(const std::string& name)
{
    for (const Measure& one : measures) {
        if (one.name != name)
            continue;
        zmq::context_t context;
        fmt::print("{}\n", one.of(context));
        return;
    }
    throw std::runtime_error{"there is no measure " + name};
}

// The same in a process of its own, under the trace or not.
double measure_apart(const char* name, bool traced)
{
    std::array<char, PATH_MAX> self{};
    if (readlink("/proc/self/exe", self.data(), self.size() - 1) < 0)
        throw std::runtime_error{"cannot find this program"};
    std::array<char, 32> file{"/tmp/bench-trace-XXXXXX"};
    close(mkstemp(file.data()));
    const std::string trace =
        fmt::format("LD_PRELOAD='{}' ZMQ_TRACE_FILE='{}' "
                    "ASAN_OPTIONS=verify_asan_link_order=0 ",
                    TRACE_LIBRARY, file.data());
    const std::string command = fmt::format(
        "{}exec '{}' --measure {}", traced ? trace : "", self.data(), name);
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> output{
        popen(command.c_str(), "re"), pclose};
    std::array<char, 64> line{};
    const bool is_read =
        output && std::fgets(line.data(), line.size(), output.get());
    unlink(file.data());
    if (!is_read)
        throw std::runtime_error{fmt::format("no number for {}", name)};
    return std::strtod(line.data(), nullptr);
}

void compare(int rounds)
{
    std::array<std::array<double, 2>, measures.size()> best{};
    for (int round = 0; round < rounds; ++round)
        for (std::size_t n = 0; n < measures.size(); ++n)
            for (const bool traced : {false, true}) {
                const double time = measure_apart(measures[n].name, traced);
                double& least = best[n][traced ? 1 : 0];
                least = round == 0 ? time : std::min(least, time);
            }
    fmt::print("{:<26} {:>9} {:>9} {:>7}\n", "microseconds for", "without",
               "traced", "ratio");
    for (std::size_t n = 0; n < measures.size(); ++n)
        fmt::print("{:<26} {:>9.2f} {:>9.2f} {:>7.2f}\n", measures[n].what,
                   best[n][0], best[n][1], best[n][1] / best[n][0]);
}

int main(int argc, char** argv)
{
    int rounds = 20;
    std::string name;
    Options options{"Compares programs under the trace with those that are "
                    "not."};
    options.add("--rounds", rounds, 1, 1000, "How often to measure each");
    options.add("--measure", name,
                "Measure one thing in this process: round-trip, noted or "
                "flood");
    return run(options, argc, argv,
               [&] { name.empty() ? compare(rounds) : measure(name); });
}
