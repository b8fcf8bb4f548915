#include "viewer_stream.hpp"

#include "viewer_state.hpp"

#include <fmt/format.h>
#include <httplib.h>

namespace {

constexpr auto news = std::chrono::milliseconds{250}; // between two states

bool write(httplib::DataSink& sink, std::string_view bytes)
{
    return sink.write(bytes.data(), bytes.size());
}

bool write_part(httplib::DataSink& sink, std::string_view head, Bytes body)
{
    return write(sink, fmt::format("--part\r\n{}\r\nContent-Length: {}\r\n\r\n",
                                   head, body.size())) &&
           sink.write(reinterpret_cast<const char*>(body.data()),
                      body.size()) &&
           write(sink, "\r\n");
}

} // namespace

ViewerStream::ViewerStream(const Cameras& all, int camera)
    : cameras{all}, only{camera}
{
}

bool ViewerStream::go_on(httplib::DataSink& sink)
{
    seen = cameras.wait(seen, news);
    auto newest = cameras.newest();
    for (const auto& [id, shot] : newest) {
        if ((only != 0 && id != only) || shown[id] == shot)
            continue;
        const std::string head =
            fmt::format("Content-Type: image/jpeg\r\nX-Camera: {}", id);
        if (!write_part(sink, head, shot->jpeg()))
            return false;
    }
    shown = std::move(newest);
    return only != 0 || write_states(sink);
}

bool ViewerStream::write_states(httplib::DataSink& sink)
{
    const auto now = std::chrono::steady_clock::now();
    if (now - last_news < news)
        return true;
    last_news = now;
    const std::string states = to_json(cameras.report());
    return write_part(
        sink, "Content-Type: application/json",
        {reinterpret_cast<const std::uint8_t*>(states.data()), states.size()});
}
