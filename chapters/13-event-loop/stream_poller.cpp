// The worker of chapter 12 on asio's loop: a callback for commands by PULL,
// another for updates of topic 9 by SUB. Stops on the command "Exit".
//
//     stream_poller [--connect-commands tcp://127.0.0.1:5556]
//                   [--connect-topics tcp://127.0.0.1:5558]

#include "chapters/13-event-loop/worker.hpp"
#include "common/run.hpp"
#include "common/socket_watch.hpp"
#include "common/stop_on_signal.hpp"

#include <asio/io_context.hpp>

class StreamPoller
{
public:
    StreamPoller(asio::io_context& its_loop, Sockets& its_sockets)
        : loop{its_loop}, sockets{its_sockets}
    {
        wait_for_command();
        wait_for_update();
    }

private:
    void wait_for_command()
    {
        commands.async_wait(ZMQ_POLLIN, [this] {
            zmq::multipart_t message;
            if (message.recv(sockets.commands, ZMQ_DONTWAIT) && !obey(message))
                loop.stop();
            wait_for_command();
        });
    }

    void wait_for_update()
    {
        topics.async_wait(ZMQ_POLLIN, [this] {
            zmq::multipart_t message;
            if (message.recv(sockets.topics, ZMQ_DONTWAIT))
                process(message);
            wait_for_update();
        });
    }

    asio::io_context& loop;
    Sockets& sockets;
    SocketWatch commands{loop, sockets.commands};
    SocketWatch topics{loop, sockets.topics};
};

void work(const Plan& plan)
{
    zmq::context_t context;
    const StopOnSignal stop{context}; // makes recv throw ETERM, out of run()
    Sockets sockets = connect(context, plan);
    asio::io_context loop;
    const StreamPoller poller{loop, sockets};
    loop.run();
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Obeys commands (PULL) and processes updates (SUB) by "
                    "callbacks."};
    options.add("--connect-commands", plan.commands, "Who commands");
    options.add("--connect-topics", plan.topics, "Who publishes");
    return run(options, argc, argv, [&] { work(plan); });
}
