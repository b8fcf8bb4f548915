#include "follow.hpp"

#include "show.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <stdexcept>
#include <system_error>

namespace zmq_trace {

namespace {

using namespace std::chrono_literals;

// A send is shown when its receives had this long to come in.
constexpr auto patience = 100ms;
// Lines of several processes are put in order when they are this old.
constexpr auto settling = 30ms;
constexpr std::size_t most_live_events = 200'000;

std::int64_t now()
{
    timespec time{};
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1'000'000'000 + time.tv_nsec;
}

std::int64_t ns(std::chrono::nanoseconds time)
{
    return time.count();
}

[[noreturn]] void fail(const std::string& what)
{
    throw std::system_error{errno, std::generic_category(), what};
}

// Shows events while the file grows.
class Live
{
public:
    Live(const std::string& path, bool quiet, bool colour)
        : file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)},
          silent{quiet},
          printer{colour}
    {
        if (file < 0)
            fail(path);
    }
    Live(const Live&) = delete;
    Live& operator=(const Live&) = delete;
    ~Live() { ::close(file); }

    void step(std::chrono::nanoseconds settle, std::chrono::nanoseconds show)
    {
        take_lines();
        if (silent)
            return;
        feed(now() - ns(settle));
        print(now() - ns(show));
    }

private:
    void take_lines()
    {
        char buffer[1 << 16];
        ssize_t count = 0;
        while ((count = ::read(file, buffer, sizeof buffer)) > 0) {
            if (silent)
                continue;
            rest.append(buffer, static_cast<std::size_t>(count));
            std::size_t start = 0;
            for (std::size_t end = 0;
                 (end = rest.find('\n', start)) != std::string::npos;
                 start = end + 1)
                if (auto event = reader.read(
                        std::string_view{rest}.substr(start, end - start)))
                    waiting.push_back(std::move(*event));
            rest.erase(0, start);
        }
    }

    void feed(std::int64_t until)
    {
        std::stable_sort(
            waiting.begin(), waiting.end(),
            [](const Event& a, const Event& b) { return a.t < b.t; });
        while (!waiting.empty() && waiting.front().t <= until) {
            if (trace.events.empty())
                trace.start = waiting.front().t;
            trace.events.push_back(std::move(waiting.front()));
            waiting.pop_front();
            matcher.learn(trace.events.back());
            matcher.add(static_cast<int>(trace.events.size()) - 1);
        }
    }

    void print(std::int64_t until)
    {
        for (; shown < trace.events.size() && trace.events[shown].t <= until;
             ++shown) {
            const std::string line =
                printer.line(trace, matcher, static_cast<int>(shown));
            if (!line.empty())
                fmt::print(stderr, "{}\n", line);
        }
        if (shown < most_live_events)
            return;
        fmt::print(stderr, "(that is a lot: the rest is in the file only)\n");
        silent = true;
    }

    int file;
    bool silent;
    Printer printer;
    Trace trace;
    Reader reader{trace};
    Matcher matcher{trace};
    std::deque<Event> waiting;
    std::string rest;
    std::size_t shown = 0;
};

pid_t start(const Watch& watch)
{
    const pid_t child = fork();
    if (child < 0)
        fail("fork");
    if (child > 0)
        return child;
    const char* const before = std::getenv("LD_PRELOAD");
    const std::string preload =
        before && *before ? watch.library + ":" + before : watch.library;
    setenv("LD_PRELOAD", preload.c_str(), 1);
    setenv("ZMQ_TRACE_FILE", watch.file.c_str(), 1);
    if (!watch.content)
        setenv("ZMQ_TRACE_NO_CONTENT", "1", 1);
    std::vector<char*> arguments;
    for (const std::string& word : watch.command)
        arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    execvp(arguments[0], arguments.data());
    const int status = errno == ENOENT ? 127 : 126; // as shells do
    fmt::print(stderr, "zmq_trace: {}: {}\n", watch.command[0],
               std::generic_category().message(errno));
    _exit(status);
}

volatile sig_atomic_t traced = 0;

// Ctrl-C reaches the command by itself; what is sent to us is passed on.
void pass_on(int signal_number, siginfo_t* info, void*)
{
    if (traced > 0 && info->si_code != SI_KERNEL)
        kill(static_cast<pid_t>(traced), signal_number);
}

void outlive_signals()
{
    struct sigaction action = {};
    action.sa_sigaction = pass_on;
    action.sa_flags = SA_SIGINFO | SA_RESTART;
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
        struct sigaction before = {};
        sigaction(number, nullptr, &before);
        if (before.sa_handler != SIG_IGN) // as under nohup
            sigaction(number, &action, nullptr);
    }
}

int wait_for(pid_t child, Live& live)
{
    const int watched = static_cast<int>(syscall(SYS_pidfd_open, child, 0));
    for (;;) {
        pollfd ended{watched, POLLIN, 0};
        const bool over = poll(&ended, 1, 20) > 0;
        live.step(settling, patience);
        int status = 0;
        if ((over || watched < 0) &&
            waitpid(child, &status, watched < 0 ? WNOHANG : 0) == child) {
            if (watched >= 0)
                ::close(watched);
            return WIFSIGNALED(status) ? 128 + WTERMSIG(status)
                                       : WEXITSTATUS(status);
        }
    }
}

bool use_colour()
{
    const char* const none = std::getenv("NO_COLOR");
    const char* const terminal = std::getenv("TERM");
    return isatty(2) && !(none && *none) &&
           !(terminal && std::string_view{terminal} == "dumb");
}

} // namespace

int run_traced(const Watch& watch)
{
    const int made = ::open(watch.file.c_str(),
                            O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (made < 0)
        fail(watch.file);
    ::close(made);
    if (::access(watch.library.c_str(), R_OK) != 0)
        fail(watch.library);

    Live live{watch.file, watch.quiet, use_colour()};
    outlive_signals();
    const pid_t child = start(watch);
    traced = child;
    const int status = wait_for(child, live);
    live.step(0ms, 0ms);

    try {
        Trace trace = read_trace(watch.file);
        const auto matched = match(trace);
        fmt::print(stderr, "\n{}Saved as {}\n", summary(trace, *matched),
                   watch.file);
    } catch (const std::runtime_error&) {
        fmt::print(stderr,
                   "zmq_trace: nothing in '{}' used libzmq as a shared "
                   "library\n",
                   watch.command[0]);
    }
    return status;
}

} // namespace zmq_trace
