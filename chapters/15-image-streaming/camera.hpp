#pragma once

#include "common/options.hpp"
#include "common/pictures/jpeg.hpp"
#include "common/pictures/source.hpp"

#include <zmq_addon.hpp>

#include <cstdint>

/// What a camera is, as the command line of a program says it.
struct CameraPlan
{
    std::string name = "camera";
    std::string source = "pattern"; ///< a name that image_source() takes
    int quality = 90;               ///< of the JPEGs; 0: pixels as they are

    /// Adds --name, --source and --jpeg.
    void add_to(Options& options);

    /// Its source. The parameters are those of image_source().
    /// @throws UsageError when there is no such source
    std::unique_ptr<ImageSource> open(const BufferPool& pool,
                                      zmq::socket_ref awake) const;
};

/// A source of pictures with a name, and what it has to say as a message.
class Camera
{
public:
    /// @param awake a socket of the thread that calls next()
    /// @throws UsageError as CameraPlan::open()
    Camera(CameraPlan plan, zmq::socket_ref awake);

    /// @return two frames, header and picture; none at the end of the source
    std::optional<zmq::multipart_t> next();

private:
    CameraPlan plan;
    BufferPool pool;
    JpegEncoder encoder;
    std::unique_ptr<ImageSource> source;
    std::int64_t number = 0;
};
