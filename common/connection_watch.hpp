#pragma once

#include <fmt/format.h>
#include <zmq.hpp>

#include <optional>
#include <string>

/// Sees the connections of a socket as they are made, handshake and all. Only
/// from then on can messages go to that peer: connect() merely orders a
/// connection, and bind() knows nobody yet.
///
/// The socket itself does not tell. Its monitor does: a PAIR socket that gets
/// a message an event. Make this object before bind() or connect().
class ConnectionWatch : zmq::monitor_t
{
public:
    /// @param socket the one to watch; this takes its monitor
    explicit ConnectionWatch(zmq::socket_t& socket)
    {
        init(socket,
             fmt::format("inproc://connection-watch-{}", socket.handle()),
             ZMQ_EVENT_HANDSHAKE_SUCCEEDED);
    }

    /// Waits for one more peer; one that comes twice counts twice.
    /// StopOnSignal ends the wait, by ETERM.
    void wait_for_peer()
    {
        peer.reset();
        while (!peer)
            check_event(-1); // takes one event
    }

    /// Waits for the peer that a socket connects to, then prints `connected to
    /// ENDPOINT`, for which launchers and tests wait.
    void wait()
    {
        wait_for_peer();
        fmt::print("connected to {}\n", *peer);
    }

private:
    void on_event_handshake_succeeded(const zmq_event_t&,
                                      const char* endpoint) override
    {
        peer = endpoint;
    }

    std::optional<std::string> peer; // the endpoint of the latest
};
