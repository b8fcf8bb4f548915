// Steers a proxy while it runs: a third socket takes the commands PAUSE,
// RESUME, STATISTICS and TERMINATE.
//
//     steered_proxy

#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>
#include <zmq_addon.hpp>

#include <thread>

void feed(zmq::socket_t& feeder, const std::string& text)
{
    fmt::print("feed {}\n", text);
    feeder.send(zmq::buffer(text));
}

void take(zmq::socket_t& worker)
{
    zmq::message_t message;
    (void)worker.recv(message);
    fmt::print("take {}\n", message.to_string_view());
}

void command(zmq::socket_t& control, const std::string& word)
{
    fmt::print("{}\n", word);
    control.send(zmq::buffer(word));
}

// STATISTICS alone is answered, with eight numbers: messages and bytes, in and
// out, of the first socket, then of the second.
void show_statistics(zmq::socket_t& control)
{
    command(control, "STATISTICS");
    zmq::multipart_t numbers;
    (void)numbers.recv(control);
    const auto number = [&](std::size_t n) {
        return *numbers.peek(n)->data<std::uint64_t>();
    };
    fmt::print("  frontend: {} messages, {} bytes in\n", number(0), number(1));
    fmt::print("  backend: {} messages, {} bytes out\n", number(6), number(7));
}

void forward(zmq::context_t& context)
try {
    zmq::socket_t frontend{context, zmq::socket_type::pull};
    zmq::socket_t backend{context, zmq::socket_type::push};
    zmq::socket_t control{context, zmq::socket_type::pair};
    frontend.bind("inproc://feed");
    backend.bind("inproc://work");
    control.bind("inproc://control");
    zmq::proxy_steerable(zmq::socket_ref{frontend}, zmq::socket_ref{backend},
                         zmq::socket_ref{}, zmq::socket_ref{control});
    fmt::print("The proxy has returned\n");
} catch (const zmq::error_t&) { // ETERM: a signal stops us
}

void steer(zmq::socket_t& feeder, zmq::socket_t& worker, zmq::socket_t& control)
{
    feed(feeder, "one");
    take(worker);
    show_statistics(control);

    command(control, "PAUSE"); // is not answered, but what follows it is
    show_statistics(control);
    feed(feeder, "two");
    show_statistics(control);

    command(control, "RESUME");
    take(worker);
    show_statistics(control);
    command(control, "TERMINATE");
}

void run_and_steer()
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    const std::jthread proxy{forward, std::ref(context)};
    zmq::socket_t feeder{context, zmq::socket_type::push};
    zmq::socket_t worker{context, zmq::socket_type::pull};
    zmq::socket_t control{context, zmq::socket_type::pair};
    for (zmq::socket_t* socket : {&feeder, &worker, &control})
        socket->set(zmq::sockopt::linger, 0);
    feeder.connect("inproc://feed");
    worker.connect("inproc://work");
    control.connect("inproc://control");
    steer(feeder, worker, control);
}

int main(int argc, char** argv)
{
    Options options{"Pauses, resumes, asks and ends a proxy while it runs."};
    return run(options, argc, argv, run_and_steer);
}
