#include "support/process.hpp"

#include <boost/process.hpp>
#include <boost/process/extend.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>

#include <condition_variable>
#include <csignal>
#include <mutex>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <utility>

namespace bp = boost::process;
using namespace std::chrono_literals;

namespace {

constexpr auto patience = 60s; // before a wait is called a failure

struct DiesWithTheTest : bp::extend::handler
{
    template <typename Executor>
    void on_exec_setup(Executor&) const
    {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
    }
};

} // namespace

struct Process::Running
{
    std::vector<std::string> command;
    bp::ipstream out_pipe;
    bp::ipstream err_pipe;
    bp::opstream in_pipe;
    bp::group group;
    bp::child child;

    mutable std::mutex mutex;
    std::condition_variable changed;
    std::string out;
    std::string err;
    std::vector<std::string> lines; // of both, as they came
    std::size_t seen = 0;           // lines that wait_for() is done with
    int readers = 2;
    std::jthread out_reader;
    std::jthread err_reader;

    explicit Running(std::vector<std::string> words)
        : command{std::move(words)},
          child{bp::exe = command.front(),
                bp::args = std::vector<std::string>(command.begin() + 1,
                                                    command.end()),
                bp::std_out > out_pipe,
                bp::std_err > err_pipe,
                bp::std_in < in_pipe,
                group,
                DiesWithTheTest{}}
    {
        // Not for the processes that come after this one.
        for (const int fd :
             {out_pipe.pipe().native_source(), err_pipe.pipe().native_source(),
              in_pipe.pipe().native_sink()})
            fcntl(fd, F_SETFD, FD_CLOEXEC);
        out_reader = std::jthread{[this] { read(out_pipe, out); }};
        err_reader = std::jthread{[this] { read(err_pipe, err); }};
    }

    ~Running()
    {
        std::error_code ignored;
        group.terminate(ignored);
        child.wait(ignored);
    }

    void read(bp::ipstream& pipe, std::string& text)
    {
        std::string line;
        while (std::getline(pipe, line)) {
            const std::lock_guard lock{mutex};
            text += line + "\n";
            lines.push_back(line);
            changed.notify_all();
        }
        const std::lock_guard lock{mutex};
        --readers;
        changed.notify_all();
    }

    // Waits until the condition holds, or all output has been read.
    template <typename Condition>
    bool await(std::unique_lock<std::mutex>& lock, Condition condition)
    {
        changed.wait_for(lock, patience,
                         [&] { return condition() || readers == 0; });
        return condition();
    }

    std::string report() const
    {
        return fmt::format("\n$ {}\n--- stdout\n{}--- stderr\n{}---",
                           fmt::join(command, " "), out, err);
    }
};

std::string program_path(std::string_view name)
{
    return fmt::format("{}/{}", WORKBOOK_BIN, name);
}

Process::Process(std::vector<std::string> command)
{
    if (command.front().find('/') == std::string::npos)
        command.front() = program_path(command.front());
    std::signal(SIGPIPE, SIG_IGN); // it may end before it has read its stdin
    running = std::make_unique<Running>(std::move(command));
}

Process::Process(Process&&) noexcept = default;
Process& Process::operator=(Process&&) noexcept = default;
Process::~Process() = default;

std::string Process::wait_for(std::string_view text)
{
    std::unique_lock lock{running->mutex};
    std::string found;
    const auto has_come = [&] {
        while (found.empty() && running->seen < running->lines.size()) {
            const std::string& line = running->lines[running->seen++];
            if (line.find(text) != std::string::npos)
                found = line;
        }
        return !found.empty();
    };
    if (!running->await(lock, has_come))
        throw std::runtime_error{fmt::format("no line with '{}'", text) +
                                 running->report()};
    return found;
}

std::string Process::endpoint()
{
    const std::string line = wait_for("listening on ");
    const std::size_t start = line.find("listening on ") + 13;
    return line.substr(start, line.find(' ', start) - start);
}

void Process::enter()
{
    write("\n");
}

void Process::write(std::string_view text)
{
    running->in_pipe << text << std::flush;
}

void Process::close_stdin()
{
    running->in_pipe.pipe().close();
}

void Process::signal(int number)
{
    kill(running->child.id(), number);
}

int Process::finish()
{
    std::unique_lock lock{running->mutex};
    if (!running->await(lock, [&] { return running->readers == 0; }))
        throw std::runtime_error{"it did not end" + running->report()};
    running->child.wait();
    const int status = running->child.native_exit_code();
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int Process::stop()
{
    signal(SIGTERM);
    return finish();
}

bool Process::runs_for(std::chrono::milliseconds time)
{
    std::unique_lock lock{running->mutex};
    return !running->changed.wait_for(lock, time,
                                      [&] { return running->readers == 0; });
}

std::string Process::out() const
{
    const std::lock_guard lock{running->mutex};
    return running->out;
}

std::string Process::err() const
{
    const std::lock_guard lock{running->mutex};
    return running->err;
}

std::vector<std::string> Process::out_lines() const
{
    std::istringstream text{out()};
    std::vector<std::string> lines;
    for (std::string line; std::getline(text, line);)
        lines.push_back(line);
    return lines;
}

int Process::pid() const
{
    return running->child.id();
}

Result run_to_end(std::vector<std::string> command)
{
    Process process{std::move(command)};
    process.close_stdin();
    const int status = process.finish();
    return {status, process.out(), process.err()};
}

std::string own_endpoint()
{
    const int id = getpid();
    return fmt::format("tcp://127.{}.{}.{}:5556", 1 + ((id >> 16) & 0x3f),
                       (id >> 8) & 0xff, id & 0xff);
}

int count_lines(const std::string& output, std::string_view text)
{
    std::istringstream lines{output};
    int count = 0;
    for (std::string line; std::getline(lines, line);)
        count += line.find(text) != std::string::npos;
    return count;
}
