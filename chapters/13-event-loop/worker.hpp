#pragma once

#include "common/endpoint.hpp"
#include "common/printable.hpp"

#include <fmt/core.h>
#include <zmq.hpp>
#include <zmq_addon.hpp>

#include <algorithm>
#include <string>
#include <string_view>

// The worker of chapter 12, without its loop: two sockets, and what to do with
// the messages that come.

struct Plan
{
    Endpoint commands = "tcp://127.0.0.1:5556";
    Endpoint topics = "tcp://127.0.0.1:5558";
};

struct Sockets
{
    zmq::socket_t commands;
    zmq::socket_t topics;
};

inline Sockets connect(zmq::context_t& context, const Plan& plan)
{
    constexpr std::int64_t longest_frame = 1 << 20; // bytes
    Sockets sockets{{context, zmq::socket_type::pull},
                    {context, zmq::socket_type::sub}};
    sockets.commands.set(zmq::sockopt::maxmsgsize, longest_frame);
    sockets.topics.set(zmq::sockopt::maxmsgsize, longest_frame);
    sockets.topics.set(zmq::sockopt::subscribe, "9 ");
    sockets.commands.connect(plan.commands);
    sockets.topics.connect(plan.topics);
    fmt::print("subscribed to 9\n");
    return sockets;
}

inline void drop(std::string_view what, const zmq::multipart_t& message)
{
    static int dropped = 0;
    fmt::print(stderr, "Dropped {}, no {}: {}\n", ++dropped, what,
               printable(message.peek(0)->to_string_view()));
}

// Whether the work goes on.
inline bool obey(const zmq::multipart_t& message)
{
    const std::string_view text = message.peek(0)->to_string_view();
    if (message.size() != 1 || (text != "Continue" && text != "Exit")) {
        drop("command", message);
        return true;
    }
    fmt::print("Command: {}\n", text);
    return text != "Exit";
}

inline void process(const zmq::multipart_t& message)
{
    constexpr std::string_view expected = "9 server#";
    const std::string_view text = message.peek(0)->to_string_view();
    const std::string_view id =
        text.substr(std::min(text.size(), expected.size()));
    if (message.size() != 1 || !text.starts_with(expected) || id.empty() ||
        id.size() > 9 ||
        id.find_first_not_of("0123456789") != std::string_view::npos)
        drop("\"9 server#ID\"", message);
    else
        fmt::print("Processing: {}\n", text);
}
