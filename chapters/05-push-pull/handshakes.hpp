#pragma once

#include <zmq.hpp>

/// Sees each new peer of a socket. PUSH itself does not tell who is there;
/// its monitor does, which is a PAIR socket that gets a message an event.
/// The event that counts is the end of the handshake: from then on messages
/// sent can go to that peer.
///
/// Make it before bind or connect, or it may miss some. A peer that comes
/// twice counts twice.
class Handshakes
{
public:
    Handshakes(zmq::context_t& context, zmq::socket_t& watched);

    /// Waits until one more peer is there.
    void wait_for_next();

private:
    zmq::socket_t events;
};
