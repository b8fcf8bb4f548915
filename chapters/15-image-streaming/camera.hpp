#pragma once

#include "common/pictures/jpeg.hpp"
#include "common/pictures/source.hpp"

#include <zmq_addon.hpp>

#include <cstdint>

/// A source of pictures with a name, and what it has to say as a message.
class Camera
{
public:
    /// @param source a name that image_source() takes
    /// @param quality of the JPEGs; 0: pixels go as they are
    /// @param awake a socket of the thread that calls next()
    /// @throws UsageError when there is no such source
    Camera(std::string name, const std::string& source, int quality,
           zmq::socket_ref awake);

    /// @return two frames, header and picture; none at the end of the source
    std::optional<zmq::multipart_t> next();

private:
    std::string name;
    int quality;
    BufferPool pool;
    JpegEncoder encoder;
    std::unique_ptr<ImageSource> source;
    std::int64_t number = 0;
};
