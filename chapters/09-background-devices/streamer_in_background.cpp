// Runs a streamer beside itself, feeds ten messages into it, and takes them
// out again with two workers.
//
//     streamer_in_background [--bind-frontend tcp://127.0.0.1:5559]
//                            [--bind-backend tcp://127.0.0.1:5560] [--process]

#include "common/background_device.hpp"
#include "common/connection_watch.hpp"
#include "common/printable.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>
#include <zmq_addon.hpp>

constexpr int messages = 10;

void feed(zmq::context_t& context, const std::string& streamer)
{
    zmq::socket_t feeder{context, zmq::socket_type::push};
    feeder.set(zmq::sockopt::linger, 1000);
    feeder.connect(streamer);
    for (int n = 0; n < messages; ++n)
        feeder.send(zmq::buffer(fmt::format("#{}", n)));
}

// What one worker receives; true when it is one of ours.
bool take(zmq::socket_t& worker, int number)
{
    zmq::multipart_t message;
    (void)message.recv(worker);
    const std::string text = message.peek(0)->to_string();
    const bool is_ours = message.size() == 1 && text.starts_with('#');
    fmt::print(is_ours ? stdout : stderr, "worker {} {} {}\n", number,
               is_ours ? "took" : "dropped", printable(text));
    return is_ours;
}

void work(zmq::context_t& context, const std::string& streamer,
          const std::string& feed_to)
{
    zmq::socket_t one{context, zmq::socket_type::pull};
    zmq::socket_t two{context, zmq::socket_type::pull};
    for (zmq::socket_t* worker : {&one, &two}) {
        worker->set(zmq::sockopt::maxmsgsize, std::int64_t{1 << 20});
        ConnectionWatch connection{*worker};
        worker->connect(streamer);
        connection.wait();
    }
    feed(context, feed_to);

    std::array<zmq::pollitem_t, 2> items{
        {{one.handle(), 0, ZMQ_POLLIN, 0}, {two.handle(), 0, ZMQ_POLLIN, 0}}};
    for (int taken = 0; taken < messages;) {
        zmq::poll(items, std::chrono::milliseconds{-1});
        if (items[0].revents != 0)
            taken += take(one, 1);
        if (items[1].revents != 0)
            taken += take(two, 2);
    }
}

void stream(const Endpoint& frontend, const Endpoint& backend, bool in_process)
{
    BackgroundDevice streamer{zmq::socket_type::pull, zmq::socket_type::push};
    streamer.frontend.bind(frontend);
    streamer.backend.bind(backend);
    in_process ? streamer.start_process() : streamer.start_thread();
    const std::string front = streamer.frontend.endpoints().front();
    const std::string back = streamer.backend.endpoints().front();
    fmt::print("listening on {} for feeders\n", front);
    fmt::print("listening on {} for workers\n", back);

    zmq::context_t context; // after start_process(), which forks
    const StopOnSignal stop{context};
    work(context, back, front);
    streamer.stop();
    fmt::print("The streamer has stopped\n");
}

int main(int argc, char** argv)
{
    Endpoint frontend = "tcp://127.0.0.1:5559";
    Endpoint backend = "tcp://127.0.0.1:5560";
    bool in_process = false;

    Options options{"Runs a streamer in the background, and uses it."};
    options.add("--bind-frontend", frontend, "Where feeders connect");
    options.add("--bind-backend", backend, "Where workers connect");
    options.add("--process", in_process,
                "Run it in a process of its own, not in a thread");
    return run(options, argc, argv,
               [&] { stream(frontend, backend, in_process); });
}
