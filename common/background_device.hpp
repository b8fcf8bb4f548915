#pragma once

#include "common/endpoint.hpp"

#include <zmq.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

/// One side of a BackgroundDevice: what its socket shall be like, and where it
/// listens or connects. All of it is said before the device starts.
///
/// Unless set otherwise, linger is 0, so that nothing hangs at the end, and
/// maxmsgsize is 1 MiB, so that no peer can fill the memory.
class DeviceSide
{
public:
    /// @param its_type PULL, ROUTER and so on
    explicit DeviceSide(zmq::socket_type its_type) : type{its_type} {}

    /// As `socket.set(option, value)`, before the socket binds or connects.
    /// Calls add up, and happen in their order.
    template <typename Option, typename Value>
    void set(Option option, Value value)
    {
        settings.emplace_back([option, value](zmq::socket_t& socket) {
            socket.set(option, value);
        });
    }

    /// Listens there; may be called for several endpoints.
    void bind(const Endpoint& endpoint) { binds.push_back(endpoint); }

    /// Connects there; may be called for several endpoints, and beside bind().
    void connect(const Endpoint& endpoint) { connects.push_back(endpoint); }

    /// Where it listens, one for each bind(), with the ports that the kernel
    /// gave. Empty before the device has started.
    const std::vector<std::string>& endpoints() const { return listens_on; }

private:
    friend class BackgroundDevice;

    zmq::socket_t open(zmq::context_t& context);

    zmq::socket_type type;
    std::vector<std::function<void(zmq::socket_t&)>> settings;
    std::vector<Endpoint> binds;
    std::vector<Endpoint> connects;
    std::vector<std::string> listens_on;
};

/// A device (`zmq::proxy` between two sockets) that runs beside the program,
/// in a thread or in a process of its own, like pyzmq's ThreadDevice and
/// ProcessDevice.
///
///     BackgroundDevice streamer{zmq::socket_type::pull,
///                               zmq::socket_type::push};
///     streamer.frontend.bind("tcp://127.0.0.1:5559");
///     streamer.backend.bind("tcp://127.0.0.1:5560");
///     streamer.start_process();   // it listens from here on
///     …
///     streamer.stop();            // and its ports are free again
///
/// It has a context of its own, so that inproc endpoints reach nobody. One
/// thread uses it at a time.
class BackgroundDevice
{
public:
    /// Two sides whose types make a device: PULL and PUSH, ROUTER and DEALER,
    /// XSUB and XPUB. Nothing happens before it starts.
    BackgroundDevice(zmq::socket_type its_frontend,
                     zmq::socket_type its_backend);
    BackgroundDevice(const BackgroundDevice&) = delete;
    BackgroundDevice& operator=(const BackgroundDevice&) = delete;

    /// Stops it, if it runs. What went wrong in the background is then lost:
    /// call stop() to hear of it.
    ~BackgroundDevice();

    /// The side that takes messages in, as a PULL does.
    DeviceSide frontend;
    /// The side that passes them on, as a PUSH does.
    DeviceSide backend;

    /// Starts it in a thread. When this returns, all endpoints are bound.
    /// @throws zmq::error_t for an option or an endpoint that does not work;
    ///         nothing runs then, and it may be changed and started again
    /// @throws std::logic_error when it runs already
    void start_thread();

    /// Starts it in a child process, which makes its context after the fork
    /// and ends with this process, however that ends. Call it before the
    /// program's first context or thread: a child inherits neither whole.
    /// @throws what start_thread() throws, and std::system_error when there
    ///         is no new process to be had
    void start_process();

    /// Stops it and waits for its end. What the device has received and not
    /// yet delivered is dropped, unless its linger says otherwise. Does
    /// nothing when it does not run.
    /// @throws what went wrong in the background, if anything did
    void stop();

    /// Waits until it ends by itself, which it does only when it fails.
    /// @throws what went wrong: zmq::error_t, or std::runtime_error that
    ///         says how its process ended
    void join();

    /// The process that it runs in: a child's, or this one's.
    int process_id() const;

private:
    class Background;
    class InThread;
    class InProcess;

    std::unique_ptr<Background> background;
};
