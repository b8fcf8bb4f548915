// Runs a queue beside itself, with marks of 1: it holds one message for a peer
// and makes the next one wait. Two clients ask one server through it.
//
//     queue_in_background [--bind-frontend tcp://127.0.0.1:5559]
//                         [--bind-backend tcp://127.0.0.1:5560] [--count 3]
//                         [--process]

#include "common/background_device.hpp"
#include "common/printable.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>
#include <zmq_addon.hpp>

#include <future>

struct Plan
{
    Endpoint frontend = "tcp://127.0.0.1:5559";
    Endpoint backend = "tcp://127.0.0.1:5560";
    int count = 3;
    bool in_process = false;
};

zmq::socket_t connect(zmq::context_t& context, zmq::socket_type type,
                      const std::string& queue)
{
    zmq::socket_t socket{context, type};
    socket.set(zmq::sockopt::maxmsgsize, std::int64_t{1 << 20});
    socket.set(zmq::sockopt::linger, 1000); // for the last reply
    socket.connect(queue);
    return socket;
}

void serve(zmq::context_t& context, const std::string& queue, int count)
{
    zmq::socket_t server = connect(context, zmq::socket_type::rep, queue);
    for (int greeted = 0; greeted < count;) {
        zmq::multipart_t request;
        (void)request.recv(server);
        const std::string text = request.peek(0)->to_string();
        const bool is_greeting = text.starts_with("Hello from client ");
        greeted += is_greeting;
        if (!is_greeting)
            fmt::print(stderr, "Not a greeting: {}\n", printable(text));
        server.send(zmq::buffer("World for " + text));
    }
}

void ask(zmq::context_t& context, const std::string& queue, int id, int count)
{
    zmq::socket_t client = connect(context, zmq::socket_type::req, queue);
    for (int n = 1; n <= count; ++n) {
        client.send(zmq::buffer(fmt::format("Hello from client {}", id)));
        zmq::multipart_t reply;
        (void)reply.recv(client);
        fmt::print("client {} received {}: {}\n", id, n,
                   printable(reply.peek(0)->to_string_view()));
    }
}

void queue(const Plan& plan)
{
    BackgroundDevice device{zmq::socket_type::router, zmq::socket_type::dealer};
    device.frontend.bind(plan.frontend);
    device.backend.bind(plan.backend);
    for (DeviceSide* side : {&device.frontend, &device.backend}) {
        side->set(zmq::sockopt::rcvhwm, 1);
        side->set(zmq::sockopt::sndhwm, 1);
    }
    plan.in_process ? device.start_process() : device.start_thread();
    const std::string front = device.frontend.endpoints().front();
    const std::string back = device.backend.endpoints().front();
    fmt::print("listening on {} for clients\n", front);
    fmt::print("listening on {} for servers\n", back);

    zmq::context_t context; // after start_process(), which forks
    const StopOnSignal stop{context};
    auto one = std::async(ask, std::ref(context), front, 1, plan.count);
    auto two = std::async(ask, std::ref(context), front, 2, plan.count);
    serve(context, back, 2 * plan.count);
    one.get(); // throws what went wrong there
    two.get();
    device.stop();
    fmt::print("The queue has stopped\n");
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Runs a queue in the background, and uses it."};
    options.add("--bind-frontend", plan.frontend, "Where clients connect");
    options.add("--bind-backend", plan.backend, "Where servers connect");
    options.add("--count", plan.count, 1, 1'000'000, "Requests of each client");
    options.add("--process", plan.in_process,
                "Run it in a process of its own, not in a thread");
    return run(options, argc, argv, [&] { queue(plan); });
}
