#pragma once

#include "support/process.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <thread>

/// Kills it, so that it can say nothing more to anybody.
inline void crash(Process& process)
{
    process.signal(SIGKILL);
    CHECK(process.finish() == 128 + SIGKILL);
}

/// Looks again and again until something holds that no single line of output
/// tells; fails when that takes too long.
template <typename Condition>
void await(Condition condition)
{
    using namespace std::chrono;
    const auto deadline = steady_clock::now() + seconds{20};
    while (!condition()) {
        REQUIRE(steady_clock::now() < deadline);
        std::this_thread::sleep_for(milliseconds{1});
    }
}

/// Waits until each one knows that who was connected to it at this endpoint of
/// tcp, or listened there, is gone. Until then it may send to the dead.
inline void await_hang_up(const std::string& endpoint)
{
    unsigned a = 0, b = 0, c = 0, d = 0, port = 0;
    REQUIRE(std::sscanf(endpoint.c_str(), "tcp://%u.%u.%u.%u:%u", &a, &b, &c,
                        &d, &port) == 5);
    const std::string place =
        fmt::format("{:02X}{:02X}{:02X}{:02X}:{:04X}", d, c, b, a, port);
    await([&] {
        std::ifstream table{"/proc/net/tcp"};
        for (std::string line; std::getline(table, line);) {
            std::istringstream words{line};
            std::string number, local, remote, state;
            words >> number >> local >> remote >> state;
            if (state == "08" && (local == place || remote == place))
                return false; // CLOSE_WAIT: the other end has closed
        }
        return true;
    });
}

/// Whether Debian's Python has these modules; says so when a test is left out.
/// It looks for them without loading them, which takes cv2 a quarter of a
/// second.
inline bool has_python(const std::vector<std::string>& modules)
{
    std::vector<std::string> command{
        "/usr/bin/python3", "-c",
        "import sys\n"
        "from importlib.util import find_spec\n"
        "sys.exit(0 if all(map(find_spec, sys.argv[1:])) else 1)"};
    command.insert(command.end(), modules.begin(), modules.end());
    const bool found = run_to_end(command).status == 0;
    if (!found)
        MESSAGE("left out: this needs python3 with ", modules);
    return found;
}

inline bool has_pyzmq()
{
    return has_python({"zmq"});
}

/// What the Python programs about pictures want.
inline bool has_cv2()
{
    return has_python({"zmq", "numpy", "cv2"});
}

/// How long its first thread has kept a processor busy, in nanoseconds.
inline long long processor_time(const Process& process)
{
    long long nanoseconds = 0;
    std::ifstream{"/proc/" + std::to_string(process.pid()) + "/schedstat"} >>
        nanoseconds;
    return nanoseconds;
}

/// Waits until it uses no processor time: it waits for something, then.
/// @return false when it has ended instead
inline bool comes_to_rest(Process& process)
{
    using namespace std::chrono_literals;
    for (long long before = -1, now = processor_time(process); now != before;
         now = processor_time(process)) {
        before = now;
        if (!process.runs_for(200ms))
            return false;
    }
    return true;
}
