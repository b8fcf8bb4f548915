// Gets objects from a producer until that says that there are no more.
//
//     know-the-end [--connect tcp://127.0.0.1:5570] [--patience 1000]

#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>
#include <zmq_addon.hpp>

struct Plan
{
    Endpoint producer = "tcp://127.0.0.1:5570";
    std::chrono::milliseconds patience{1000};
};

zmq::multipart_t next(zmq::socket_t& producer)
{
    producer.send(zmq::str_buffer("next"));
    zmq::multipart_t reply;
    (void)reply.recv(producer);
    return reply;
}

void consume(const Plan& plan)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    zmq::socket_t producer{context, zmq::socket_type::dealer};
    producer.set(zmq::sockopt::linger, 0);
    producer.set(zmq::sockopt::rcvtimeo,
                 static_cast<int>(plan.patience.count()));
    producer.connect(plan.producer);

    int objects = 0;
    while (true) {
        zmq::multipart_t reply = next(producer);
        if (reply.empty() || reply.back().empty())
            break;
        fmt::print("object {}: {} bytes\n", ++objects, reply.back().size());
    }
    fmt::print("end after {} objects\n", objects);
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Gets objects until there are no more (DEALER)."};
    options.add("--connect", plan.producer, "Producer to ask");
    options.add("--patience", plan.patience, "Gives up when none came so long");
    return run(options, argc, argv, [&] { consume(plan); });
}
