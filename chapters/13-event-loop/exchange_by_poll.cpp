// Sends numbers and receives numbers at the same time, in a loop around
// zmq::poll, and says what a message costs.
//
//     exchange_by_poll [--bind tcp://127.0.0.1:5556] [--count 100000]
//                      [--burst 1]

#include "common/announce.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include "chapters/13-event-loop/exchange.hpp"

constexpr std::int64_t longest_frame = 1 << 20; // bytes

void exchange_numbers(const Plan& plan)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    zmq::socket_t socket{context, zmq::socket_type::pair};
    socket.set(zmq::sockopt::maxmsgsize, longest_frame);
    socket.set(zmq::sockopt::linger, 5000); // for the last numbers
    socket.bind(plan.endpoint);
    announce(socket);

    Exchange exchange{plan};
    zmq::pollitem_t item{socket.handle(), 0, ZMQ_POLLIN | ZMQ_POLLOUT, 0};
    while (!exchange.has_sent_all() || !exchange.has_received_all()) {
        if (exchange.has_sent_all())
            item.events = ZMQ_POLLIN;
        zmq::poll(&item, 1, std::chrono::milliseconds{-1});
        if (item.revents & ZMQ_POLLIN)
            exchange.receive_some(socket);
        if (item.revents & ZMQ_POLLOUT)
            exchange.send_some(socket);
    }
    exchange.report();
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Exchanges numbers in a loop around zmq::poll (PAIR)."};
    options.add("--bind", plan.endpoint, "Endpoint to listen on");
    options.add("--count", plan.count, 1, 100'000'000, "Numbers each way");
    options.add("--burst", plan.burst, 1, 100'000, "Messages a turn, each way");
    return run(options, argc, argv, [&] { exchange_numbers(plan); });
}
