#include "viewer_paths.hpp"

#include "view_page.hpp"
#include "viewer_state.hpp"
#include "viewer_stream.hpp"

#include <httplib.h>

using httplib::Request;
using httplib::Response;

namespace {

void refuse(Response& response, int status, const char* reason)
{
    response.status = status;
    response.set_content(reason, "text/plain");
}

} // namespace

ViewerPaths::ViewerPaths(const Cameras& all) : cameras{all} {}

void ViewerPaths::add_to(httplib::Server& http)
{
    http.Get("/", [](const Request&, Response& response) {
        response.set_content(view_page.data(), view_page.size(),
                             "text/html; charset=utf-8");
    });
    http.Get("/stream", [this](const Request&, Response& response) {
        stream(response, 0);
    });
    http.Get("/cameras", [this](const Request&, Response& response) {
        response.set_content(to_json(cameras.report()), "application/json");
    });
    http.Get(R"(/camera/([1-9]\d{0,8})\.mjpeg)",
             [this](const Request& request, Response& response) {
                 stream(response, std::stoi(request.matches[1]));
             });
    http.Get(R"(/camera/([1-9]\d{0,8})\.jpg)",
             [this](const Request& request, Response& response) {
                 send_newest(response, std::stoi(request.matches[1]));
             });
}

void ViewerPaths::stream(Response& response, int only)
{
    if (++streams > most_streams) {
        --streams;
        return refuse(response, 503, "Too many viewers\n");
    }
    const auto viewer = std::make_shared<ViewerStream>(cameras, only);
    response.set_content_provider(
        ViewerStream::type,
        [this, viewer](std::size_t, httplib::DataSink& sink) {
            return !stopping && viewer->go_on(sink);
        },
        [this](bool) { --streams; });
}

void ViewerPaths::send_newest(Response& response, int id) const
{
    const auto shot = cameras.newest(id);
    if (!shot)
        return refuse(response, 404, "No such camera\n");
    const Bytes jpeg = shot->jpeg();
    response.set_content(reinterpret_cast<const char*>(jpeg.data()),
                         jpeg.size(), "image/jpeg");
}
