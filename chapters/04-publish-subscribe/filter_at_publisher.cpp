// Publishes a thousand messages of 1000 bytes on topic A and one on topic Z,
// and asks the kernel how many bytes came over the subscriber's connection.
//
//     filter_at_publisher [--topic A]

#include "common/run.hpp"

#include <fmt/core.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <zmq.hpp>

#include <system_error>

// Notes the connection of a socket: the file descriptor of its event.
struct Connection : zmq::monitor_t
{
    int fd = -1;
    void on_event_connected(const zmq_event_t& event, const char*) override
    {
        fd = event.value;
    }
};

// How many bytes have come over a tcp connection, handshake and all.
std::uint64_t bytes_received(int fd)
{
    tcp_info info{};
    socklen_t size = sizeof info;
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0)
        throw std::system_error{errno, std::generic_category(), "TCP_INFO"};
    return info.tcpi_bytes_received;
}

void publish(zmq::socket_t& publisher)
{
    zmq::message_t subscription;
    (void)publisher.recv(subscription); // both, in their order
    (void)publisher.recv(subscription);
    for (int n = 0; n < 1000; ++n)
        publisher.send(zmq::buffer("A" + std::string(999, '.')));
    publisher.send(zmq::str_buffer("Z the last"));
}

int receive_until_z(zmq::socket_t& subscriber)
{
    zmq::message_t message;
    int received = 0;
    do {
        (void)subscriber.recv(message);
        ++received;
    } while (!message.to_string_view().starts_with("Z"));
    return received;
}

void count_bytes(const std::string& topic)
{
    zmq::context_t context;
    zmq::socket_t publisher{context, zmq::socket_type::xpub};
    zmq::socket_t subscriber{context, zmq::socket_type::sub};
    publisher.set(zmq::sockopt::maxmsgsize, std::int64_t{1 << 20});
    publisher.set(zmq::sockopt::xpub_nodrop, 1); // none is lost on the way
    publisher.bind("tcp://127.0.0.1:*");

    Connection connection;
    connection.init(subscriber, "inproc://events", ZMQ_EVENT_CONNECTED);
    subscriber.set(zmq::sockopt::rcvhwm, 0); // as many as come
    subscriber.set(zmq::sockopt::subscribe, topic);
    subscriber.set(zmq::sockopt::subscribe, "Z");
    subscriber.connect(publisher.get(zmq::sockopt::last_endpoint));
    while (connection.fd < 0)
        connection.check_event(100);

    publish(publisher);
    const int received = receive_until_z(subscriber);
    fmt::print("subscribed to {} and Z: messages {}, bytes {}\n", topic,
               received, bytes_received(connection.fd));
}

int main(int argc, char** argv)
{
    std::string topic = "A";
    Options options{"Shows by the kernel's count where messages are filtered."};
    options.add("--topic", topic, "What to subscribe to besides Z");
    return run(options, argc, argv, [&] { count_bytes(topic); });
}
