#pragma once

#include <zmq.hpp>

#include <chrono>
#include <list>
#include <mutex>
#include <source_location>
#include <string>
#include <vector>

/// Knows the sockets of a context: where each was made and by which thread.
/// It can say which of them hold up the end of the context.
class SocketRegistry
{
public:
    struct Entry
    {
        std::string type;
        std::string endpoint; ///< where it was last bound or connected
        std::string place;    ///< file and line where it was made
        std::string thread;   ///< the thread that made it
        bool is_open = true;
    };

    explicit SocketRegistry(zmq::context_t& c) : context{c} {}

    /// Ends the context, which waits for every socket to be closed and for
    /// messages of closed ones that linger.
    /// @return empty when it has ended within the grace period; otherwise
    ///         those in its way. It is then stuck, and leaving the process
    ///         is all that remains to do.
    std::vector<Entry> shut_down(std::chrono::milliseconds grace);

private:
    friend class TrackedSocket;
    using Handle = std::list<Entry>::iterator;

    zmq::context_t& context;
    std::mutex mutex; // each socket belongs to a thread, the list to all
    std::list<Entry> entries;
};

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
    void note(const std::string& endpoint);
    void look_at_linger();

    SocketRegistry& registry;
    bool sends;              // only then are there messages to linger for
    bool may_linger = false; // as seen last
    SocketRegistry::Handle entry;
};
