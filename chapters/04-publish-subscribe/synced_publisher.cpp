// Publishes 1, 2, 3… once its subscribers have said that they hear it: it
// says hello until each has asked, by REQ, for the start.
//
//     synced_publisher [--bind tcp://127.0.0.1:5556]
//                      [--bind-start tcp://127.0.0.1:5546]
//                      [--subscribers 1] [--count 500]

#include "common/announce.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>
#include <zmq_addon.hpp>

constexpr std::int64_t longest_frame = 1 << 20; // bytes

struct Plan
{
    Endpoint endpoint = "tcp://127.0.0.1:5556";
    Endpoint start = "tcp://127.0.0.1:5546";
    std::uint64_t subscribers = 1;
    std::uint64_t count = 500;
};

zmq::socket_t listen(zmq::context_t& context, zmq::socket_type type,
                     const Endpoint& endpoint)
{
    zmq::socket_t socket{context, type};
    socket.set(zmq::sockopt::maxmsgsize, longest_frame);
    socket.set(zmq::sockopt::linger, 2000); // deliver, but not for ever
    socket.bind(endpoint);
    return socket;
}

void publish(const Plan& plan)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    zmq::socket_t publisher =
        listen(context, zmq::socket_type::pub, plan.endpoint);
    zmq::socket_t start = listen(context, zmq::socket_type::rep, plan.start);
    publisher.set(zmq::sockopt::xpub_nodrop, 1); // rather wait than drop
    start.set(zmq::sockopt::rcvtimeo, 10);       // ms between two hellos
    announce(publisher, "numbers");
    announce(start, "start");

    for (std::uint64_t n = 0; n < plan.subscribers;) {
        publisher.send(zmq::str_buffer("hello"));
        zmq::multipart_t request;
        if (!request.recv(start))
            continue; // nobody new yet
        start.send(zmq::str_buffer("wait for 1"));
        fmt::print("Subscriber {} of {} is there\n", ++n, plan.subscribers);
    }
    for (std::uint64_t n = 1; n <= plan.count; ++n)
        publisher.send(zmq::buffer(std::to_string(n)));
    fmt::print("Sent 1 to {}\n", plan.count);
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Publishes 1, 2, 3... when all are ready (PUB and REP)."};
    options.add("--bind", plan.endpoint, "Endpoint for the numbers");
    options.add("--bind-start", plan.start, "Endpoint for the start signal");
    options.add("--subscribers", plan.subscribers, "How many to wait for");
    options.add("--count", plan.count, "Numbers to send");
    return run(options, argc, argv, [&] { publish(plan); });
}
