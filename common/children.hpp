#pragma once

#include <sys/types.h>

#include <csignal>
#include <optional>
#include <string>
#include <vector>

/// The processes that this one forks: none outlives it, and none is left to
/// run when it stops.
///
/// Only a process with a single thread may fork safely, so make this object
/// and all forks before any ZeroMQ context: a context starts threads. The
/// stop signals (SIGINT, SIGTERM) stay blocked from here on, in the children
/// as well; StopOnSignal takes them there.
class Children
{
public:
    Children();
    Children(const Children&) = delete;
    Children& operator=(const Children&) = delete;
    /// Sends SIGTERM to those that still run and waits for them; what has not
    /// ended after some seconds gets SIGKILL.
    ~Children();

    /// Forks. The child is in a process group of its own, so that Ctrl-C
    /// reaches this process alone, and the kernel kills it when this process
    /// dies. It owns no children.
    /// @param role what `ps` and `run/trace` call the child; Linux keeps 15
    ///        bytes of it
    /// @return 0 in the child, the child's process id in the parent
    /// @throws std::system_error
    pid_t fork(const std::string& role);

    /// A child that is no more.
    struct Ended
    {
        pid_t pid;  ///< its process id, which may be used again
        int status; ///< the exit status, or 128 + signal
    };

    /// Waits for the end of any child.
    /// @return none when a stop signal came, or when no child is left
    std::optional<Ended> wait();

    /// Waits for the end of all, for a stop signal, or for the first that
    /// fails.
    /// @return false when one ended with a status, and has said why
    /// @throws std::runtime_error when one was killed, which says nothing
    bool wait_for_all();

private:
    std::optional<Ended> take_ended();
    void signal_all(int number) const;

    std::vector<pid_t> running;
    sigset_t awaited{}; // SIGCHLD and the stop signals
};
