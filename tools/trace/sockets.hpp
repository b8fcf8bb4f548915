#pragma once

#include "recorder.hpp"

#include <sys/socket.h>
#include <zmq.h>

#include <atomic>
#include <memory>
#include <mutex>

namespace zmq_trace {

/// A message on its way through a socket, of which frames are still to come.
struct Message
{
    Line frames; // `[size,"hash","text"],…`, the first few with text
    int count = 0;
    std::int64_t start = 0; // when its first frame was sent or received
    std::uint64_t bytes = 0;
    std::uint64_t hash = 0; // of all frames, for choosing a sample
    char via[112] = "";     // the connection that it came by
};

/// What a flood left out since it was last told.
struct Skipped
{
    std::uint64_t messages = 0;
    std::uint64_t bytes = 0;
    std::int64_t since = 0;
};

enum Direction
{
    sending,
    receiving
};

/// A connection, as last asked of the kernel.
struct Connection
{
    sockaddr_storage peer{};
    char name[112] = "";
};

/// What is known of a socket of this process.
struct Socket
{
    int number = 0;
    std::mutex mutex; // a program may use a socket from two threads, wrongly
    Message message[2];
    Skipped skipped[2];
    Connection connections[8]; // by descriptor, modulo 8
};

using SocketPointer = std::shared_ptr<Socket>;

/// A frame as it was found before sending or after receiving.
struct Frame
{
    std::uint64_t hash = 0;
    std::size_t size = 0;
    std::string_view start; // the first bytes, valid during the call only
};

Frame look_at(const void* data, std::size_t size, char (&copy)[64]);

SocketPointer remember(void* handle);
SocketPointer find(void* handle);
void forget(void* handle);

/// Adds a frame; writes the message when it was the last.
void record(Socket& socket, Direction direction, const Frame& frame, bool more,
            std::int64_t t, std::string_view via = {});

/// Counts a message of a single frame that a flood leaves no room for, before
/// more work is put into it. False if it is to be recorded.
bool left_out(Socket& socket, Direction direction, const Frame& frame,
              bool more, std::int64_t t);

/// Tells what was left out, and a message whose end never came.
void flush(Socket& socket);

} // namespace zmq_trace
