#include "common/socket_watch.hpp"

#include <asio/error.hpp>
#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/post.hpp>
#include <zmq.hpp>

#include <cerrno>
#include <stdexcept>
#include <utility>

// Shared with what waits in the loop, which may outlive the SocketWatch.
struct SocketWatch::State : std::enable_shared_from_this<State>
{
    State(asio::io_context& in, zmq::socket_ref watched)
        : loop{in},
          socket{watched},
          descriptor{in, watched.get(zmq::sockopt::fd)}
    {
    }

    // Looks at what has come, and waits for the descriptor if that is not all.
    void look()
    {
        if (!receiver && !sender) {
            if (is_waiting && !is_closed)
                descriptor.cancel(); // or it keeps the loop from its end
            return;
        }
        const int events = events_now();
        if (events & ZMQ_POLLIN)
            call_soon(receiver);
        if (events & ZMQ_POLLOUT)
            call_soon(sender);
        if ((receiver || sender) && !is_waiting)
            wait_for_descriptor();
    }

    // Asking takes the descriptor's word away, and what it stood for in.
    int events_now() const
    {
        try {
            return socket.get(zmq::sockopt::events);
        } catch (const zmq::error_t& error) {
            if (error.num() != ETERM)
                throw;
            return ZMQ_POLLIN | ZMQ_POLLOUT; // the handler's call will throw
        }
    }

    void call_soon(Handler& handler)
    {
        if (!handler)
            return;
        asio::post(loop, [self = shared_from_this(),
                          call = std::exchange(handler, nullptr)] {
            if (self->is_closed)
                return;
            call();
            self->look(); // it may have sent or received
        });
    }

    void wait_for_descriptor()
    {
        is_waiting = true;
        descriptor.async_wait(
            asio::posix::descriptor_base::wait_read,
            [self = shared_from_this()](const asio::error_code& error) {
                self->is_waiting = false;
                if (!error || error == asio::error::operation_aborted)
                    self->look(); // somebody may wait again since the cancel
            });
    }

    void close()
    {
        is_closed = true;
        receiver = nullptr;
        sender = nullptr;
        descriptor.release(); // it belongs to libzmq, which closes it
    }

    asio::io_context& loop;
    zmq::socket_ref socket;
    asio::posix::stream_descriptor descriptor;
    Handler receiver{};
    Handler sender{};
    bool is_waiting = false;
    bool is_closed = false;
};

SocketWatch::SocketWatch(asio::io_context& loop, zmq::socket_ref socket)
    : state{std::make_shared<State>(loop, socket)}
{
}

SocketWatch::~SocketWatch()
{
    state->close();
}

void SocketWatch::async_wait(short event, Handler handler)
{
    Handler& place = event == ZMQ_POLLIN ? state->receiver : state->sender;
    if (event != ZMQ_POLLIN && event != ZMQ_POLLOUT)
        throw std::logic_error{"wait for ZMQ_POLLIN or for ZMQ_POLLOUT"};
    if (place)
        throw std::logic_error{"somebody waits for this socket already"};
    place = std::move(handler);
    state->look();
}

void SocketWatch::look_again()
{
    state->look();
}
