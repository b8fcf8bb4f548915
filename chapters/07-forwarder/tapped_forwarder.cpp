// A forwarder with a window: says all that crosses it, and how much that was.
// With --old it is made of SUB and PUB, as forwarders once were.
//
//     tapped_forwarder [--bind-frontend tcp://127.0.0.1:5559]
//                      [--bind-backend tcp://127.0.0.1:5560] [--old]
//                                                          Ctrl-C stops it.

#include "common/announce.hpp"
#include "common/printable.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>

struct Plan
{
    Endpoint frontend = "tcp://127.0.0.1:5559";
    Endpoint backend = "tcp://127.0.0.1:5560";
    bool old = false;
};

zmq::socket_t bind(zmq::context_t& context, zmq::socket_type type,
                   const Endpoint& endpoint)
{
    zmq::socket_t socket{context, type};
    socket.set(zmq::sockopt::maxmsgsize, std::int64_t{1 << 20});
    socket.set(zmq::sockopt::linger, 0);
    socket.bind(endpoint);
    return socket;
}

// Says what the tap gets: messages on their way down, subscriptions on their
// way up, which begin with a byte 0 or 1.
void watch(zmq::context_t& context)
{
    zmq::socket_t tap{context, zmq::socket_type::pull};
    tap.set(zmq::sockopt::linger, 0);
    tap.connect("inproc://tap");
    std::uint64_t messages = 0, bytes = 0;
    try {
        for (zmq::message_t frame;;) {
            (void)tap.recv(frame);
            const std::string text = frame.to_string();
            const bool down = text.empty() || text[0] < 0 || text[0] > 1;
            fmt::print("{} {}\n", down ? "down:" : "up:", printable(text));
            messages += down;
            bytes += down ? text.size() : 0;
        }
    } catch (const zmq::error_t&) { // ETERM: it is over
    }
    fmt::print("Crossed: {} messages, {} bytes\n", messages, bytes);
}

void forward(const Plan& plan)
{
    using enum zmq::socket_type;
    zmq::context_t context;
    const StopOnSignal stop{context};
    auto publishers = bind(context, plan.old ? sub : xsub, plan.frontend);
    auto subscribers = bind(context, plan.old ? pub : xpub, plan.backend);
    announce(publishers, "for publishers");
    announce(subscribers, "for subscribers");
    if (plan.old)
        publishers.set(zmq::sockopt::subscribe, ""); // to all there is

    zmq::socket_t capture{context, push};
    capture.set(zmq::sockopt::linger, 0);
    capture.bind("inproc://tap");
    const std::jthread watcher{[&] { watch(context); }};
    zmq::proxy(zmq::socket_ref{publishers}, zmq::socket_ref{subscribers},
               zmq::socket_ref{capture});
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Passes on what is published, and says what it was."};
    options.add("--bind-frontend", plan.frontend, "Where publishers connect");
    options.add("--bind-backend", plan.backend, "Where subscribers connect");
    options.add("--old", plan.old, "Made of SUB and PUB, not XSUB and XPUB");
    return run(options, argc, argv, [&] { forward(plan); });
}
