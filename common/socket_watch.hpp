#pragma once

#include <functional>
#include <memory>

namespace asio {
class io_context;
}
namespace zmq {
class socket_ref;
}

/// Tells a program whose loop is asio's when a ZeroMQ socket can receive or
/// send. The program calls recv and send itself, with `dontwait`.
///
/// A ZeroMQ socket has a file descriptor, ZMQ_FD, for loops like asio's. It
/// does not say "there is a message". It says "look at ZMQ_EVENTS again", says
/// it once for any number of messages, and any call on the socket may take it
/// away. So this class looks at ZMQ_EVENTS before it waits, whenever the
/// descriptor wakes it, and after each handler that it has called.
///
/// It keeps the loop's run() from returning only while somebody waits.
///
/// Everything happens in the thread that runs the loop: a socket belongs to
/// one thread. Destroy the watch before its socket and its loop, and not from
/// within what waits for it.
///
/// The method is that of libzmq's manual, zmq_getsockopt(3), ZMQ_FD.
class SocketWatch
{
public:
    /// What is called, once, when the socket is ready.
    using Handler = std::function<void()>;

    /// @param loop whose run() calls the handlers
    /// @param socket what to watch; both must outlive this object
    SocketWatch(asio::io_context& loop, zmq::socket_ref socket);
    SocketWatch(const SocketWatch&) = delete;
    SocketWatch& operator=(const SocketWatch&) = delete;
    ~SocketWatch();

    /// Waits once: calls the handler, from the loop and never from within
    /// async_wait(), when the socket can receive or send. The handler may wait
    /// again. One that takes a single message and waits again misses nothing.
    ///
    /// A context that is shut down counts as ready: the handler's recv or send
    /// throws ETERM, which leaves the loop's run().
    ///
    /// @param event ZMQ_POLLIN to receive, ZMQ_POLLOUT to send; both may be
    ///        waited for at the same time, each by one handler
    /// @throws std::logic_error if that is being waited for already
    void async_wait(short event, Handler handler);

    /// Looks whether what is waited for has come. A program calls it after a
    /// recv or send made elsewhere than in a handler of this watch, say in
    /// that of a timer: such a call may take the descriptor's word away.
    void look_again();

private:
    struct State;
    std::shared_ptr<State> state;
};
