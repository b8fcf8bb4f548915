#pragma once

#include "cameras.hpp"

#include <atomic>

namespace httplib {
class Server;
struct Response;
} // namespace httplib

/// What a Viewer answers at each path.
class ViewerPaths
{
public:
    static constexpr int most_streams = 24; ///< at a time, a thread each

    explicit ViewerPaths(const Cameras& cameras);

    void add_to(httplib::Server& http);

    /// Ends all streams.
    void stop() { stopping = true; }

private:
    void stream(httplib::Response& response, int only);
    void send_newest(httplib::Response& response, int id) const;

    const Cameras& cameras;
    std::atomic<bool> stopping = false;
    std::atomic<int> streams = 0;
};
