// Publishes the numbers from 1 to 5, so that a listener hears them all.
//
//     wait-for-a-listener [--bind tcp://127.0.0.1:5556]

#include "common/announce.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>

void publish(const Endpoint& endpoint)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    zmq::socket_t publisher{context, zmq::socket_type::xpub};
    publisher.bind(endpoint);
    announce(publisher);

    zmq::message_t subscription;
    (void)publisher.recv(subscription);

    for (int number = 1; number <= 5; ++number)
        publisher.send(zmq::buffer(fmt::format("{}", number)));
}

int main(int argc, char** argv)
{
    Endpoint endpoint = "tcp://127.0.0.1:5556";
    Options options{"Publishes five numbers (PUB)."};
    options.add("--bind", endpoint, "Endpoint to listen on");
    return run(options, argc, argv, [&] { publish(endpoint); });
}
