#pragma once

#include "cameras.hpp"

namespace httplib {
class DataSink;
}

/// What one viewer is sent: the newest pictures whenever it has taken the last
/// ones, each as a part of a message that never ends (MJPEG), and now and then
/// the states of the cameras.
class ViewerStream
{
public:
    /// @param only the id of a camera; 0 for all of them, with their states
    ViewerStream(const Cameras& cameras, int only);

    /// Waits for something new, and writes it.
    /// @return false when the viewer is gone
    bool go_on(httplib::DataSink& sink);

    /// Its media type.
    static constexpr const char* type =
        "multipart/x-mixed-replace; boundary=part";

private:
    bool write_states(httplib::DataSink& sink);

    const Cameras& cameras;
    int only;
    std::map<int, std::shared_ptr<const Shot>> shown;
    std::uint64_t seen = 0;
    std::chrono::steady_clock::time_point last_news{};
};
