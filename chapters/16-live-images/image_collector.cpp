// Takes pictures of all cameras that come to it: a SUB that binds.
//
//     image_collector [--bind tcp://127.0.0.1:5557] [--count 0] [--step]

#include "viewer.hpp"

#include "common/announce.hpp"
#include "common/enter.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <zmq.hpp>
#include <zmq_addon.hpp>

struct Plan
{
    Endpoint endpoint = "tcp://127.0.0.1:5557";
    std::uint64_t count = 0;
    bool step = false;
};

void collect(const Plan& plan)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    zmq::socket_t idle{context, zmq::socket_type::pair}; // never read
    zmq::socket_t subscriber{context, zmq::socket_type::sub};
    subscriber.set(zmq::sockopt::maxmsgsize, std::int64_t{largest_picture});
    subscriber.set(zmq::sockopt::subscribe, "");
    subscriber.bind(plan.endpoint);
    announce(subscriber);
    if (plan.step)
        wait_for_enter(idle); // and does not look at the subscriber

    Viewer viewer;
    zmq::multipart_t message;
    while (viewer.taken() < plan.count || plan.count == 0) {
        (void)message.recv(subscriber);
        (void)viewer.look_at(message);
    }
    fmt::print("{}\n", viewer.summary());
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Takes pictures of all cameras that come (SUB, binds)."};
    options.add("--bind", plan.endpoint, "Endpoint to listen on");
    options.add("--count", plan.count, "Pictures to take, 0 = until stopped");
    options.add("--step", plan.step, "Wait for Enter before the first one");
    return run(options, argc, argv, [&] { collect(plan); });
}
