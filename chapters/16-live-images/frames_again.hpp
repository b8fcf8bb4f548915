#pragma once

#include <zmq_addon.hpp>

/// The same frames once more, for a message that may have to be sent again.
/// The bytes are not copied: both messages share them.
inline zmq::multipart_t frames_again(zmq::multipart_t& message)
{
    zmq::multipart_t again;
    for (zmq::message_t& frame : message) {
        zmq::message_t shared;
        shared.copy(frame);
        again.add(std::move(shared));
    }
    return again;
}
