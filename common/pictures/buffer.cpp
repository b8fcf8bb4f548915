#include "common/pictures/buffer.hpp"

#include <algorithm>
#include <mutex>
#include <stdexcept>
#include <utility>
#include <vector>

struct Buffer::Idle
{
    std::mutex mutex;
    std::vector<Buffer> buffers; // without a home: this is where they are
    std::size_t most = 0;
};

Buffer::Buffer(Buffer&& other) noexcept
    : home{std::move(other.home)},
      memory{std::move(other.memory)},
      room{std::exchange(other.room, 0)},
      used{std::exchange(other.used, 0)}
{
}

Buffer& Buffer::operator=(Buffer&& other) noexcept
{
    std::swap(home, other.home);
    std::swap(memory, other.memory);
    std::swap(room, other.room);
    std::swap(used, other.used);
    return *this;
}

Buffer::~Buffer()
{
    if (!home)
        return;
    const auto idle = std::exchange(home, nullptr);
    const std::lock_guard lock{idle->mutex};
    if (idle->buffers.size() < idle->most)
        idle->buffers.push_back(std::move(*this)); // reserved: cannot throw
}

void Buffer::resize(std::size_t size)
{
    if (size > room)
        throw std::length_error{"a buffer is not as large as that"};
    used = size;
}

BufferPool::BufferPool(std::size_t most_idle)
    : home{std::make_shared<Buffer::Idle>()}
{
    home->most = most_idle;
    home->buffers.reserve(most_idle);
}

Buffer BufferPool::take(std::size_t size)
{
    Buffer buffer;
    {
        const std::lock_guard lock{home->mutex};
        auto& idle = home->buffers;
        const auto fits =
            std::find_if(idle.rbegin(), idle.rend(), [size](const Buffer& one) {
                return one.room >= size && one.room / 4 <= size;
            });
        if (fits != idle.rend()) {
            buffer = std::move(*fits);
            std::swap(*fits, idle.back());
            idle.pop_back();
        } else if (idle.size() == home->most && !idle.empty()) {
            idle.erase(idle.begin()); // the oldest, of a size now out of use
        }
    }
    if (!buffer.memory) {
        buffer.memory = std::make_unique_for_overwrite<std::uint8_t[]>(size);
        buffer.room = size;
    }
    buffer.used = size;
    buffer.home = home;
    return buffer;
}

std::size_t BufferPool::idle() const
{
    const std::lock_guard lock{home->mutex};
    return home->buffers.size();
}

zmq::message_t to_message(Buffer buffer)
{
    const auto give_back = [](void*, void* owned) {
        delete static_cast<Buffer*>(owned);
    };
    auto owned = std::make_unique<Buffer>(std::move(buffer));
    zmq::message_t message{owned->data(), owned->size(), give_back,
                           owned.get()};
    (void)owned.release(); // the message's from here
    return message;
}
