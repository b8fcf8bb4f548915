// The cure: fork first. Parent and child each make a context, and talk.
//
//     context_after_fork

#include "common/children.hpp"
#include "common/printable.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <unistd.h>
#include <zmq.hpp>

void be_the_child(const std::string& endpoint)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    zmq::socket_t socket{context, zmq::socket_type::pair};
    socket.set(zmq::sockopt::linger, 1000); // for the message, and no longer
    socket.connect(endpoint);
    socket.send(zmq::str_buffer("Hello from the child"));

    zmq::message_t reply;
    (void)socket.recv(reply);
    fmt::print("child: received {}\n", printable(reply.to_string_view()));
    fmt::print("child: returns, so ~context_t runs\n");
}

void be_the_parent(const std::string& endpoint)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    zmq::socket_t socket{context, zmq::socket_type::pair};
    socket.set(zmq::sockopt::linger, 1000);
    socket.bind(endpoint);

    zmq::message_t greeting;
    (void)socket.recv(greeting);
    fmt::print("parent: received {}\n", printable(greeting.to_string_view()));
    socket.send(zmq::str_buffer("Hello from the parent"));
}

void fork_first()
{
    // @: a name that lives in memory, so that no file is left behind.
    const std::string endpoint = fmt::format("ipc://@workbook-{}", getpid());
    Children children;
    if (children.fork("child") == 0)
        return be_the_child(endpoint);
    be_the_parent(endpoint);
    if (const auto ended = children.wait())
        fmt::print("parent: the child ended with {}\n", ended->status);
}

int main(int argc, char** argv)
{
    Options options{"Forks before it makes a context, so that all is well."};
    return run(options, argc, argv, fork_first);
}
