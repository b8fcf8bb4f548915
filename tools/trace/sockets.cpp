#include "sockets.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <pthread.h>

#include <algorithm>
#include <new>
#include <shared_mutex>
#include <unordered_map>

namespace zmq_trace {

namespace {

constexpr std::size_t hashed_at_each_end = 1U << 15U; // bytes
constexpr int frames_with_text = 8;
constexpr int frames_listed = 64;
constexpr std::uint64_t sample = 64; // one message in so many

// Never destroyed: other threads may still use sockets while a process ends.
struct Table
{
    std::shared_mutex mutex;
    std::unordered_map<void*, SocketPointer> sockets;
    int last = 0;
};

// A child has its parent's sockets in its memory, but may not use them. The
// mutex is made anew, for a child cannot unlock what its parent has locked.
Table* make_table()
{
    static auto* const made = new Table;
    pthread_atfork([] { made->mutex.lock(); }, [] { made->mutex.unlock(); },
                   [] {
                       new (&made->mutex) std::shared_mutex;
                       made->sockets.clear();
                       start_again_in_child();
                   });
    return made;
}

Table& table()
{
    static Table* const made = make_table();
    return *made;
}

void tell_skipped(Socket& socket, Direction direction, std::int64_t t)
{
    Skipped& skipped = socket.skipped[direction];
    if (skipped.messages == 0)
        return;
    Line line;
    begin(line, "skip", t);
    line.add("s", socket.number);
    line.add("of", direction == sending ? "send" : "recv");
    line.add("since", skipped.since);
    line.add("messages", skipped.messages);
    line.add("bytes", skipped.bytes);
    finish(line);
    skipped = {};
}

void write(Socket& socket, Direction direction, bool whole)
{
    const Message& message = socket.message[direction];
    Line line;
    begin(line, direction == sending ? "send" : "recv", message.start);
    line.add("s", socket.number);
    if (message.count > frames_listed)
        line.add("more", message.count - frames_listed);
    if (!whole)
        line.add("partial", 1);
    if (message.via[0])
        line.add("via", std::string_view{message.via});
    line.add("bytes", message.bytes);
    line.put(",\"f\":[");
    line.put(message.frames.view());
    line.put("]");
    finish(line);
}

void put_frame(Message& message, const Frame& frame)
{
    Line& line = message.frames;
    if (message.count > 1)
        line.put(",");
    line.put("[");
    line.put(frame.size);
    line.put(",\"");
    line.put(frame.hash, 16);
    line.put("\"");
    if (with_content() && message.count <= frames_with_text) {
        line.put(",");
        if (is_plain(frame.start)) {
            line.quote(frame.start);
        } else {
            line.put("null,");
            line.hex(frame.start);
        }
    }
    line.put("]");
}

void skip(Socket& socket, Direction direction, std::uint64_t bytes,
          std::int64_t t)
{
    constexpr std::int64_t tell_every = 100'000'000; // ns
    Skipped& skipped = socket.skipped[direction];
    if (skipped.messages++ == 0)
        skipped.since = t;
    skipped.bytes += bytes;
    if (t - skipped.since > tell_every)
        tell_skipped(socket, direction, t);
}

void end_message(Socket& socket, Direction direction)
{
    const Message& message = socket.message[direction];
    const Budget budget = spend(message.start);
    if (budget == Budget::all ||
        (budget == Budget::some && message.hash % sample == 0)) {
        write(socket, direction, true);
    } else {
        skip(socket, direction, message.bytes, message.start);
    }
}

void reset(Message& message)
{
    message.frames.clear();
    message.count = 0;
    message.bytes = 0;
    message.hash = 0;
    message.via[0] = '\0';
}

} // namespace

Frame look_at(const void* data, std::size_t size, char (&copy)[64])
{
    const auto* const bytes = static_cast<const char*>(data);
    std::uint64_t hash = 0;
    if (size <= 2 * hashed_at_each_end)
        hash = XXH3_64bits(bytes, size);
    else
        hash = XXH3_64bits_withSeed(
            bytes + size - hashed_at_each_end, hashed_at_each_end,
            XXH3_64bits_withSeed(bytes, hashed_at_each_end, size));
    const std::size_t kept = std::min(size, sizeof copy);
    std::copy_n(bytes, kept, copy);
    return {hash, size, {copy, kept}};
}

SocketPointer remember(void* handle)
{
    auto socket = std::make_shared<Socket>();
    const std::unique_lock lock{table().mutex};
    socket->number = ++table().last;
    table().sockets[handle] = socket;
    return socket;
}

SocketPointer find(void* handle)
{
    const std::shared_lock lock{table().mutex};
    const auto found = table().sockets.find(handle);
    return found == table().sockets.end() ? nullptr : found->second;
}

void forget(void* handle)
{
    const std::unique_lock lock{table().mutex};
    table().sockets.erase(handle);
}

void record(Socket& socket, Direction direction, const Frame& frame, bool more,
            std::int64_t t, std::string_view via)
{
    const std::lock_guard lock{socket.mutex};
    Message& message = socket.message[direction];
    if (message.count++ == 0) {
        message.start = t;
        const std::size_t fits = std::min(via.size(), sizeof message.via - 1);
        via.copy(message.via, fits);
        message.via[fits] = '\0';
    }
    message.bytes += frame.size;
    message.hash = frame.hash; // the last frame's: no envelope touches it
    if (message.count <= frames_listed)
        put_frame(message, frame);
    if (more)
        return;
    end_message(socket, direction);
    reset(message);
}

bool left_out(Socket& socket, Direction direction, const Frame& frame,
              bool more, std::int64_t t)
{
    if (more || !is_flooded(t) || frame.hash % sample == 0)
        return false;
    const std::lock_guard lock{socket.mutex};
    if (socket.message[direction].count > 0)
        return false;
    skip(socket, direction, frame.size, t);
    return true;
}

void flush(Socket& socket)
{
    const std::lock_guard lock{socket.mutex};
    for (const Direction direction : {sending, receiving}) {
        if (socket.message[direction].count > 0)
            write(socket, direction, false);
        reset(socket.message[direction]);
        tell_skipped(socket, direction, now());
    }
}

} // namespace zmq_trace
