#pragma once

#include "common/endpoint.hpp"
#include "common/pictures/picture.hpp"

#include <zmq.hpp>

#include <string>
#include <thread>
#include <vector>

/// What one end of a stream of pictures is to do.
struct Part
{
    std::string scene;             ///< a file of pictures, see Scene
    Shape shape{640, 480};         ///< of its pictures
    std::vector<Endpoint> connect; ///< none: it listens
    int quality = 0;               ///< of JPEGs; 0: raw
    bool publish = false;          ///< PUB and SUB, else REQ and REP
    bool shared = false;           ///< through shared memory, see FeedQueue
    int window = 1;                ///< pictures on their way; 1: lockstep
    int threads = 1;               ///< that code, in a window
    int count = 200;               ///< pictures to measure
    int warmup = 20;               ///< before that: they are looked at
};

/// The pictures of a file, over and over.
class Film
{
public:
    /// @throws std::runtime_error when they are not there
    explicit Film(const Part& part);

    /// The pixels of picture number n, from 0 up.
    Bytes picture(std::size_t n) const
    {
        return Bytes{pixels}.subspan(n % count * size, size);
    }

private:
    std::vector<std::uint8_t> pixels;
    std::size_t size;  // of one, in bytes
    std::size_t count; // how many there are
};

/// A socket of that type, which listens and says so, or connects.
zmq::socket_t opened(zmq::context_t& context, zmq::socket_type type,
                     const Part& part);

/// Sends pictures until the context is shut down.
void send_pictures(zmq::context_t& context, const Part& part);

/// Receives so many pictures and prints how long that took, as JSON.
void receive_pictures(zmq::context_t& context, const Part& part);

/// Encodes and decodes so many pictures, one after the other, and sends none:
/// what the codec takes of a processor. Prints the same JSON.
void code_pictures(const Part& part);

/// A thread that ends with the context.
template <typename Work>
std::jthread thread_until_shutdown(Work work)
{
    return std::jthread{[work] {
        try {
            work();
        } catch (const zmq::error_t&) { // ETERM
        }
    }};
}
