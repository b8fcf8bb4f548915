// Tells a registry what becomes of a socket. The calls of ZeroMQ are its own.

#include "tracked_socket.hpp"

TrackedSocket::TrackedSocket(SocketRegistry& its_registry,
                             zmq::socket_type type, std::source_location where)
    : zmq::socket_t{its_registry.context, type},
      registry{its_registry},
      entry{registry.add(type, where)},
      sends{type != zmq::socket_type::pull && type != zmq::socket_type::sub}
{
}

TrackedSocket::~TrackedSocket()
{
    look_at_linger();
    close();
    registry.remove(entry, may_linger);
}

void TrackedSocket::bind(const std::string& endpoint)
{
    zmq::socket_t::bind(endpoint);
    look_at_linger();
    registry.note(entry, endpoint);
}

void TrackedSocket::connect(const std::string& endpoint)
{
    zmq::socket_t::connect(endpoint);
    look_at_linger();
    registry.note(entry, endpoint);
}

// Not by get(), which throws ETERM once the context is shut down: then what
// was seen last holds.
void TrackedSocket::look_at_linger()
{
    int linger = 0;
    std::size_t size = sizeof linger;
    if (sends && zmq_getsockopt(handle(), ZMQ_LINGER, &linger, &size) == 0)
        may_linger = linger != 0;
}
