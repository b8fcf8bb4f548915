// Says which messages reach a subscriber with these subscriptions, made in
// this order and then cancelled in this one.
//
//     subscriptions [--subscribe TEXT]... [--unsubscribe TEXT]...

#include "common/printable.hpp"
#include "common/run.hpp"

#include <fmt/core.h>
#include <zmq.hpp>

using Texts = std::vector<std::string>;

void change(zmq::socket_t& subscriber, const Texts& add, const Texts& remove)
{
    for (const std::string& text : add) {
        subscriber.set(zmq::sockopt::subscribe, text);
        fmt::print("subscribe to   \"{}\"\n", printable(text));
    }
    for (const std::string& text : remove) {
        subscriber.set(zmq::sockopt::unsubscribe, text);
        fmt::print("unsubscribe of \"{}\"\n", printable(text));
    }
}

void publish_and_receive(const Texts& add, const Texts& remove)
{
    zmq::context_t context;
    zmq::socket_t publisher{context, zmq::socket_type::xpub};
    zmq::socket_t subscriber{context, zmq::socket_type::sub};
    publisher.bind("inproc://news");
    subscriber.connect("inproc://news");
    change(subscriber, add, remove);

    // An XPUB that looks for messages learns of all changes by that.
    zmq::message_t message;
    while (publisher.recv(message, zmq::recv_flags::dontwait)) {
    }
    for (const char* news : {"1 one", "10 ten", "100 hundred", "2 two"})
        publisher.send(zmq::buffer(std::string{news}));

    int received = 0;
    while (subscriber.recv(message, zmq::recv_flags::dontwait))
        fmt::print("received {}: {}\n", ++received, message.to_string_view());
    fmt::print("{} of 4 messages\n", received);
}

int main(int argc, char** argv)
{
    Texts add, remove;
    Options options{"Says which of four messages reach a subscriber."};
    options.add("--subscribe", add, "Subscribe to it; may be repeated");
    options.add("--unsubscribe", remove, "Then cancel it; may be repeated");
    return run(options, argc, argv, [&] { publish_and_receive(add, remove); });
}
