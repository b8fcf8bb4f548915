// Gets large objects and works on each. It asks when it needs the next one,
// or, with --ask-ahead, before it begins to work on this one.
//
//     plain_consumer [--connect ipc:///tmp/zmq-workbook-feed]
//                    [--compute 500] [--ask-ahead]        Ctrl-C stops it.

#include "get_times.hpp"
#include "pattern.hpp"

#include "common/pause.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>
#include <zmq_addon.hpp>

struct Plan
{
    Endpoint endpoint = "ipc:///tmp/zmq-workbook-feed";
    std::chrono::milliseconds compute{500};
    bool ask_ahead = false;
};

// A message of one frame; whatever follows the first is not for us.
zmq::message_t receive(zmq::socket_t& socket)
{
    zmq::multipart_t message;
    (void)message.recv(socket);
    return message.pop();
}

void work(const Plan& plan)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    zmq::socket_t server{context, zmq::socket_type::dealer};
    server.set(zmq::sockopt::maxmsgsize, std::int64_t{1} << 30);
    server.set(zmq::sockopt::rcvhwm, 2);
    server.set(zmq::sockopt::linger, 0);
    server.connect(plan.endpoint);
    zmq::socket_t computing{context, zmq::socket_type::pair};

    GetTimes times;
    if (plan.ask_ahead)
        server.send(zmq::str_buffer("next"));
    for (std::uint64_t n = 1;; ++n) {
        times.begin();
        if (!plan.ask_ahead)
            server.send(zmq::str_buffer("next"));
        const zmq::message_t object = receive(server);
        if (object.empty())
            break;
        times.note(n, object.size());
        if (plan.ask_ahead)
            server.send(zmq::str_buffer("next")); // comes while we compute
        check_object({object.data<std::byte>(), object.size()}, n);
        pause(computing, plan.compute);
    }
    times.sum_up();
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Gets large objects, a message each (DEALER)."};
    options.add("--connect", plan.endpoint, "Producer to ask");
    options.add("--compute", plan.compute, "Work on each object");
    options.add("--ask-ahead", plan.ask_ahead, "Ask before the work begins");
    return run(options, argc, argv, [&] { work(plan); });
}
