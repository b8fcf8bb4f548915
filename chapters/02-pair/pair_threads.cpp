// Joins two threads with a PAIR of sockets: the worker is told how far to
// count, and reports each step when it likes.
//
//     pair_threads [--count 3]

#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>

#include <future>
#include <string>

std::string receive(zmq::socket_t& socket)
{
    zmq::message_t message;
    (void)socket.recv(message); // without a timeout it always has a value
    return message.to_string();
}

// A socket belongs to one thread. The context belongs to all.
void work(zmq::context_t& context)
{
    zmq::socket_t boss{context, zmq::socket_type::pair};
    boss.connect("inproc://worker");
    boss.send(zmq::str_buffer("ready"));

    const auto last = std::stoull(receive(boss));
    for (std::uint64_t n = 1; n <= last; ++n)
        boss.send(zmq::buffer(std::to_string(n)));
    boss.send(zmq::str_buffer("done"));
}

void employ(std::uint64_t count)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    zmq::socket_t worker{context, zmq::socket_type::pair};
    worker.bind("inproc://worker");

    // A future brings an exception of the thread home, ETERM too.
    auto thread = std::async(std::launch::async, work, std::ref(context));
    fmt::print("worker: {}\n", receive(worker));
    fmt::print("main: count to {}\n", count);
    worker.send(zmq::buffer(std::to_string(count)));
    for (std::string said; said != "done";) {
        said = receive(worker);
        fmt::print("worker: {}\n", said);
    }
    thread.get();
}

int main(int argc, char** argv)
{
    std::uint64_t count = 3;
    Options options{"Joins two threads with a pair of sockets (PAIR)."};
    options.add("--count", count, "How far the worker counts");
    return run(options, argc, argv, [&] { employ(count); });
}
