// A socket that does what it is told, for the tests of the trace.
//
//     trace_peer TYPE ACTION...
//
// bind=ENDPOINT, connect=ENDPOINT, unbind=, disconnect=, sub=TOPIC, unsub=,
// id=NAME, correlate, send=FRAME[,FRAME]..., recv (prints the frames), recv=N,
// reply=TEXT (the last message, with this as its last frame), flood=N (as many
// messages), enter (waits for a line on stdin), new=TYPE (goes on with another
// socket), main=N (goes back to socket N), proxy (between the first two
// sockets, a third captures, a fourth controls).

#include <fmt/format.h>
#include <zmq.hpp>
#include <zmq_addon.hpp>

#include <cstdio>
#include <deque>
#include <iostream>
#include <map>

namespace {

const std::map<std::string, zmq::socket_type> types{
    {"PAIR", zmq::socket_type::pair},     {"PUB", zmq::socket_type::pub},
    {"SUB", zmq::socket_type::sub},       {"REQ", zmq::socket_type::req},
    {"REP", zmq::socket_type::rep},       {"DEALER", zmq::socket_type::dealer},
    {"ROUTER", zmq::socket_type::router}, {"PULL", zmq::socket_type::pull},
    {"PUSH", zmq::socket_type::push},     {"XPUB", zmq::socket_type::xpub},
    {"XSUB", zmq::socket_type::xsub}};

zmq::multipart_t last; // received; "send=@" sends its first frame

void send(zmq::socket_t& socket, std::string list)
{
    zmq::multipart_t message;
    for (std::size_t comma = 0; comma != std::string::npos;) {
        comma = list.find(',');
        const std::string frame = list.substr(0, comma);
        message.addstr(frame == "@" ? last.peekstr(0) : frame);
        list.erase(0, comma + 1);
    }
    const std::string first = message.front().to_string();
    message.send(socket);
    fmt::print("sent {}\n", first);
}

void receive(zmq::socket_t& socket)
{
    last.recv(socket);
    std::string text;
    for (const zmq::message_t& frame : last)
        text += (text.empty() ? "" : ",") + frame.to_string();
    fmt::print("got {}\n", text);
}

void reply(zmq::socket_t& socket, const std::string& text)
{
    last.remove();
    last.addstr(text);
    last.send(socket);
}

void attach(zmq::socket_t& socket, const std::string& endpoint)
{
    socket.bind(endpoint);
    fmt::print("listening on {}\n", socket.get(zmq::sockopt::last_endpoint));
}

void flood(zmq::socket_t& socket, int count)
{
    for (int i = 0; i < count; ++i)
        socket.send(zmq::buffer(fmt::format("item {}", i)));
}

void forward(std::deque<zmq::socket_t>& sockets)
{
    fmt::print("forwarding\n");
    const auto socket = [&](std::size_t i) {
        return i < sockets.size() ? zmq::socket_ref{sockets[i]}
                                  : zmq::socket_ref{};
    };
    if (sockets.size() > 3)
        zmq::proxy_steerable(socket(0), socket(1), socket(2), socket(3));
    else
        zmq::proxy(socket(0), socket(1), socket(2));
}

void act(std::deque<zmq::socket_t>& sockets, std::size_t& current,
         zmq::context_t& context, const std::string& word)
{
    const auto equals = word.find('=');
    const std::string what = word.substr(0, equals);
    const std::string value =
        equals == std::string::npos ? "" : word.substr(equals + 1);
    zmq::socket_t& socket = sockets[current];
    if (what == "bind") {
        attach(socket, value);
    } else if (what == "connect") {
        socket.connect(value);
    } else if (what == "unbind") {
        socket.unbind(value);
    } else if (what == "disconnect") {
        socket.disconnect(value);
    } else if (what == "sub") {
        socket.set(zmq::sockopt::subscribe, value);
    } else if (what == "unsub") {
        socket.set(zmq::sockopt::unsubscribe, value);
    } else if (what == "correlate") {
        socket.set(zmq::sockopt::req_correlate, true);
    } else if (what == "id") {
        socket.set(zmq::sockopt::routing_id, value);
    } else if (what == "send") {
        send(socket, value);
    } else if (what == "reply") {
        reply(socket, value);
    } else if (what == "flood") {
        flood(socket, std::stoi(value));
    } else if (what == "recv") {
        for (int n = value.empty() ? 1 : std::stoi(value); n > 0; --n)
            receive(socket);
    } else if (what == "enter") {
        std::string line;
        std::getline(std::cin, line);
    } else if (what == "new") {
        current = sockets.size();
        sockets.emplace_back(context, types.at(value));
        sockets.back().set(zmq::sockopt::linger, 0);
    } else if (what == "main") {
        current = std::stoul(value);
    } else if (what == "proxy") {
        forward(sockets);
    } else {
        throw std::invalid_argument{"no action " + word};
    }
}

} // namespace

int main(int argc, char** argv)
try {
    std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
    zmq::context_t context;
    std::deque<zmq::socket_t> sockets;
    std::size_t current = 0;
    sockets.emplace_back(context, types.at(argc > 1 ? argv[1] : ""));
    for (int i = 2; i < argc; ++i)
        act(sockets, current, context, argv[i]);
    return 0;
} catch (const std::exception& error) {
    fmt::print(stderr, "trace_peer: {}\n", error.what());
    return 1;
}
