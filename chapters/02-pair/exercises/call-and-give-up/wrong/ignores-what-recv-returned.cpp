// Calls a partner, and gives up when no answer comes.
//
//     call-and-give-up [--connect tcp://127.0.0.1:5556] [--timeout 500]

#include "common/printable.hpp"
#include "common/run.hpp"

#include <fmt/core.h>
#include <zmq.hpp>

#include <stdexcept>

void call(const Endpoint& partner, std::chrono::milliseconds timeout)
{
    zmq::context_t context;
    zmq::socket_t socket{context, zmq::socket_type::pair};
    socket.set(zmq::sockopt::rcvtimeo, static_cast<int>(timeout.count()));
    socket.set(zmq::sockopt::linger, 0);
    socket.connect(partner);
    socket.send(zmq::str_buffer("Anybody there?"));

    zmq::message_t answer;
    (void)socket.recv(answer);
    fmt::print("Answer: {}\n", printable(answer.to_string_view()));
}

int main(int argc, char** argv)
{
    Endpoint partner = "tcp://127.0.0.1:5556";
    std::chrono::milliseconds timeout{500};
    Options options{"Calls a partner, and gives up in time (PAIR)."};
    options.add("--connect", partner, "Partner to call");
    options.add("--timeout", timeout, "Longest wait for an answer");
    return run(options, argc, argv, [&] { call(partner, timeout); });
}
