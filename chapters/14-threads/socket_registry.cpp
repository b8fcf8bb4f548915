// Remembers where sockets were made.

#include "socket_registry.hpp"

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

SocketRegistry::Handle SocketRegistry::add(zmq::socket_type type,
                                           const std::source_location& where)
{
    const std::scoped_lock lock{mutex};
    return entries.insert(entries.end(),
                          {names.at(static_cast<std::size_t>(type)),
                           "not connected", place_of(where), this_thread()});
}

void SocketRegistry::note(Handle socket, const std::string& endpoint)
{
    const std::scoped_lock lock{mutex};
    socket->endpoint = endpoint;
}

void SocketRegistry::remove(Handle socket, bool may_linger)
{
    const std::scoped_lock lock{mutex};
    const auto is_known = [&](const Entry& other) {
        return !other.is_open && other.place == socket->place &&
               other.endpoint == socket->endpoint;
    };
    if (!may_linger || std::ranges::any_of(entries, is_known))
        entries.erase(socket);
    else
        socket->is_open = false;
}
