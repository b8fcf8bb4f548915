#pragma once

#include <zmq.hpp>

#include <array>
#include <chrono>

/// Lets time pass between two messages. Unlike a sleep, it lets StopOnSignal
/// end the wait, by ETERM.
///
/// @param socket one that is never read from, such as a PUB: a message for it
///        would end the wait as well
inline void pause(zmq::socket_ref socket, std::chrono::milliseconds time)
{
    std::array<zmq::pollitem_t, 1> items{{{socket.handle(), 0, ZMQ_POLLIN, 0}}};
    zmq::poll(items, time);
}
