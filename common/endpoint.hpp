#pragma once

#include <string>
#include <string_view>

/// Where a socket listens or connects: `tcp://HOST:PORT`, `ipc://PATH` or
/// `inproc://NAME`, checked before libzmq sees it.
///
/// libzmq 4.3.4 takes some endpoints that cannot work without a word:
/// `tcp://127.0.0.1:99999` listens on another port, and a connection to a host
/// that does not exist waits for ever. An Endpoint refuses those.
class Endpoint
{
public:
    /// @param endpoint in ZeroMQ's own notation. tcp ports are 0 to
    ///        65535 or `*`, ipc paths at most 107 characters.
    /// @throws std::invalid_argument that says what is wrong with it
    Endpoint(std::string endpoint); // NOLINT: Endpoint e = "tcp://…"
    /// The same, for a literal.
    Endpoint(const char* endpoint) // NOLINT: the same
        : Endpoint{std::string{endpoint}}
    {
    }

    /// The endpoint as given, so that `socket.bind(endpoint)` works.
    operator const std::string&() const { return text; } // NOLINT: wanted
    /// The endpoint as given, where a conversion would not be seen.
    const std::string& str() const { return text; }

    /// The port of a tcp endpoint as digits or `*`; empty for ipc and inproc.
    std::string_view port() const;

    /// Checks what only holds for listening: a tcp host must be `*`, an
    /// address or a network interface of this machine (`localhost` is not),
    /// and an ipc path must not be a file, which libzmq would delete.
    /// @throws std::invalid_argument that says what to give instead
    void check_for_bind() const;

    /// Checks what only holds for connecting: a tcp host that resolves, a
    /// port from 1 to 65535, no wildcards.
    /// @throws std::invalid_argument that says what to give instead
    void check_for_connect() const;

    /// Whether another process listens on this ipc path; libzmq would take
    /// the path away from it without an error. False for tcp and inproc,
    /// where bind itself reports an address in use.
    bool is_ipc_in_use() const;

private:
    std::string text;
};
