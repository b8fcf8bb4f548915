// Publishes pictures for a collector: a PUB that connects.
//
//     image_feeder [--connect tcp://127.0.0.1:5557] [--name camera]
//                  [--source pattern] [--jpeg 90] [--interval 33]
//                                                          Ctrl-C stops it.

#include "chapters/15-image-streaming/camera.hpp"
#include "common/connection_watch.hpp"
#include "common/pace.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>

struct Plan
{
    CameraPlan camera;
    Endpoint collector = "tcp://127.0.0.1:5557";
    std::chrono::milliseconds interval{33};
};

void feed(const Plan& plan)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    zmq::socket_t publisher{context, zmq::socket_type::pub};
    publisher.set(zmq::sockopt::maxmsgsize, std::int64_t{1 << 20});
    publisher.set(zmq::sockopt::linger, 0); // what is late is worth nothing
    Camera camera{plan.camera, publisher};
    ConnectionWatch connection{publisher};
    publisher.connect(plan.collector);
    connection.wait();

    Pace pace{plan.interval};
    std::uint64_t sent = 0;
    while (auto image = camera.next()) {
        image->send(publisher);
        if (++sent % 30 == 0)
            fmt::print("Sent {} pictures\n", sent);
        pace.wait(publisher);
    }
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Publishes pictures for a collector (PUB, connects)."};
    options.add("--connect", plan.collector, "Collector to send to");
    plan.camera.add_to(options);
    options.add("--interval", plan.interval, "Time between two pictures");
    return run(options, argc, argv, [&] { feed(plan); });
}
