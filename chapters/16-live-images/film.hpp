#pragma once

#include "chapters/15-image-streaming/camera.hpp"

#include <fmt/core.h>

/// The pictures of a camera, for a sender that may have to send one again: the
/// same one is there until it has arrived.
class Film
{
public:
    /// @param count pictures to send, 0 = all that there are
    Film(const CameraPlan& plan, std::uint64_t count, zmq::socket_ref awake)
        : camera{plan, awake}, last{count}
    {
    }

    bool goes_on() const { return picture.has_value(); }
    std::uint64_t number() const { return arrived + 1; }

    /// The picture once more. The bytes are not copied: all messages of it
    /// share them.
    zmq::multipart_t again()
    {
        zmq::multipart_t message;
        for (zmq::message_t& frame : *picture) {
            zmq::message_t shared;
            shared.copy(frame);
            message.add(std::move(shared));
        }
        return message;
    }

    /// The picture has arrived: goes on to the next.
    void has_arrived()
    {
        if (++arrived % 10 == 0)
            fmt::print("Sent {} pictures\n", arrived);
        picture = arrived == last ? std::nullopt : camera.next();
    }

private:
    Camera camera;
    std::uint64_t last;
    std::uint64_t arrived = 0;
    std::optional<zmq::multipart_t> picture = camera.next();
};
