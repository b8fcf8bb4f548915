// Says which ZeroMQ this is: the versions that the program was compiled with,
// the one that it runs with, and what that library was built to do.
//
//     zmq_version

#include "common/run.hpp"

#include <fmt/core.h>
#include <zmq.hpp>

void show_versions()
{
    fmt::print("cppzmq, compiled: {}.{}.{}\n", CPPZMQ_VERSION_MAJOR,
               CPPZMQ_VERSION_MINOR, CPPZMQ_VERSION_PATCH);
    fmt::print("libzmq, compiled: {}.{}.{}\n", ZMQ_VERSION_MAJOR,
               ZMQ_VERSION_MINOR, ZMQ_VERSION_PATCH);

    // The library is found when the program starts. It may be another one.
    const auto [major, minor, patch] = zmq::version();
    fmt::print("libzmq, running:  {}.{}.{}\n", major, minor, patch);
}

// tcp and inproc are always there, so libzmq has no question for them.
void show_capabilities()
{
    for (const char* name :
         {"ipc", "pgm", "norm", "tipc", "curve", "gssapi", "draft"})
        fmt::print("{:<8}{}\n", name, zmq_has(name) == 1 ? "yes" : "no");
}

int main(int argc, char** argv)
{
    Options options{"Says which ZeroMQ this is, and what it can do."};
    return run(options, argc, argv, [] {
        show_versions();
        show_capabilities();
    });
}
