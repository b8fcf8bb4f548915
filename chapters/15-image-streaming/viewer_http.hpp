#pragma once

#include <string>

namespace httplib {
class Server;
}

/// Limits the server of a viewer: threads, bytes and time for each who looks,
/// and what their browsers may do with the page.
void set_up(httplib::Server& http);

/// Where a viewer listens.
struct HttpPlace
{
    std::string host;
    int port = 0; ///< 0: any

    /// @param text HOST:PORT, the port * or 0 for any
    /// @throws UsageError when that makes no sense
    explicit HttpPlace(const std::string& text);

    /// Has the server listen there.
    /// @return the port
    /// @throws std::runtime_error when somebody else listens there
    int bind(httplib::Server& http) const;
};
