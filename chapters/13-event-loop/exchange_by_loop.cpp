// Sends numbers and receives numbers at the same time, by callbacks on asio's
// loop, and says what a message costs.
//
//     exchange_by_loop [--connect tcp://127.0.0.1:5556] [--count 100000]
//                      [--burst 1]

#include "common/run.hpp"
#include "common/socket_watch.hpp"
#include "common/stop_on_signal.hpp"

#include "chapters/13-event-loop/exchange.hpp"

#include <asio/io_context.hpp>

constexpr std::int64_t longest_frame = 1 << 20; // bytes

struct Peer
{
    zmq::socket_t& socket;
    SocketWatch& watch;
    Exchange exchange;

    // The loop ends when nobody waits any more.
    void send()
    {
        if (!exchange.has_sent_all())
            watch.async_wait(ZMQ_POLLOUT, [this] {
                exchange.send_some(socket);
                send();
            });
    }

    void receive()
    {
        if (!exchange.has_received_all())
            watch.async_wait(ZMQ_POLLIN, [this] {
                exchange.receive_some(socket);
                receive();
            });
    }
};

void exchange_numbers(const Plan& plan)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    zmq::socket_t socket{context, zmq::socket_type::pair};
    socket.set(zmq::sockopt::maxmsgsize, longest_frame);
    socket.set(zmq::sockopt::linger, 5000); // for the last numbers
    socket.connect(plan.endpoint);
    fmt::print("connected to {}\n", plan.endpoint.str());

    asio::io_context loop;
    SocketWatch watch{loop, socket};
    Peer peer{socket, watch, Exchange{plan}};
    peer.send();
    peer.receive();
    loop.run();
    peer.exchange.report();
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Exchanges numbers by callbacks on asio's loop (PAIR)."};
    options.add("--connect", plan.endpoint, "Peer, an exchange_by_poll");
    options.add("--count", plan.count, 1, 100'000'000, "Numbers each way");
    options.add("--burst", plan.burst, 1, 100'000, "Messages a turn, each way");
    return run(options, argc, argv, [&] { exchange_numbers(plan); });
}
