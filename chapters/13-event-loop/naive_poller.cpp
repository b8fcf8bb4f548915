// Ten messages lie in the queue of a socket. Waits for its file descriptor,
// ZMQ_FD, as for that of a file or of a tcp connection, and gets one of ten.
//
//     naive_poller [--drain] [--send] [--patience 300]

#include "common/run.hpp"

#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <fmt/core.h>
#include <zmq.hpp>

struct Plan
{
    bool drain = false;
    bool send = false;
    std::chrono::milliseconds patience{300};
};

struct Poller
{
    zmq::socket_t& socket;
    asio::posix::stream_descriptor& descriptor;
    bool drain;
    int received = 0;
    int wakeups = 0;

    void wait()
    {
        descriptor.async_wait(asio::posix::descriptor_base::wait_read,
                              [this](const asio::error_code& error) {
                                  if (error)
                                      return;
                                  ++wakeups;
                                  receive();
                                  wait();
                              });
    }

    void receive()
    {
        zmq::message_t message;
        while (socket.recv(message, zmq::recv_flags::dontwait)) {
            ++received;
            if (!drain)
                return; // it will wake us again if there is more, won't it?
        }
    }
};

void poll_naively(const Plan& plan)
{
    zmq::context_t context;
    zmq::socket_t peer{context, zmq::socket_type::pair};
    zmq::socket_t socket{context, zmq::socket_type::pair};
    socket.bind("inproc://ten-messages");
    peer.connect("inproc://ten-messages");
    for (int n = 1; n <= 10; ++n)
        peer.send(zmq::buffer(std::to_string(n)));
    if (plan.send)
        socket.send(zmq::str_buffer("I am ready"));

    asio::io_context loop;
    asio::posix::stream_descriptor descriptor{loop,
                                              socket.get(zmq::sockopt::fd)};
    Poller poller{socket, descriptor, plan.drain};
    poller.wait();
    loop.poll(); // what is there, and then what may come
    loop.run_for(plan.patience);
    descriptor.release(); // libzmq closes it
    fmt::print("wake-ups: {}, received: {} of 10\n", poller.wakeups,
               poller.received);
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Waits for ZMQ_FD as for any file descriptor (PAIR)."};
    options.add("--drain", plan.drain, "Receive all there is on each wake-up");
    options.add("--send", plan.send, "Send a message before waiting");
    options.add("--patience", plan.patience, "How long to wait for messages");
    return run(options, argc, argv, [&] { poll_naively(plan); });
}
