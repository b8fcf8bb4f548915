// Passes on what a publisher says, and only what somebody here wants to hear.
//
//     pass-subscriptions-on [--connect tcp://127.0.0.1:5559]
//                           [--bind tcp://127.0.0.1:5560]  Ctrl-C stops it.

#include "common/announce.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <zmq.hpp>

#include <array>
#include <chrono>

void forward(const Endpoint& publisher, const Endpoint& endpoint)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    zmq::socket_t frontend{context, zmq::socket_type::xsub};
    zmq::socket_t backend{context, zmq::socket_type::xpub};
    frontend.connect(publisher);
    backend.bind(endpoint);
    announce(backend);
    std::array<zmq::pollitem_t, 2> items{
        {{frontend.handle(), 0, ZMQ_POLLIN, 0},
         {backend.handle(), 0, ZMQ_POLLIN, 0}}};
    zmq::message_t message;
    while (zmq::poll(items, std::chrono::milliseconds{-1}) > 0) {
        if (items[0].revents != 0 && frontend.recv(message))
            backend.send(message, message.more() ? zmq::send_flags::sndmore
                                                 : zmq::send_flags::none);
        if (items[1].revents != 0 && backend.recv(message) &&
            *message.data<char>() == 1)
            frontend.send(message, zmq::send_flags::none);
    }
}

int main(int argc, char** argv)
{
    Endpoint publisher = "tcp://127.0.0.1:5559";
    Endpoint endpoint = "tcp://127.0.0.1:5560";
    Options options{"Passes on what a publisher says (XSUB and XPUB)."};
    options.add("--connect", publisher, "Publisher to listen to");
    options.add("--bind", endpoint, "Where subscribers come");
    return run(options, argc, argv, [&] { forward(publisher, endpoint); });
}
