// Remembers where sockets were made. The calls of ZeroMQ are its own.

#include "tracked_socket.hpp"

#include <fmt/format.h>
#include <pthread.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <future>
#include <thread>

namespace {

constexpr std::array names{"PAIR",   "PUB",  "SUB",  "REQ",  "REP",  "DEALER",
                           "ROUTER", "PULL", "PUSH", "XPUB", "XSUB", "STREAM"};

std::string this_thread()
{
    std::array<char, 16> name{}; // as long as the kernel allows
    pthread_getname_np(pthread_self(), name.data(), name.size());
    return name.data();
}

std::string place_of(const std::source_location& where)
{
    const std::filesystem::path file = where.file_name();
    return fmt::format("{}:{}", file.filename().string(), where.line());
}

} // namespace

std::vector<SocketRegistry::Entry>
SocketRegistry::shut_down(std::chrono::milliseconds grace)
{
    context.shutdown(); // blocking calls of other threads throw ETERM now
    std::packaged_task<void()> close{[&c = context] { c.close(); }}; // waits
    const auto closed = close.get_future();
    std::thread{std::move(close)}.detach();
    if (closed.wait_for(grace) == std::future_status::ready)
        return {};
    const std::scoped_lock lock{mutex};
    return {entries.begin(), entries.end()};
}

TrackedSocket::TrackedSocket(SocketRegistry& r, zmq::socket_type type,
                             std::source_location where)
    : zmq::socket_t{r.context, type},
      registry{r},
      sends{type != zmq::socket_type::pull && type != zmq::socket_type::sub}
{
    const std::scoped_lock lock{registry.mutex};
    entry = registry.entries.insert(registry.entries.end(),
                                    {names.at(static_cast<std::size_t>(type)),
                                     "not connected", place_of(where),
                                     this_thread()});
}

TrackedSocket::~TrackedSocket()
{
    look_at_linger();
    close();
    const std::scoped_lock lock{registry.mutex};
    const auto is_known = [this](const SocketRegistry::Entry& other) {
        return !other.is_open && other.place == entry->place &&
               other.endpoint == entry->endpoint;
    };
    if (!may_linger || std::ranges::any_of(registry.entries, is_known))
        registry.entries.erase(entry);
    else
        entry->is_open = false;
}

void TrackedSocket::bind(const std::string& endpoint)
{
    zmq::socket_t::bind(endpoint);
    note(endpoint);
}

void TrackedSocket::connect(const std::string& endpoint)
{
    zmq::socket_t::connect(endpoint);
    note(endpoint);
}

void TrackedSocket::note(const std::string& endpoint)
{
    look_at_linger();
    const std::scoped_lock lock{registry.mutex};
    entry->endpoint = endpoint;
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
