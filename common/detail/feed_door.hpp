#pragma once

// For feed_producer.cpp alone.

#include <zmq.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <set>
#include <string>

namespace feed {

/// Knows who has come in by a ROUTER's endpoint and has said nothing yet: at
/// the end of the stream they are about to ask, and must not find nobody.
/// Connections are told apart by their file descriptors, which the socket's
/// monitor and ZMQ_SRCFD tell.
class Door
{
public:
    /// Make it before the socket is bound.
    /// @param name of an endpoint inproc://…, for the monitor
    Door(zmq::context_t& context, zmq::socket_t& router,
         const std::string& name)
        : events{context, zmq::socket_type::pair}
    {
        if (zmq_socket_monitor(router.handle(), name.c_str(),
                               ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_DISCONNECTED) !=
            0)
            throw zmq::error_t{};
        events.connect(name);
    }

    /// To wait for its events.
    zmq::socket_t& socket() { return events; }

    /// Takes all events that are there.
    void look()
    {
        zmq::message_t event;
        while (events.recv(event, zmq::recv_flags::dontwait)) {
            std::uint16_t kind = 0;
            std::int32_t fd = 0;
            if (event.size() >= sizeof kind + sizeof fd) {
                std::memcpy(&kind, event.data(), sizeof kind);
                std::memcpy(&fd, event.data<char>() + sizeof kind, sizeof fd);
            }
            if (kind == ZMQ_EVENT_ACCEPTED)
                silent.insert(fd);
            else if (kind == ZMQ_EVENT_DISCONNECTED)
                silent.erase(fd);
            while (event.more())
                (void)events.recv(event);
        }
    }

    /// Somebody has said this.
    /// @param frame any but the identity, of which libzmq tells nothing
    void has_spoken(zmq::message_t& frame)
    {
        look(); // it came in before that
        silent.erase(zmq_msg_get(frame.handle(), ZMQ_SRCFD));
    }

    /// Whether all who are in have spoken, or have had a second to. (To let
    /// nobody in first, by unbind(), would cut off those who are.)
    bool is_quiet()
    {
        look();
        const auto now = std::chrono::steady_clock::now();
        deadline = std::min(deadline, now + std::chrono::seconds{1});
        return silent.empty() || now >= deadline;
    }

private:
    zmq::socket_t events;
    std::set<int> silent; // file descriptors
    std::chrono::steady_clock::time_point deadline =
        std::chrono::steady_clock::time_point::max();
};

} // namespace feed
