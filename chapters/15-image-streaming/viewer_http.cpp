#include "viewer_http.hpp"

#include "common/endpoint.hpp"
#include "common/options.hpp"
#include "viewer_paths.hpp"

#include <fmt/format.h>
#include <httplib.h>

namespace {

constexpr int threads = ViewerPaths::most_streams + 8;
constexpr int patience = 3; // seconds, for a viewer that takes nothing
constexpr std::size_t most_sent = 1 << 16; // nobody has to send us anything

} // namespace

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

HttpPlace::HttpPlace(const std::string& text)
try {
    const Endpoint endpoint{"tcp://" + text};
    endpoint.check_for_bind();
    const std::string its_port{endpoint.port()};
    host = text.substr(0, text.size() - its_port.size() - 1);
    host = host == "*" ? "0.0.0.0" : host;
    port = its_port == "*" ? 0 : std::stoi(its_port);
} catch (const std::invalid_argument& error) {
    throw UsageError{fmt::format("--view wants HOST:PORT: {}", error.what())};
}

int HttpPlace::bind(httplib::Server& http) const
{
    int bound = port;
    if (port == 0)
        bound = http.bind_to_any_port(host);
    else if (!http.bind_to_port(host, port))
        bound = -1;
    if (bound < 0)
        throw std::runtime_error{fmt::format(
            "cannot listen for viewers at {}: is another one running? "
            "Choose another port with --view",
            host)};
    return bound;
}
