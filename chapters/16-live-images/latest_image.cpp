// Works on the newest picture, and never on an old one: a thread receives all
// of them and keeps the last.
//
//     latest_image [--connect tcp://127.0.0.1:5555]... [--work 0] [--count 0]

#include "newest_image.hpp"
#include "viewer.hpp"

#include "common/connection_watch.hpp"
#include "common/pause.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <zmq.hpp>

struct Plan
{
    std::vector<Endpoint> cameras{"tcp://127.0.0.1:5555"};
    std::chrono::milliseconds work{0};
    std::uint64_t count = 0;
};

zmq::socket_t subscribe(zmq::context_t& context, const Plan& plan)
{
    zmq::socket_t subscriber{context, zmq::socket_type::sub};
    subscriber.set(zmq::sockopt::maxmsgsize, std::int64_t{largest_picture});
    subscriber.set(zmq::sockopt::subscribe, "");
    ConnectionWatch connection{subscriber};
    for (const Endpoint& camera : plan.cameras)
        subscriber.connect(camera);
    connection.wait();
    return subscriber;
}

void watch(const Plan& plan)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    zmq::socket_t worker{context, zmq::socket_type::pair}; // never read
    NewestImage newest{context, subscribe(context, plan)};

    Viewer viewer;
    while (viewer.taken() < plan.count || plan.count == 0) {
        const zmq::multipart_t message = newest.take();
        if (message.empty())
            return; // told to stop
        if (viewer.look_at(message))
            pause(worker, plan.work); // instead of a search for faces
    }
    fmt::print("{}\n", viewer.summary());
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Works on the newest picture (SUB, on a thread)."};
    options.add("--connect", plan.cameras, "Camera; may be repeated");
    options.add("--work", plan.work, "How long it works on a picture");
    options.add("--count", plan.count, "Pictures to take, 0 = until stopped");
    return run(options, argc, argv, [&] { watch(plan); });
}
