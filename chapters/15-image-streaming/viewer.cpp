#include "viewer.hpp"

#include "viewer_http.hpp"
#include "viewer_paths.hpp"

#include <fmt/core.h>
#include <httplib.h>

#include <thread>

struct Viewer::Server
{
    ViewerPaths paths;
    httplib::Server http{};
    std::jthread thread{};
};

std::unique_ptr<Viewer> Viewer::start(const std::string& place,
                                      const Cameras& cameras)
{
    return place.empty() ? nullptr
                         : std::unique_ptr<Viewer>{new Viewer{place, cameras}};
}

Viewer::Viewer(const std::string& where, const Cameras& cameras)
    : server{new Server{ViewerPaths{cameras}}}
{
    const HttpPlace place{where};
    httplib::Server& http = server->http;
    set_up(http);
    server->paths.add_to(http);
    const int port = place.bind(http);
    server->thread = std::jthread{[&http] { http.listen_after_bind(); }};
    while (!http.is_running()) // stop() has no effect before
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    fmt::print("viewing at http://{}:{}/\n", place.host, port);
}

Viewer::~Viewer()
{
    server->paths.stop();
    server->http.stop();
}
