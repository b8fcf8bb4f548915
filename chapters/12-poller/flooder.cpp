// Sends jobs as fast as they are taken, by PUSH: "job 1", "job 2", …
//
//     flooder [--connect tcp://127.0.0.1:5556] [--count 0]   Ctrl-C stops it.

#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>

constexpr std::int64_t longest_frame = 1 << 20; // bytes

void flood(const Endpoint& endpoint, std::uint64_t count)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    zmq::socket_t jobs{context, zmq::socket_type::push};
    jobs.set(zmq::sockopt::maxmsgsize, longest_frame);
    jobs.set(zmq::sockopt::linger, count == 0 ? 0 : 5000);
    jobs.connect(endpoint);
    fmt::print("connected to {}\n", endpoint.str());
    for (std::uint64_t n = 1; n <= count || count == 0; ++n)
        jobs.send(zmq::buffer(fmt::format("job {}", n)));
}

int main(int argc, char** argv)
{
    Endpoint endpoint = "tcp://127.0.0.1:5556";
    std::uint64_t count = 0;
    Options options{"Sends jobs as fast as they are taken (PUSH)."};
    options.add("--connect", endpoint, "Who takes jobs");
    options.add("--count", count, "Jobs to send, 0 = until stopped");
    return run(options, argc, argv, [&] { flood(endpoint, count); });
}
