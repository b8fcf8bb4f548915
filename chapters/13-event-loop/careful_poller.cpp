// The ten messages of naive_poller again, with a SocketWatch: it looks at
// ZMQ_EVENTS, the state of the socket, before it waits for the descriptor.
//
//     careful_poller [--send]

#include "common/run.hpp"
#include "common/socket_watch.hpp"

#include <asio/io_context.hpp>
#include <fmt/core.h>
#include <zmq.hpp>

struct Poller
{
    zmq::socket_t& socket;
    SocketWatch& watch;
    int received = 0;

    void wait()
    {
        watch.async_wait(ZMQ_POLLIN, [this] {
            zmq::message_t message;
            if (socket.recv(message, zmq::recv_flags::dontwait))
                ++received; // one at a time is enough
            if (received < 10)
                wait();
        });
    }
};

void poll_carefully(bool send)
{
    zmq::context_t context;
    zmq::socket_t peer{context, zmq::socket_type::pair};
    zmq::socket_t socket{context, zmq::socket_type::pair};
    socket.bind("inproc://ten-messages");
    peer.connect("inproc://ten-messages");
    for (int n = 1; n <= 10; ++n)
        peer.send(zmq::buffer(std::to_string(n)));
    if (send)
        socket.send(zmq::str_buffer("I am ready"));

    asio::io_context loop;
    SocketWatch watch{loop, socket};
    Poller poller{socket, watch};
    poller.wait();
    loop.run(); // until nobody waits for anything
    fmt::print("received: {} of 10\n", poller.received);
}

int main(int argc, char** argv)
{
    bool send = false;
    Options options{"Waits for a socket with a SocketWatch (PAIR)."};
    options.add("--send", send, "Send a message before waiting");
    return run(options, argc, argv, [&] { poll_carefully(send); });
}
