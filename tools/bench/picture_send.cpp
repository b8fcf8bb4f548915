#include "common/feed_queue.hpp"
#include "common/pictures/image_header.hpp"
#include "common/pictures/jpeg.hpp"
#include "tools/bench/picture_peer.hpp"

#include <fmt/format.h>

#include <cstring>

namespace {

// What a camera and its program do: they fill a buffer with the next picture,
// encode it if they should, and make the two frames of it.
class Camera
{
public:
    Camera(const Part& its_part, const Film& its_film)
        : part{its_part}, film{its_film}
    {
    }

    void send(int number, zmq::socket_t& socket)
    {
        ImageHeader header;
        header.name = fmt::format("camera {}", number);
        Buffer body = filmed(number);
        if (part.quality > 0)
            body = encoder.encode({part.shape, body}, part.quality, pool);
        else
            header.shape = part.shape;
        socket.send(zmq::buffer(to_json(header)), zmq::send_flags::sndmore);
        socket.send(to_message(std::move(body)), zmq::send_flags::none);
    }

private:
    Buffer filmed(int number)
    {
        const Bytes picture = film.picture(static_cast<unsigned>(number));
        Buffer buffer = pool.take(picture.size());
        std::memcpy(buffer.data(), picture.data(), picture.size());
        return buffer;
    }

    const Part& part;
    const Film& film;
    BufferPool pool;
    JpegEncoder encoder;
};

// One picture at a time, and the next when it has been decoded.
void send_in_lockstep(zmq::socket_t& hub, Camera& camera)
{
    zmq::message_t reply;
    for (int number = 0;; ++number) {
        camera.send(number, hub);
        (void)hub.recv(reply);
    }
}

// Threads that make pictures in turn: number n comes from the one at n modulo
// their number, so that all are sent in their order.
class Cameras
{
public:
    Cameras(zmq::context_t& context, const Part& part, const Film& film)
    {
        for (int first = 0; first < part.threads; ++first) {
            zmq::socket_t& made =
                sockets.emplace_back(context, zmq::socket_type::pull);
            made.set(zmq::sockopt::rcvhwm, 1);
            made.bind(fmt::format("inproc://camera-{}", first));
            threads.push_back(thread_until_shutdown([&, first] {
                zmq::socket_t out{context, zmq::socket_type::push};
                out.set(zmq::sockopt::linger, 0);
                out.set(zmq::sockopt::sndhwm, 1);
                out.connect(fmt::format("inproc://camera-{}", first));
                Camera camera{part, film};
                for (int number = first;; number += part.threads)
                    camera.send(number, out);
            }));
        }
    }

    // Hands the next picture on.
    void send(int number, zmq::socket_t& socket)
    {
        auto& made = sockets[static_cast<unsigned>(number) % sockets.size()];
        (void)made.recv(frame);
        socket.send(frame, zmq::send_flags::sndmore);
        (void)made.recv(frame);
        socket.send(frame, zmq::send_flags::none);
    }

private:
    std::vector<zmq::socket_t> sockets;
    std::vector<std::jthread> threads;
    zmq::message_t frame;
};

// Several on their way: a DEALER need not wait for each reply as a REQ does,
// and writes the empty frame itself.
template <typename Source>
void send_with_window(zmq::socket_t& hub, Source& source, int window)
{
    zmq::message_t reply;
    for (int number = 0;; ++number) {
        if (number >= window)
            do
                (void)hub.recv(reply);
            while (reply.more());
        hub.send(zmq::message_t{}, zmq::send_flags::sndmore);
        source.send(number, hub);
    }
}

// Written in place into memory that the receiver reads in place.
void share_pictures(zmq::context_t& context, const Part& part, const Film& film)
{
    FeedProducer feed{
        context,
        "tcp://127.0.0.1:*",
        {.longest = part.shape.bytes(), .places = 2 * part.window}};
    fmt::print("listening on {}\n", feed.endpoint());
    const auto all = static_cast<unsigned>(part.warmup + part.count);
    for (std::size_t number = 0; number < all; ++number) {
        const Bytes picture = film.picture(number);
        std::memcpy(feed.place().data(), picture.data(), picture.size());
        feed.put(picture.size());
    }
    feed.end();
}

} // namespace

void send_pictures(zmq::context_t& context, const Part& part)
{
    const Film film{part};
    if (part.shared) {
        share_pictures(context, part, film);
    } else if (part.publish) {
        auto receivers = opened(context, zmq::socket_type::pub, part);
        Cameras cameras{context, part, film};
        for (int number = 0;; ++number)
            cameras.send(number, receivers);
    } else if (part.window > 1) {
        auto hub = opened(context, zmq::socket_type::dealer, part);
        if (part.quality == 0) { // nothing to do for other threads
            Camera camera{part, film};
            send_with_window(hub, camera, part.window);
        } else {
            Cameras cameras{context, part, film};
            send_with_window(hub, cameras, part.window);
        }
    } else {
        auto hub = opened(context, zmq::socket_type::req, part);
        Camera camera{part, film};
        send_in_lockstep(hub, camera);
    }
}
