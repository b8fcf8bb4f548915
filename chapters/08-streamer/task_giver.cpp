// Gives a task to each worker that asks for one, and nothing when all are
// given. No device: the giver stays where it is, so it listens itself.
//
//     task_giver [--bind tcp://127.0.0.1:5559] [--count 10]
//                                                          Ctrl-C stops it.

#include "common/announce.hpp"
#include "common/printable.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>
#include <zmq_addon.hpp>

void give(const Endpoint& endpoint, int count)
{
    zmq::context_t context;
    const StopOnSignal stop{context};

    zmq::socket_t giver{context, zmq::socket_type::rep};
    giver.set(zmq::sockopt::maxmsgsize, std::int64_t{1 << 20});
    giver.set(zmq::sockopt::linger, 1000);
    giver.bind(endpoint);
    announce(giver);

    int next = 1;
    zmq::multipart_t request;
    while (request.recv(giver)) {
        const std::string text = request.peek(0)->to_string();
        if (request.size() != 1 || text != "a task, please") {
            fmt::print(stderr, "Nothing given to: {}\n", printable(text));
            giver.send(zmq::str_buffer("")); // a REP owes a reply
        } else if (next <= count) {
            giver.send(zmq::buffer(fmt::format(R"({{"num": {}}})", next)));
            fmt::print("Gave task {}\n", next++);
        } else {
            giver.send(zmq::str_buffer(""));
        }
    }
}

int main(int argc, char** argv)
{
    Endpoint endpoint = "tcp://127.0.0.1:5559";
    int count = 10;
    Options options{"Gives tasks to those who ask for them (REP)."};
    options.add("--bind", endpoint, "Endpoint to listen on");
    options.add("--count", count, 1, 1'000'000, "How many tasks there are");
    return run(options, argc, argv, [&] { give(endpoint, count); });
}
