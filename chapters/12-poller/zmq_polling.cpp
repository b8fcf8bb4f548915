// Listens to two sockets in one loop: commands come by PULL, updates of topic
// 9 by SUB. Stops on the command "Exit".
//
//     zmq_polling [--connect-commands tcp://127.0.0.1:5556]
//                 [--connect-topics tcp://127.0.0.1:5558]

#include "common/printable.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>
#include <zmq_addon.hpp>

#include <array>
#include <regex>

constexpr std::int64_t longest_frame = 1 << 20; // bytes

// The only frame of a message; an empty text, which nobody expects, if there
// are several.
std::string receive(zmq::socket_t& socket)
{
    zmq::multipart_t message;
    (void)message.recv(socket); // poll has said that there is one
    return message.size() == 1 ? message.popstr() : std::string{};
}

void drop(std::string_view what, const std::string& text)
{
    static int dropped = 0;
    fmt::print(stderr, "Dropped {}, no {}: {}\n", ++dropped, what,
               printable(text));
}

// Whether the work goes on.
bool obey(const std::string& command)
{
    if (command == "Exit" || command == "Continue")
        fmt::print("Command: {}\n", command);
    else
        drop("command", command);
    return command != "Exit";
}

void process(const std::string& update)
{
    static const std::regex expected{"9 server#[0-9]{1,9}"};
    if (update.size() < 20 && std::regex_match(update, expected))
        fmt::print("Processing: {}\n", update);
    else
        drop("\"9 server#ID\"", update);
}

void work(const Endpoint& commander, const Endpoint& publisher)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    zmq::socket_t commands{context, zmq::socket_type::pull};
    zmq::socket_t topics{context, zmq::socket_type::sub};
    commands.set(zmq::sockopt::maxmsgsize, longest_frame);
    topics.set(zmq::sockopt::maxmsgsize, longest_frame);
    topics.set(zmq::sockopt::subscribe, "9 ");
    commands.connect(commander);
    topics.connect(publisher);
    fmt::print("subscribed to 9\n");

    std::array<zmq::pollitem_t, 2> items{{
        {commands.handle(), 0, ZMQ_POLLIN, 0},
        {topics.handle(), 0, ZMQ_POLLIN, 0},
    }};
    for (bool go_on = true; go_on;) {
        zmq::poll(items, std::chrono::milliseconds{-1});
        if (items[0].revents & ZMQ_POLLIN)
            go_on = obey(receive(commands));
        if (items[1].revents & ZMQ_POLLIN)
            process(receive(topics));
    }
}

int main(int argc, char** argv)
{
    Endpoint commands = "tcp://127.0.0.1:5556";
    Endpoint topics = "tcp://127.0.0.1:5558";
    Options options{"Obeys commands (PULL) and processes updates (SUB)."};
    options.add("--connect-commands", commands, "Who commands");
    options.add("--connect-topics", topics, "Who publishes");
    return run(options, argc, argv, [&] { work(commands, topics); });
}
