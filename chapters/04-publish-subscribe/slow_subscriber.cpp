// Publishes 30 numbers to a subscriber who does not look yet, with a high-water
// mark of 5 at each end: the queue between them holds 10.
//
//     slow_subscriber [--nodrop] [--conflate]

#include "common/run.hpp"

#include <fmt/format.h>
#include <zmq.hpp>

#include <string>

// Says which numbers are waiting, and takes them.
void take_all(zmq::socket_t& subscriber)
{
    std::vector<std::string> numbers;
    zmq::message_t message;
    while (subscriber.recv(message, zmq::recv_flags::dontwait))
        numbers.push_back(message.to_string());
    fmt::print("received: {}\n", fmt::join(numbers, " "));
}

// Tries to send the numbers, and says how many were taken.
void publish(zmq::socket_t& publisher, int first, int last)
{
    int taken = 0;
    for (int n = first; n <= last; ++n)
        if (publisher.send(zmq::buffer(std::to_string(n)),
                           zmq::send_flags::dontwait))
            ++taken;
    fmt::print("sent {} to {}: {} were taken\n", first, last, taken);
}

void overtake(bool nodrop, bool conflate)
{
    zmq::context_t context;
    zmq::socket_t publisher{context, zmq::socket_type::xpub};
    zmq::socket_t subscriber{context, zmq::socket_type::sub};
    publisher.set(zmq::sockopt::sndhwm, 5); // all before bind and connect
    publisher.set(zmq::sockopt::xpub_nodrop, nodrop ? 1 : 0);
    subscriber.set(zmq::sockopt::rcvhwm, 5);
    subscriber.set(zmq::sockopt::conflate, conflate);
    publisher.bind("inproc://numbers");
    subscriber.connect("inproc://numbers");
    subscriber.set(zmq::sockopt::subscribe, "");
    zmq::message_t subscription;
    (void)publisher.recv(subscription);

    publish(publisher, 1, 30);
    take_all(subscriber);
    (void)publisher.get(zmq::sockopt::events); // notes that there is room
    publish(publisher, 31, 33);
    take_all(subscriber);
}

int main(int argc, char** argv)
{
    bool nodrop = false, conflate = false;
    Options options{"Publishes faster than its subscriber looks."};
    options.add("--nodrop", nodrop, "Refuse what does not fit (XPUB_NODROP)");
    options.add("--conflate", conflate, "Keep only the newest (CONFLATE)");
    return run(options, argc, argv, [&] { overtake(nodrop, conflate); });
}
