#pragma once

#include "camera.hpp"

#include <future>

/// A camera with a thread of its own, which makes pictures ahead and sends
/// them to a PULL socket: two frames each. One without them is the last, sent
/// at the end of the source or when it failed.
class CameraThread
{
public:
    /// @param endpoint where that socket is bound
    /// @param count pictures to make, 0 = all that the source has
    CameraThread(zmq::context_t& context, const std::string& endpoint,
                 const CameraPlan& plan, std::uint64_t count);

    /// Waits for the thread; throws what the camera threw.
    void finish() { done.get(); }

private:
    std::future<void> done;
};
