#pragma once

#include <zmq.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

/// Bytes as pictures and files have them.
using Bytes = std::span<const std::uint8_t>;

/// The bytes of a message, without a copy; valid as long as the message.
inline Bytes bytes_of(const zmq::message_t& message)
{
    return {message.data<std::uint8_t>(), message.size()};
}

/// Memory for pixels or a JPEG, taken from a BufferPool, to which it returns
/// at its end, on whatever thread that is. It may outlive the pool.
///
/// What is in it at first is not zero, but what the last owner left there.
class Buffer
{
public:
    /// One without any memory.
    Buffer() = default;
    /// Takes the memory of the other.
    Buffer(Buffer&& other) noexcept;
    /// Changes places with the other.
    Buffer& operator=(Buffer&& other) noexcept;
    ~Buffer();

    /// Its first byte.
    std::uint8_t* data() { return memory.get(); }
    /// Its first byte.
    const std::uint8_t* data() const { return memory.get(); }
    /// How many bytes are in use.
    std::size_t size() const { return used; }
    /// The size that resize() can give it.
    std::size_t capacity() const { return room; }

    /// Changes its size and nothing else.
    /// @param size bytes, at most capacity()
    /// @throws std::length_error when it is more
    void resize(std::size_t size);

    /// Its bytes, as long as it lives.
    operator Bytes() const { return {memory.get(), used}; } // NOLINT: wanted

private:
    friend class BufferPool;
    struct Idle;

    std::shared_ptr<Idle> home; // where it returns to
    std::unique_ptr<std::uint8_t[]> memory;
    std::size_t room = 0;
    std::size_t used = 0;
};

/// Buffers that are used again: a camera needs one of the same size thirty
/// times a second, and asking the system for fresh memory costs more than
/// filling it. All threads may use one pool.
class BufferPool
{
public:
    /// @param most_idle buffers to keep for later; more are freed
    explicit BufferPool(std::size_t most_idle = 8);

    /// A buffer of that size: one that came back, if any is large enough and
    /// not much too large, or a new one.
    Buffer take(std::size_t size);

    /// How many buffers wait to be used again.
    std::size_t idle() const;

private:
    std::shared_ptr<Buffer::Idle> home;
};

/// Makes a message out of a buffer, without a copy. libzmq returns the buffer
/// to its pool when the bytes have left, on one of its own threads.
zmq::message_t to_message(Buffer buffer);
