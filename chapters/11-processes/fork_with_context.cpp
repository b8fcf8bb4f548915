// What goes wrong when a process forks after it has made a context: the child
// has the sockets, but not the threads that move their messages.
//
//     fork_with_context [--exit]

#include "common/run.hpp"

#include <fmt/core.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zmq.hpp>

#include <csignal>

constexpr suseconds_t allowance = 300; // ms of processor time for the child

void try_to_use(zmq::socket_t& socket)
{
    try {
        socket.send(zmq::str_buffer("from the child"));
        fmt::print("child: sent\n");
    } catch (const zmq::error_t& error) {
        fmt::print("child: cannot send: {}{}\n", error.what(),
                   error.num() == EINTR ? " (EINTR)" : "");
    }
}

void be_the_child(zmq::socket_t& socket, bool exit)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL); // never outlives its parent
    const itimerval limit{{}, {0, 1000 * allowance}};
    setitimer(ITIMER_PROF, &limit, nullptr); // or it would never end
    try_to_use(socket);
    std::fflush(stdout);
    if (exit)
        _exit(0); // no destructor runs
    fmt::print("child: returns, so ~context_t runs\n");
}

void report(pid_t child)
{
    int status = 0;
    waitpid(child, &status, 0);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGPROF)
        fmt::print("parent: the child span until it had used up {} ms of "
                   "processor time\n",
                   allowance);
    else
        fmt::print("parent: the child ended with {}\n", status);
}

void fork_too_late(bool exit)
{
    zmq::context_t context;
    zmq::socket_t left{context, zmq::socket_type::pair};
    zmq::socket_t right{context, zmq::socket_type::pair};
    left.bind("inproc://pair");
    right.connect("inproc://pair");

    const pid_t child = fork();
    if (child == 0)
        return be_the_child(left, exit);
    report(child);

    left.send(zmq::str_buffer("still here"));
    zmq::message_t message;
    (void)right.recv(message);
    fmt::print("parent: its own sockets work: {}\n", message.to_string_view());
}

int main(int argc, char** argv)
{
    bool exit = false;
    Options options{"Forks with a context, and shows what the child gets."};
    options.add("--exit", exit, "The child leaves by _exit()");
    return run(options, argc, argv, [&] { fork_too_late(exit); });
}
