// The worker of chapter 12 as two coroutines on asio's loop: one obeys
// commands, the other processes updates. Each reads like a blocking program.
//
//     coroutine_poller [--connect-commands tcp://127.0.0.1:5556]
//                      [--connect-topics tcp://127.0.0.1:5558]

#include "chapters/13-event-loop/worker.hpp"
#include "common/awaitable_socket.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>

#include <exception>

// The next message, whenever it comes. Other coroutines go on meanwhile.
asio::awaitable<zmq::multipart_t> receive(zmq::socket_t& socket,
                                          SocketWatch& watch)
{
    zmq::multipart_t message;
    do
        co_await ready(watch, ZMQ_POLLIN);
    while (!message.recv(socket, ZMQ_DONTWAIT));
    co_return message;
}

asio::awaitable<void> obey_commands(zmq::socket_t& socket, SocketWatch& watch)
{
    for (bool go_on = true; go_on;) {
        // g++ 12 wants it here: it miscompiles co_await in a loop's condition.
        const zmq::multipart_t message = co_await receive(socket, watch);
        go_on = obey(message);
    }
}

asio::awaitable<void> process_updates(zmq::socket_t& socket, SocketWatch& watch)
{
    for (;;) {
        const zmq::multipart_t message = co_await receive(socket, watch);
        process(message);
    }
}

void work(const Plan& plan)
{
    zmq::context_t context;
    const StopOnSignal stop{context}; // makes recv throw ETERM
    Sockets sockets = connect(context, plan);
    asio::io_context loop;
    SocketWatch commands{loop, sockets.commands};
    SocketWatch topics{loop, sockets.topics};

    // When one ends, all ends. An exception goes on, out of run().
    const auto end = [&](const std::exception_ptr& error) {
        if (error)
            std::rethrow_exception(error);
        loop.stop();
    };
    asio::co_spawn(loop, obey_commands(sockets.commands, commands), end);
    asio::co_spawn(loop, process_updates(sockets.topics, topics), end);
    loop.run();
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Obeys commands (PULL) and processes updates (SUB) in "
                    "coroutines."};
    options.add("--connect-commands", plan.commands, "Who commands");
    options.add("--connect-topics", plan.topics, "Who publishes");
    return run(options, argc, argv, [&] { work(plan); });
}
