#include "viewer.hpp"

#include "common/endpoint.hpp"
#include "common/options.hpp"
#include "viewer_paths.hpp"

#include <fmt/format.h>
#include <httplib.h>

#include <thread>
#include <utility>

namespace {

constexpr int threads = ViewerPaths::most_streams + 8;
constexpr int patience = 3; // seconds, for a viewer that takes nothing
constexpr std::size_t most_sent = 1 << 16; // nobody has to send us anything

std::pair<std::string, int> host_and_port(const std::string& place)
{
    try {
        const Endpoint endpoint{"tcp://" + place};
        endpoint.check_for_bind();
        const std::string port{endpoint.port()};
        const std::string host =
            place.substr(0, place.size() - port.size() - 1);
        return {host == "*" ? "0.0.0.0" : host,
                port == "*" ? 0 : std::stoi(port)};
    } catch (const std::invalid_argument& error) {
        throw UsageError{
            fmt::format("--view wants HOST:PORT: {}", error.what())};
    }
}

void set_up(httplib::Server& http)
{
    http.new_task_queue = [] { return new httplib::ThreadPool{threads}; };
    http.set_tcp_nodelay(true);
    http.set_write_timeout(patience);
    http.set_read_timeout(patience);
    http.set_payload_max_length(most_sent);
    http.set_default_headers({
        {"Cache-Control", "no-store"},
        {"X-Content-Type-Options", "nosniff"},
        {"Content-Security-Policy",
         "default-src 'none'; style-src 'unsafe-inline'; "
         "script-src 'unsafe-inline'; connect-src 'self'; "
         "img-src 'self' blob: data:"},
    });
    // Not SO_REUSEPORT, httplib's default, by which two hubs would share it.
    http.set_socket_options([](socket_t socket) {
        const int yes = 1;
        setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    });
}

int bind(httplib::Server& http, const std::string& host, int port)
{
    if (port == 0)
        port = http.bind_to_any_port(host);
    else if (!http.bind_to_port(host, port))
        port = -1;
    if (port < 0)
        throw std::runtime_error{fmt::format(
            "cannot listen for viewers at {}: is another one running? "
            "Choose another port with --view",
            host)};
    return port;
}

} // namespace

struct Viewer::Server
{
    ViewerPaths paths;
    httplib::Server http{};
    std::jthread thread{};
};

std::unique_ptr<Viewer> Viewer::start(const std::string& place,
                                      const Cameras& cameras)
{
    if (place.empty())
        return nullptr;
    const auto [host, port] = host_and_port(place);
    return std::unique_ptr<Viewer>{new Viewer{host, port, cameras}};
}

Viewer::Viewer(const std::string& host, int wanted, const Cameras& cameras)
    : server{new Server{ViewerPaths{cameras}}}
{
    httplib::Server& http = server->http;
    set_up(http);
    server->paths.add_to(http);
    const int port = bind(http, host, wanted);
    server->thread = std::jthread{[&http] { http.listen_after_bind(); }};
    while (!http.is_running()) // stop() has no effect before
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    fmt::print("viewing at http://{}:{}/\n", host, port);
}

Viewer::~Viewer()
{
    server->paths.stop();
    server->http.stop();
}
