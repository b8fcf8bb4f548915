// Sends pictures to a hub, several of them on their way at a time.
//
//     four-on-their-way [--connect tcp://127.0.0.1:5555] [--window 4]
//                       [--count 10]                       Ctrl-C stops it.

#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>
#include <zmq_addon.hpp>

struct Plan
{
    Endpoint hub = "tcp://127.0.0.1:5555";
    int window = 4;
    int count = 10;
};

zmq::multipart_t picture(int number)
{
    zmq::multipart_t made;
    made.addstr(R"({"msg": "garden"})");
    made.addstr(fmt::format("picture {}", number));
    return made;
}

void send_all(const Plan& plan)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    zmq::socket_t hub{context, zmq::socket_type::dealer};
    hub.set(zmq::sockopt::linger, 0);
    hub.connect(plan.hub);

    int sent = 0;
    int answered = 0;
    while (answered < plan.count) {
        if (sent < plan.count) {
            zmq::multipart_t next = picture(++sent);
            next.pushmem(nullptr, 0); // as a REQ does by itself
            next.send(hub);
        } else {
            zmq::multipart_t answer;
            (void)answer.recv(hub);
            ++answered;
        }
    }
    fmt::print("all {} are answered\n", plan.count);
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Sends pictures, several at a time (DEALER)."};
    options.add("--connect", plan.hub, "Hub to send to");
    options.add("--window", plan.window, 1, 1000, "How many at a time");
    options.add("--count", plan.count, 1, 100'000, "Pictures to send");
    return run(options, argc, argv, [&] { send_all(plan); });
}
