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
    using Handle = std::list<Entry>::iterator;

    explicit SocketRegistry(zmq::context_t& its_context) : context{its_context}
    {
    }

    /// A socket is made, by this thread.
    Handle add(zmq::socket_type type, const std::source_location& where);
    /// It is bound or connected.
    void note(Handle socket, const std::string& endpoint);
    /// It is closed.
    /// @param may_linger whether it may hold up the context all the same
    void remove(Handle socket, bool may_linger);

    /// Ends the context, which waits for every socket to be closed and for
    /// messages of closed ones that linger.
    /// @return empty when it has ended within the grace period; otherwise
    ///         those in its way. It is then stuck, and leaving the process
    ///         is all that remains to do.
    std::vector<Entry> shut_down(std::chrono::milliseconds grace);

    /// What the sockets belong to.
    zmq::context_t& context;

private:
    std::mutex mutex; // each socket belongs to a thread, the list to all
    std::list<Entry> entries;
};
