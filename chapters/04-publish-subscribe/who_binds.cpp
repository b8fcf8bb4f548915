// Says when a publisher hears of a subscription: by itself, where the
// subscriber connects; where it binds, only once it looks for messages.
//
//     who_binds [--subscriber-connects]

#include "common/run.hpp"

#include <fmt/core.h>
#include <zmq.hpp>

constexpr std::int64_t longest_frame = 1 << 20; // bytes

struct Sockets
{
    zmq::context_t context;
    zmq::socket_t publisher{context, zmq::socket_type::xpub};
    zmq::socket_t subscriber{context, zmq::socket_type::sub};

    Sockets()
    {
        publisher.set(zmq::sockopt::maxmsgsize, longest_frame);
        publisher.set(zmq::sockopt::linger, 0);
        subscriber.set(zmq::sockopt::maxmsgsize, longest_frame);
        subscriber.set(zmq::sockopt::subscribe, "");
    }
};

// What is sent now arrives.
void send_and_receive(Sockets& sockets, const std::string& number)
{
    zmq::message_t message;
    sockets.publisher.send(zmq::buffer(number));
    (void)sockets.subscriber.recv(message);
    fmt::print("sent {}: received {}\n", number, message.to_string_view());
}

void subscriber_connects()
{
    Sockets sockets;
    sockets.publisher.bind("tcp://127.0.0.1:*");
    sockets.subscriber.connect(
        sockets.publisher.get(zmq::sockopt::last_endpoint));
    zmq::message_t message;
    (void)sockets.publisher.recv(message); // waits as long as it takes
    fmt::print("the subscription came by itself\n");
    send_and_receive(sockets, "1");
}

void subscriber_binds()
{
    Sockets sockets;
    sockets.subscriber.bind("tcp://127.0.0.1:*");
    sockets.publisher.connect(
        sockets.subscriber.get(zmq::sockopt::last_endpoint));
    zmq::message_t message;
    sockets.publisher.set(zmq::sockopt::rcvtimeo, 500);
    if (!sockets.publisher.recv(message))
        fmt::print("no subscription came within 500 ms\n");
    for (int n = 1; n <= 100; ++n)
        sockets.publisher.send(zmq::buffer(std::to_string(n)));

    sockets.publisher.set(zmq::sockopt::rcvtimeo, 10);
    do // looks for messages, and by that sends its subscription
        (void)sockets.subscriber.recv(message, zmq::recv_flags::dontwait);
    while (!sockets.publisher.recv(message));
    fmt::print("it came when the subscriber looked for messages\n");
    send_and_receive(sockets, "101");
}

int main(int argc, char** argv)
{
    bool connects = false;
    Options options{"Says when a publisher hears of a subscription."};
    options.add("--subscriber-connects", connects,
                "Let the subscriber connect and the publisher bind");
    return run(options, argc, argv,
               [&] { connects ? subscriber_connects() : subscriber_binds(); });
}
