// Notes what a program does with ZeroMQ, from inside: a library to preload,
// that stands in front of libzmq's C functions, calls each and, when it did
// its work, appends one line of JSON to a file. Results and errno are
// libzmq's own.
//
//     ZMQ_TRACE_FILE=run.trace LD_PRELOAD=…/libzmq_trace.so PROGRAM

#include "sockets.hpp"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <link.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>

using namespace zmq_trace;

namespace {

// ------------------------------------------------------------ libzmq itself

// A Python extension loads libzmq for itself alone: RTLD_NEXT does not see it
// there, and wheels give the library a name of their own.
void* loaded_libzmq()
{
    static void* const library = [] {
        void* found = nullptr;
        dl_iterate_phdr(
            [](dl_phdr_info* info, std::size_t, void* result) {
                const std::string_view name{info->dlpi_name};
                if (name.find("/libzmq") == std::string_view::npos ||
                    name.find("libzmq_trace") != std::string_view::npos)
                    return 0;
                *static_cast<void**>(result) =
                    dlopen(info->dlpi_name, RTLD_LAZY | RTLD_NOLOAD);
                return 1;
            },
            &found);
        return found;
    }();
    return library;
}

template <typename Function>
Function* look_up(const char* name)
{
    void* found = dlsym(RTLD_NEXT, name);
    if (!found && loaded_libzmq())
        found = dlsym(loaded_libzmq(), name);
    return reinterpret_cast<Function*>(found);
}

// The function of that name behind ours.
#define REAL(function)                                                         \
    ([]() -> decltype(::function)* {                                           \
        static auto* const it = look_up<decltype(::function)>(#function);      \
        return it;                                                             \
    }())

// libzmq calls some of its public functions itself; those calls are not the
// program's.
thread_local int depth = 0;

struct Inside
{
    Inside() { ++depth; }
    ~Inside() { --depth; }
};

bool watching()
{
    return depth == 0 && on();
}

struct KeepErrno
{
    int kept = errno;
    ~KeepErrno() { errno = kept; }
};

// --------------------------------------------------------------- small notes

// Times are those before a call: its effects may be seen elsewhere before it
// returns.
void note(std::string_view event, std::int64_t t, int socket,
          std::string_view key = {}, std::string_view value = {})
{
    Line line;
    begin(line, event, t);
    line.add("s", socket);
    if (!key.empty())
        line.add(key, value);
    finish(line);
}

void note_failure(void* handle, std::string_view what, int error)
{
    const SocketPointer socket = find(handle);
    if (!socket || error == ETERM || error == EINTR)
        return;
    Line line;
    begin(line, "fail", now());
    line.add("s", socket->number);
    line.add("of", what);
    line.add("error", std::string_view{REAL(zmq_strerror)(error)});
    finish(line);
}

std::string_view type_name(int type)
{
    constexpr std::array<std::string_view, 12> names{
        "PAIR",   "PUB",  "SUB",  "REQ",  "REP",  "DEALER",
        "ROUTER", "PULL", "PUSH", "XPUB", "XSUB", "STREAM"};
    const auto index = static_cast<std::size_t>(type);
    return index < names.size() ? names[index] : "?";
}

// Topics and identities are bytes of the program's; CURVE keys, user names
// and passwords are options too, and none of those is ever looked at.
void note_option(void* handle, int option, const void* value, std::size_t size,
                 std::int64_t t)
{
    const SocketPointer socket = find(handle);
    const std::string_view event = option == ZMQ_SUBSCRIBE     ? "subscribe"
                                   : option == ZMQ_UNSUBSCRIBE ? "unsubscribe"
                                   : option == ZMQ_ROUTING_ID  ? "identity"
                                                               : "";
    if (!socket || event.empty())
        return;
    char copy[64];
    const Frame frame = look_at(value, size, copy);
    Line line;
    begin(line, event, t);
    line.add("s", socket->number);
    line.put(",\"f\":[[");
    line.put(size);
    line.put(",\"");
    line.put(frame.hash, 16);
    line.put("\"");
    const std::string_view all{static_cast<const char*>(value), size};
    if (with_content()) {
        line.put(",null,");
        line.hex(all.substr(0, 256));
    }
    line.put("]]");
    finish(line);
}

// --------------------------------------------------------- sends and receives

bool has_more(void* handle)
{
    int more = 0;
    std::size_t size = sizeof more;
    return REAL(zmq_getsockopt)(handle, ZMQ_RCVMORE, &more, &size) == 0 && more;
}

void put_address(Line& line, const sockaddr_storage& address)
{
    char text[INET6_ADDRSTRLEN] = "";
    if (address.ss_family == AF_INET) {
        const auto& four = reinterpret_cast<const sockaddr_in&>(address);
        inet_ntop(AF_INET, &four.sin_addr, text, sizeof text);
        line.put(std::string_view{text});
        line.put(":");
        line.put(ntohs(four.sin_port));
    } else {
        const auto& six = reinterpret_cast<const sockaddr_in6&>(address);
        inet_ntop(AF_INET6, &six.sin6_addr, text, sizeof text);
        line.put("[");
        line.put(std::string_view{text});
        line.put("]:");
        line.put(ntohs(six.sin6_port));
    }
}

// The connection that a message came by, as both of its ends would name it:
// `tcp OWN PEER`, `ipc PID` of the peer; nothing for inproc.
void put_via(Line& line, int descriptor, const sockaddr_storage& peer)
{
    if (peer.ss_family == AF_UNIX) {
        ucred credentials{};
        socklen_t size = sizeof credentials;
        getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &size);
        line.put("ipc ");
        line.put(credentials.pid);
        return;
    }
    sockaddr_storage own{};
    socklen_t size = sizeof own;
    if ((peer.ss_family != AF_INET && peer.ss_family != AF_INET6) ||
        getsockname(descriptor, reinterpret_cast<sockaddr*>(&own), &size) != 0)
        return;
    line.put("tcp ");
    put_address(line, own);
    line.put(" ");
    put_address(line, peer);
}

// A descriptor can change hands between two messages, so its peer is asked
// each time, and the rest only when that is another one.
std::string_view via(Socket& socket, zmq_msg_t* message)
{
    const int descriptor = REAL(zmq_msg_get)(message, ZMQ_SRCFD);
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    if (descriptor < 0 ||
        getpeername(descriptor, reinterpret_cast<sockaddr*>(&peer), &size) != 0)
        return {};
    Connection& known = socket.connections[descriptor % 8];
    if (peer.ss_family == AF_UNIX ||
        std::memcmp(&known.peer, &peer, sizeof peer) != 0) {
        Line line;
        put_via(line, descriptor, peer);
        const std::size_t fits =
            line.view().copy(known.name, sizeof known.name - 1);
        known.name[fits] = '\0';
        known.peer = peer;
    }
    return known.name;
}

void note_received(void* handle, zmq_msg_t* message, std::int64_t t)
{
    const SocketPointer socket = find(handle);
    if (!socket)
        return;
    char copy[64];
    const Frame frame =
        look_at(REAL(zmq_msg_data)(message), REAL(zmq_msg_size)(message), copy);
    const bool more = REAL(zmq_msg_more)(message) != 0;
    if (left_out(*socket, receiving, frame, more, t))
        return;
    const bool first = socket->message[receiving].count == 0;
    record(*socket, receiving, frame, more, t,
           first ? via(*socket, message) : std::string_view{});
}

// Sends by `call`, having looked at the bytes before, which a zmq_msg_t loses
// when it is sent.
template <typename Call>
int send(void* handle, const void* data, std::size_t size, int flags,
         Call&& call)
{
    const SocketPointer socket = watching() ? find(handle) : nullptr;
    if (!socket) {
        const Inside inside;
        return call();
    }
    char copy[64];
    const Frame frame = look_at(data, size, copy);
    const std::int64_t t = now();
    int result = 0;
    {
        const Inside inside;
        result = call();
    }
    const KeepErrno keep;
    const bool more = (flags & ZMQ_SNDMORE) != 0;
    if (result >= 0 && !left_out(*socket, sending, frame, more, t))
        record(*socket, sending, frame, more, t);
    else if (result < 0)
        note_failure(handle, "send", errno);
    return result;
}

template <typename Call>
int receive(void* handle, zmq_msg_t* message, Call&& call)
{
    if (!watching())
        return call();
    int result = 0;
    {
        const Inside inside;
        result = call();
    }
    const KeepErrno keep;
    if (result >= 0)
        note_received(handle, message, now());
    else if (errno != EAGAIN)
        note_failure(handle, "recv", errno);
    return result;
}

// ------------------------------------------------------------------- proxies

void note_proxy(std::string_view event, void* frontend, void* backend,
                void* capture, void* control)
{
    Line line;
    begin(line, event, now());
    const auto add = [&](std::string_view key, void* handle) {
        if (const SocketPointer socket = handle ? find(handle) : nullptr)
            line.add(key, socket->number);
    };
    add("s", frontend);
    add("back", backend);
    add("capture", capture);
    add("control", control);
    finish(line);
}

template <typename Call>
int proxy(void* frontend, void* backend, void* capture, void* control,
          Call&& call)
{
    if (!watching())
        return call();
    note_proxy("proxy", frontend, backend, capture, control);
    int result = 0;
    {
        const Inside inside;
        result = call();
    }
    const KeepErrno keep;
    note_proxy("proxy_end", frontend, backend, capture, control);
    return result;
}

// A call about an endpoint, noted with the socket when it worked.
template <typename Call>
int attach(std::string_view event, void* handle, const char* endpoint,
           Call&& call)
{
    if (!watching())
        return call();
    const std::int64_t t = now();
    int result = 0;
    {
        const Inside inside;
        result = call();
    }
    const KeepErrno keep;
    const SocketPointer socket = find(handle);
    if (!socket)
        return result;
    char actual[512] = "";
    std::size_t size = sizeof actual;
    if (result == 0 && event == "bind" &&
        REAL(zmq_getsockopt)(handle, ZMQ_LAST_ENDPOINT, actual, &size) == 0 &&
        actual[0])
        endpoint = actual;
    if (result == 0)
        note(event, t, socket->number, "endpoint",
             std::string_view{endpoint}.substr(0, 512));
    else
        note_failure(handle, event, errno);
    return result;
}

__attribute__((destructor)) void note_exit()
{
    const KeepErrno keep;
    if (!on() || !is_introduced())
        return;
    Line line;
    begin(line, "exit", now());
    finish(line);
}

} // namespace

// ------------------------------------------------- libzmq's functions, by name

#define INTERPOSED extern "C" __attribute__((visibility("default")))

INTERPOSED void* zmq_socket(void* context, int type)
{
    auto* const real = REAL(zmq_socket);
    if (!watching())
        return real(context, type);
    void* handle = nullptr;
    {
        const Inside inside;
        handle = real(context, type);
    }
    const KeepErrno keep;
    if (!handle)
        return handle;
    const SocketPointer socket = remember(handle);
    Line line;
    begin(line, "socket", now());
    line.add("s", socket->number);
    line.add("type", type_name(type));
    line.add("context", reinterpret_cast<std::uintptr_t>(context));
    finish(line);
    return handle;
}

INTERPOSED int zmq_close(void* handle)
{
    const SocketPointer socket = watching() ? find(handle) : nullptr;
    if (socket) {
        const KeepErrno keep;
        flush(*socket);
        note("close", now(), socket->number);
        forget(handle);
    }
    const Inside inside;
    return REAL(zmq_close)(handle);
}

INTERPOSED int zmq_bind(void* handle, const char* endpoint)
{
    return attach("bind", handle, endpoint,
                  [&] { return REAL(zmq_bind)(handle, endpoint); });
}

INTERPOSED int zmq_connect(void* handle, const char* endpoint)
{
    return attach("connect", handle, endpoint,
                  [&] { return REAL(zmq_connect)(handle, endpoint); });
}

INTERPOSED int zmq_unbind(void* handle, const char* endpoint)
{
    return attach("unbind", handle, endpoint,
                  [&] { return REAL(zmq_unbind)(handle, endpoint); });
}

INTERPOSED int zmq_disconnect(void* handle, const char* endpoint)
{
    return attach("disconnect", handle, endpoint,
                  [&] { return REAL(zmq_disconnect)(handle, endpoint); });
}

INTERPOSED int zmq_socket_monitor(void* handle, const char* endpoint,
                                  int events)
{
    if (!endpoint) {
        const Inside inside;
        return REAL(zmq_socket_monitor)(handle, endpoint, events);
    }
    return attach("monitor", handle, endpoint, [&] {
        return REAL(zmq_socket_monitor)(handle, endpoint, events);
    });
}

INTERPOSED int zmq_setsockopt(void* handle, int option, const void* value,
                              std::size_t size)
{
    const std::int64_t t = now();
    const int result = REAL(zmq_setsockopt)(handle, option, value, size);
    const KeepErrno keep;
    if (result == 0 && watching())
        note_option(handle, option, value, size, t);
    return result;
}

INTERPOSED int zmq_send(void* handle, const void* data, std::size_t size,
                        int flags)
{
    return send(handle, data, size, flags,
                [&] { return REAL(zmq_send)(handle, data, size, flags); });
}

INTERPOSED int zmq_send_const(void* handle, const void* data, std::size_t size,
                              int flags)
{
    return send(handle, data, size, flags, [&] {
        return REAL(zmq_send_const)(handle, data, size, flags);
    });
}

INTERPOSED int zmq_msg_send(zmq_msg_t* message, void* handle, int flags)
{
    return send(handle, REAL(zmq_msg_data)(message),
                REAL(zmq_msg_size)(message), flags,
                [&] { return REAL(zmq_msg_send)(message, handle, flags); });
}

INTERPOSED int zmq_sendmsg(void* handle, zmq_msg_t* message, int flags)
{
    return zmq_msg_send(message, handle, flags);
}

INTERPOSED int zmq_msg_recv(zmq_msg_t* message, void* handle, int flags)
{
    return receive(handle, message,
                   [&] { return REAL(zmq_msg_recv)(message, handle, flags); });
}

INTERPOSED int zmq_recvmsg(void* handle, zmq_msg_t* message, int flags)
{
    return zmq_msg_recv(message, handle, flags);
}

// By way of a zmq_msg_t, as libzmq does it: so the whole frame is seen, even
// if the program's buffer is shorter, and the connection that it came by.
INTERPOSED int zmq_recv(void* handle, void* buffer, std::size_t size, int flags)
{
    if (!watching() || !find(handle))
        return REAL(zmq_recv)(handle, buffer, size, flags);
    zmq_msg_t message;
    REAL(zmq_msg_init)(&message);
    const int result = zmq_msg_recv(&message, handle, flags);
    const KeepErrno keep;
    if (result > 0 && size > 0)
        std::memcpy(buffer, REAL(zmq_msg_data)(&message),
                    std::min(size, static_cast<std::size_t>(result)));
    REAL(zmq_msg_close)(&message);
    return result;
}

INTERPOSED int zmq_sendiov(void* handle, iovec* parts, std::size_t count,
                           int flags)
{
    const SocketPointer socket = watching() ? find(handle) : nullptr;
    const std::int64_t t = now();
    int result = 0;
    {
        const Inside inside;
        result = REAL(zmq_sendiov)(handle, parts, count, flags);
    }
    const KeepErrno keep;
    for (std::size_t i = 0; socket && result >= 0 && i < count; ++i) {
        char copy[64];
        const Frame frame = look_at(parts[i].iov_base, parts[i].iov_len, copy);
        record(*socket, sending, frame,
               (flags & ZMQ_SNDMORE) != 0 && i + 1 < count, t);
    }
    return result;
}

INTERPOSED int zmq_recviov(void* handle, iovec* parts, std::size_t* count,
                           int flags)
{
    const SocketPointer socket = watching() ? find(handle) : nullptr;
    int result = 0;
    {
        const Inside inside;
        result = REAL(zmq_recviov)(handle, parts, count, flags);
    }
    const KeepErrno keep;
    for (std::size_t i = 0; socket && result >= 0 && i < *count; ++i) {
        char copy[64];
        const Frame frame = look_at(parts[i].iov_base, parts[i].iov_len, copy);
        record(*socket, receiving, frame, i + 1 < *count || has_more(handle),
               now());
    }
    return result;
}

INTERPOSED int zmq_proxy(void* frontend, void* backend, void* capture)
{
    return proxy(frontend, backend, capture, nullptr,
                 [&] { return REAL(zmq_proxy)(frontend, backend, capture); });
}

INTERPOSED int zmq_proxy_steerable(void* frontend, void* backend, void* capture,
                                   void* control)
{
    return proxy(frontend, backend, capture, control, [&] {
        return REAL(zmq_proxy_steerable)(frontend, backend, capture, control);
    });
}

INTERPOSED int zmq_device(int type, void* frontend, void* backend)
{
    return proxy(frontend, backend, nullptr, nullptr,
                 [&] { return REAL(zmq_device)(type, frontend, backend); });
}
