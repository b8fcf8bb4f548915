// Runs a streamer in a thread of its own, and goes on meanwhile.
//
//     start-or-say-why [--bind-frontend tcp://127.0.0.1:5559]
//                      [--bind-backend tcp://127.0.0.1:5560]   Enter ends it.

#include "common/announce.hpp"
#include "common/run.hpp"

#include <fmt/core.h>
#include <zmq.hpp>

#include <cerrno>
#include <functional>
#include <iostream>
#include <thread>

void forward(zmq::context_t& context, const Endpoint& feeders,
             const Endpoint& workers)
try {
    zmq::socket_t frontend{context, zmq::socket_type::pull};
    zmq::socket_t backend{context, zmq::socket_type::push};
    backend.set(zmq::sockopt::linger, 0); // tasks that nobody takes
    frontend.bind(feeders);
    announce(frontend, "frontend");
    backend.bind(workers);
    announce(backend, "backend");
    zmq::proxy(zmq::socket_ref{frontend}, zmq::socket_ref{backend});
} catch (const zmq::error_t& error) {
    if (error.num() != ETERM)
        fmt::print(stderr, "the streamer: {}\n", error.what());
}

// When this returns both sides listen. When they cannot, it throws.
std::jthread start(zmq::context_t& context, const Endpoint& feeders,
                   const Endpoint& workers)
{
    return std::jthread{forward, std::ref(context), feeders, workers};
}

void work(const Endpoint& feeders, const Endpoint& workers)
{
    zmq::context_t context;
    const std::jthread streamer = start(context, feeders, workers);
    fmt::print("started\n");
    std::string line;
    std::getline(std::cin, line); // the work of the program itself
    context.shutdown();           // the proxy throws ETERM; then comes join
}

int main(int argc, char** argv)
{
    Endpoint feeders = "tcp://127.0.0.1:5559";
    Endpoint workers = "tcp://127.0.0.1:5560";
    Options options{"Runs a streamer in a thread (PULL and PUSH)."};
    options.add("--bind-frontend", feeders, "Where feeders come");
    options.add("--bind-backend", workers, "Where workers come");
    return run(options, argc, argv, [&] { work(feeders, workers); });
}
