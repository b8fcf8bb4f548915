#pragma once

#include "cameras.hpp"

#include <memory>
#include <string>

/// A page for browsers with a live picture of each camera, served by
/// cpp-httplib on threads of its own.
///
/// | path              | what one gets                                        |
/// | ----------------- | ---------------------------------------------------- |
/// | `/`               | the page                                             |
/// | `/stream`         | pictures of all cameras and their states, in one     |
/// | `/cameras`        | the states, as JSON                                  |
/// | `/camera/1.mjpeg` | one camera as MJPEG, for img, ffmpeg or VLC          |
/// | `/camera/1.jpg`   | its newest picture                                   |
///
/// A viewer gets the newest picture whenever it has taken the last one, and
/// none in between: a slow one sees fewer, and nobody waits for it.
class Viewer
{
public:
    /// Listens, and says at which address.
    /// @param place HOST:PORT, the port * or 0 for any; no viewer when empty
    /// @throws UsageError when that makes no sense
    /// @throws std::runtime_error when somebody else listens there
    static std::unique_ptr<Viewer> start(const std::string& place,
                                         const Cameras& cameras);
    ~Viewer();

private:
    struct Server;
    Viewer(const std::string& where, const Cameras& cameras);
    std::unique_ptr<Server> server;
};
