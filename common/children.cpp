#include "common/children.hpp"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <ctime>
#include <system_error>

namespace {

constexpr int killed_by = 128; // as shells count it: 128 + signal
constexpr timespec grace{3, 0};

int exit_status(int status)
{
    return WIFSIGNALED(status) ? killed_by + WTERMSIG(status)
                               : WEXITSTATUS(status);
}

} // namespace

Children::Children()
{
    sigemptyset(&awaited);
    for (const int number : {SIGCHLD, SIGINT, SIGTERM})
        sigaddset(&awaited, number);
    pthread_sigmask(SIG_BLOCK, &awaited, nullptr);
    std::signal(SIGCHLD, SIG_DFL); // were it ignored, no status would be kept
}

Children::~Children()
{
    signal_all(SIGTERM);
    sigset_t ended;
    sigemptyset(&ended);
    sigaddset(&ended, SIGCHLD);
    while (!running.empty()) {
        if (!take_ended() && sigtimedwait(&ended, nullptr, &grace) < 0 &&
            errno == EAGAIN)
            signal_all(SIGKILL);
    }
}

pid_t Children::fork(const std::string& role)
{
    std::fflush(nullptr); // or the child would print it a second time
    const pid_t parent = getpid();
    const pid_t child = ::fork();
    if (child < 0)
        throw std::system_error{errno, std::generic_category(), "fork"};
    if (child == 0) {
        running.clear();
        setpgid(0, 0);
        prctl(PR_SET_NAME, role.c_str());
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent) // it died before we asked
            _exit(killed_by + SIGKILL);
        return 0;
    }
    running.push_back(child);
    return child;
}

std::optional<Children::Ended> Children::wait()
{
    while (!running.empty()) {
        if (const auto ended = take_ended())
            return ended;
        const int number = sigwaitinfo(&awaited, nullptr);
        if (number == SIGINT || number == SIGTERM)
            break;
    }
    return {};
}

bool Children::wait_for_all()
{
    while (const auto ended = wait()) {
        if (ended->status > killed_by)
            throw std::runtime_error{"a process was killed: stopped them all"};
        if (ended->status != 0)
            return false;
    }
    return true;
}

std::optional<Children::Ended> Children::take_ended()
{
    int status = 0;
    const auto ended = std::ranges::find_if(running, [&](pid_t pid) {
        return waitpid(pid, &status, WNOHANG) == pid;
    });
    if (ended == running.end())
        return {};
    const pid_t pid = *ended;
    running.erase(ended);
    return Ended{pid, exit_status(status)};
}

void Children::signal_all(int number) const
{
    for (const pid_t pid : running)
        kill(pid, number);
}
