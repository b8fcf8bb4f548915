// Takes each picture of one camera or several, in their order, and works on
// it. It says how old the pictures are.
//
//     image_subscriber [--connect tcp://127.0.0.1:5555]... [--work 0]
//                      [--mark 1000] [--count 0] [--step]

#include "viewer.hpp"

#include "common/connection_watch.hpp"
#include "common/enter.hpp"
#include "common/pause.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <zmq.hpp>
#include <zmq_addon.hpp>

struct Plan
{
    std::vector<Endpoint> cameras{"tcp://127.0.0.1:5555"};
    std::chrono::milliseconds work{0};
    int mark = 1000;
    std::uint64_t count = 0;
    bool step = false;
};

void watch(const Plan& plan)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    zmq::socket_t worker{context, zmq::socket_type::pair}; // never read
    zmq::socket_t subscriber{context, zmq::socket_type::sub};
    subscriber.set(zmq::sockopt::maxmsgsize, std::int64_t{largest_picture});
    subscriber.set(zmq::sockopt::rcvhwm, plan.mark); // before connect
    subscriber.set(zmq::sockopt::subscribe, "");
    ConnectionWatch connection{subscriber};
    for (const Endpoint& camera : plan.cameras)
        subscriber.connect(camera);
    connection.wait();
    if (plan.step)
        wait_for_enter(worker);

    Viewer viewer;
    zmq::multipart_t message;
    while (viewer.taken() < plan.count || plan.count == 0) {
        (void)message.recv(subscriber);
        if (viewer.look_at(message))
            pause(worker, plan.work); // instead of a search for faces
    }
    fmt::print("{}\n", viewer.summary());
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Takes each picture and works on it (SUB)."};
    options.add("--connect", plan.cameras, "Camera; may be repeated");
    options.add("--work", plan.work, "How long it works on a picture");
    options.add("--mark", plan.mark, 1, 1'000'000, "High-water mark");
    options.add("--count", plan.count, "Pictures to take, 0 = until stopped");
    options.add("--step", plan.step, "Wait for Enter before the first one");
    return run(options, argc, argv, [&] { watch(plan); });
}
