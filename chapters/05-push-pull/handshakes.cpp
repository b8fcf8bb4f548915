// Waits for peers, by the monitor of a socket.

#include "handshakes.hpp"

#include <fmt/core.h>
#include <zmq_addon.hpp>

Handshakes::Handshakes(zmq::context_t& context, zmq::socket_t& watched)
    : events{context, zmq::socket_type::pair}
{
    const std::string address =
        fmt::format("inproc://handshakes-{}", watched.handle());
    if (zmq_socket_monitor(watched.handle(), address.c_str(),
                           ZMQ_EVENT_HANDSHAKE_SUCCEEDED) != 0)
        throw zmq::error_t{};
    events.connect(address);
}

void Handshakes::wait_for_next()
{
    zmq::multipart_t event; // there is only one kind: what it says is known
    event.recv(events);
}
