#pragma once

#include "common/pictures/picture.hpp"

#include <zmq.hpp>
#include <zmq_addon.hpp>

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

/// Receives on a thread of its own and keeps the newest message: each takes
/// the place of the one before. At its end it shuts its context down, which is
/// what ends the thread.
class NewestImage
{
public:
    /// @param subscriber belongs to the thread from here on
    NewestImage(zmq::context_t& its_context, zmq::socket_t subscriber)
        : context{its_context},
          thread{[this, socket = std::move(subscriber)]() mutable {
              try {
                  while (true)
                      put(zmq::multipart_t{socket}); // receives it
              } catch (const zmq::error_t&) {        // ETERM
              }
              put({});
          }}
    {
    }

    NewestImage(const NewestImage&) = delete;
    NewestImage& operator=(const NewestImage&) = delete;
    ~NewestImage() { context.shutdown(); }

    /// Waits for a message that was not taken yet.
    /// @return the newest; an empty one when no more will come
    zmq::multipart_t take()
    {
        std::unique_lock lock{mutex};
        has_come.wait(lock, [this] { return newest.has_value(); });
        zmq::multipart_t message = std::move(*newest);
        newest.reset();
        return message;
    }

private:
    void put(zmq::multipart_t message)
    {
        const std::lock_guard lock{mutex};
        newest = std::move(message);
        has_come.notify_one();
    }

    zmq::context_t& context;
    std::mutex mutex;
    std::condition_variable has_come;
    std::optional<zmq::multipart_t> newest;
    std::jthread thread; // the last, as it uses the others
};
