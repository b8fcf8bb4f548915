#pragma once

#include <fmt/format.h>
#include <zmq.hpp>

/// Knows when the connection of a socket is made, handshake and all. Until
/// then a peer that deals out messages does not know of this one, and gives
/// it none: connect() only orders a connection, and returns at once.
///
/// Make it before connect().
class ConnectionWatch : zmq::monitor_t
{
public:
    /// @param socket the one that will connect; this takes its monitor
    explicit ConnectionWatch(zmq::socket_t& socket)
    {
        init(socket,
             fmt::format("inproc://connection-watch-{}", socket.handle()),
             ZMQ_EVENT_HANDSHAKE_SUCCEEDED);
    }

    /// Waits for the connection, then prints `connected to ENDPOINT`, for
    /// which launchers and tests wait. StopOnSignal ends the wait, by ETERM.
    void wait()
    {
        while (!is_made)
            check_event(-1);
    }

private:
    void on_event_handshake_succeeded(const zmq_event_t&,
                                      const char* endpoint) override
    {
        is_made = true;
        fmt::print("connected to {}\n", endpoint);
    }

    bool is_made = false;
};
