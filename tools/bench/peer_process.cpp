#include "tools/bench/peer_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <stdexcept>
#include <system_error>

namespace {

constexpr int patience = 60'000; // ms

std::system_error failure(const std::string& doing)
{
    return {errno, std::generic_category(), doing};
}

// Only calls that are safe between fork and exec.
[[noreturn]] void become(const std::vector<char*>& arguments, int output,
                         pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() == parent && dup2(output, STDOUT_FILENO) >= 0)
        execvp(arguments[0], arguments.data());
    _exit(127);
}

} // namespace

PeerProcess::PeerProcess(std::vector<std::string> command) : name{command.at(0)}
{
    std::vector<char*> arguments;
    for (std::string& argument : command)
        arguments.push_back(argument.data());
    arguments.push_back(nullptr);
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0)
        throw failure("pipe");
    const pid_t parent = getpid();
    pid = fork();
    if (pid == 0)
        become(arguments, ends[1], parent);
    close(ends[1]);
    output = ends[0];
    if (pid < 0) {
        close(output);
        throw failure("fork");
    }
}

PeerProcess::~PeerProcess()
{
    close(output);
    if (pid == 0)
        return;
    kill(pid, SIGKILL); // it has nothing to lose
    waitpid(pid, nullptr, 0);
}

std::string PeerProcess::wait_for(const std::string& beginning)
{
    for (;;) {
        for (auto end = unread.find('\n'); end != std::string::npos;
             end = unread.find('\n')) {
            const std::string line = unread.substr(0, end);
            unread.erase(0, end + 1);
            if (line.starts_with(beginning))
                return line.substr(beginning.size());
        }
        if (!read_more())
            throw std::runtime_error{name + " ended without saying '" +
                                     beginning + "'"};
    }
}

int PeerProcess::finish()
{
    while (read_more()) {
    }
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    pid = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool PeerProcess::read_more()
{
    pollfd item{output, POLLIN, 0};
    if (poll(&item, 1, patience) == 0)
        throw std::runtime_error{name + " says nothing"};
    std::array<char, 4096> text{};
    const ssize_t size = read(output, text.data(), text.size());
    if (size > 0)
        unread.append(text.data(), static_cast<std::size_t>(size));
    return size > 0;
}
