#pragma once

#include "socket_registry.hpp"

/// A zmq::socket_t that is listed in a registry as long as it can hold up the
/// end of its context.
class TrackedSocket : public zmq::socket_t
{
public:
    /// @param where filled in by the compiler: the line that calls this
    TrackedSocket(SocketRegistry& registry, zmq::socket_type type,
                  std::source_location where = std::source_location::current());
    TrackedSocket(const TrackedSocket&) = delete;
    TrackedSocket& operator=(const TrackedSocket&) = delete;
    ~TrackedSocket();

    void bind(const std::string& endpoint);
    void connect(const std::string& endpoint);

private:
    void look_at_linger();

    SocketRegistry& registry;
    SocketRegistry::Handle entry;
    bool sends;              // only then are there messages to linger for
    bool may_linger = false; // as seen last
};
