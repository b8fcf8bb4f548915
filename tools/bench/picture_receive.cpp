#include "common/feed_queue.hpp"
#include "common/pictures/image_header.hpp"
#include "common/pictures/jpeg.hpp"
#include "tools/bench/picture_peer.hpp"

#include <fmt/format.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstring>
#include <mutex>
#include <numeric>

namespace {

using Clock = std::chrono::steady_clock;

// How near it is to what was filmed, in decibels (PSNR); 99 for the same.
double decibels(Bytes pixels, Bytes original)
{
    double sum = 0;
    for (std::size_t n = 0; n < pixels.size(); ++n)
        sum += std::pow(pixels[n] - original[n], 2);
    const auto size = static_cast<double>(pixels.size());
    return sum == 0 ? 99 : 10 * std::log10(255 * 255 * size / sum);
}

// Looks closely at the first pictures of the warm-up, and takes the time of
// those that come after it, on whatever thread they are ready.
class Meter
{
public:
    explicit Meter(const Part& its_part) : part{its_part}, film{its_part} {}

    // @param number the picture's, by which its original is found
    // @param bytes of it on its way
    void note(std::size_t number, Bytes pixels, std::size_t bytes)
    {
        // Half of the warm-up: no thread still looks when the time is taken.
        if (count() <= (part.warmup + 1) / 2)
            look(number, pixels, bytes);
    }

    bool is_done() const { return ready >= part.warmup + part.count; }

    void print() const
    {
        const std::chrono::duration<double> time = end - begin;
        fmt::print(R"({{"seconds": {}, "decibels": {}, "bytes": {}}})"
                   "\n",
                   time.count(), worst, size);
    }

private:
    // One more is ready: the how manieth, at a time after that of the last.
    int count()
    {
        const std::lock_guard lock{mutex};
        const int received = ++ready;
        if (received == part.warmup)
            begin = Clock::now();
        if (received == part.warmup + part.count)
            end = Clock::now();
        return received;
    }

    void look(std::size_t number, Bytes pixels, std::size_t bytes)
    {
        const double near = decibels(pixels, film.picture(number));
        const std::lock_guard lock{mutex};
        worst = std::min(worst, near);
        size = bytes;
    }

    const Part& part;
    Film film;
    std::atomic<int> ready = 0; // counted under the lock
    Clock::time_point begin;
    Clock::time_point end;
    std::mutex mutex;
    double worst = 99;
    std::size_t size = 0;
};

// What a hub does with the two frames of a picture.
class Viewer
{
public:
    explicit Viewer(Meter& its_meter) : meter{its_meter} {}

    void see(const zmq::message_t& first, const zmq::message_t& second)
    {
        const ImageHeader header = image_header(first.to_string_view());
        const auto number = std::stoul(header.name.substr(strlen("camera ")));
        const Bytes body = bytes_of(second);
        if (header.shape) {
            see_raw(number, view(*header.shape, body).pixels);
        } else {
            const Picture picture = decoder.decode(body, pool);
            meter.note(number, picture.pixels, body.size());
        }
    }

    // Reads all of the pixels, as whoever looks at a picture does, and as fast
    // as numpy: four sums at once.
    void see_raw(std::size_t number, Bytes pixels)
    {
        std::array<std::uint64_t, 4> words{};
        std::uint64_t first = 0, second = 0, third = 0, fourth = 0;
        for (std::size_t n = 0; n + sizeof words <= pixels.size();
             n += sizeof words) {
            std::memcpy(words.data(), pixels.data() + n, sizeof words);
            first ^= words[0];
            second ^= words[1];
            third ^= words[2];
            fourth ^= words[3];
        }
        volatile const std::uint64_t seen = first ^ second ^ third ^ fourth;
        (void)seen;
        meter.note(number, pixels, pixels.size());
    }

private:
    Meter& meter;
    JpegDecoder decoder;
    BufferPool pool;
};

void receive(zmq::socket_t& socket, zmq::message_t& first,
             zmq::message_t& second)
{
    (void)socket.recv(first);
    (void)socket.recv(second);
}

void receive_in_lockstep(zmq::socket_t& cameras, Meter& meter)
{
    Viewer viewer{meter};
    zmq::message_t first, second;
    while (!meter.is_done()) {
        receive(cameras, first, second);
        viewer.see(first, second);
        cameras.send(zmq::str_buffer("OK"));
    }
}

// Threads that decode in turn, each with a picture or two before it.
class Viewers
{
public:
    Viewers(zmq::context_t& context, Meter& meter, int number)
    {
        for (int n = 0; n < number; ++n) {
            const std::string place = fmt::format("inproc://viewer-{}", n);
            zmq::socket_t& socket =
                sockets.emplace_back(context, zmq::socket_type::push);
            socket.set(zmq::sockopt::linger, 0);
            socket.set(zmq::sockopt::sndhwm, 1);
            socket.bind(place);
            threads.push_back(thread_until_shutdown([&context, &meter, place] {
                zmq::socket_t in{context, zmq::socket_type::pull};
                in.set(zmq::sockopt::rcvhwm, 1);
                in.connect(place);
                Viewer viewer{meter};
                zmq::message_t first, second;
                for (;;) {
                    receive(in, first, second);
                    viewer.see(first, second);
                }
            }));
        }
    }

    void take(zmq::message_t& first, zmq::message_t& second)
    {
        zmq::socket_t& next = sockets[taken++ % sockets.size()];
        next.send(first, zmq::send_flags::sndmore);
        next.send(second, zmq::send_flags::none);
    }

private:
    std::vector<zmq::socket_t> sockets;
    std::vector<std::jthread> threads;
    std::size_t taken = 0;
};

void receive_shared(zmq::context_t& context, const Part& part, Meter& meter)
{
    Viewer viewer{meter};
    FeedConsumer feed{context,
                      part.connect.at(0),
                      {.shared_memory = true, .ahead = part.window}};
    while (!meter.is_done()) {
        const auto object = feed.get();
        if (!object)
            throw std::runtime_error{"the pictures ended too early"};
        const auto* const pixels =
            reinterpret_cast<const std::uint8_t*>(object->bytes().data());
        viewer.see_raw(object->number() - 1, {pixels, object->bytes().size()});
    }
}

} // namespace

void receive_pictures(zmq::context_t& context, const Part& part)
{
    Meter meter{part};
    if (part.shared) {
        receive_shared(context, part, meter);
        meter.print();
        return;
    }
    const auto type =
        part.publish ? zmq::socket_type::sub : zmq::socket_type::rep;
    auto cameras = opened(context, type, part);
    if (!part.publish && (part.window == 1 || part.quality == 0)) {
        receive_in_lockstep(cameras, meter);
    } else {
        Viewers viewers{context, meter, part.threads};
        zmq::message_t first, second;
        while (!meter.is_done()) {
            receive(cameras, first, second);
            viewers.take(first, second);
            if (!part.publish)
                cameras.send(zmq::str_buffer("OK"));
        }
        context.shutdown(); // the viewers end
    }
    meter.print();
}

void code_pictures(const Part& part)
{
    const Film film{part};
    Meter meter{part};
    BufferPool pool;
    JpegEncoder encoder;
    JpegDecoder decoder;
    for (std::size_t number = 0; !meter.is_done(); ++number) {
        const Buffer jpeg = encoder.encode({part.shape, film.picture(number)},
                                           part.quality, pool);
        const Picture picture = decoder.decode(jpeg, pool);
        meter.note(number, picture.pixels, jpeg.size());
    }
    meter.print();
}
