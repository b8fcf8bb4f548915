// Says what pictures cost. Their bytes and the time to make and read a JPEG
// are measured; what that means for many cameras is multiplied out.
//
//     frame_budget [--source pattern] [--cameras 1] [--fps 30] [--link 100]

#include "chapters/15-image-streaming/camera.hpp"
#include "common/pictures/image_header.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>

#include <algorithm>
#include <array>
#include <chrono>

struct Plan
{
    std::string source = "pattern";
    int cameras = 1;
    int fps = 30;
    int link = 100; // Mbit/s
};

struct Cost
{
    std::size_t bytes = 0;
    double encode = 0, decode = 0; // ms
};

// The median of some runs, in ms.
template <typename Work>
double time_of(Work work)
{
    std::array<double, 9> times{};
    for (double& time : times) {
        const auto start = std::chrono::steady_clock::now();
        work();
        time =
            std::chrono::duration<double, std::milli>{
                std::chrono::steady_clock::now() - start}
                .count();
    }
    std::sort(times.begin(), times.end());
    return times[times.size() / 2];
}

Cost cost_of(const PictureView& picture, int quality)
{
    if (quality == 0)
        return {picture.pixels.size(), 0, 0};
    BufferPool pool;
    JpegEncoder encoder;
    JpegDecoder decoder;
    const Buffer jpeg = encoder.encode(picture, quality, pool);
    return {jpeg.size(),
            time_of([&] { (void)encoder.encode(picture, quality, pool); }),
            time_of([&] { (void)decoder.decode(jpeg, pool); })};
}

Picture first_picture(const std::string& source, BufferPool& pool)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    zmq::socket_t idle{context, zmq::socket_type::pair};
    auto image = Camera{"", source, 0, idle}.next();
    if (!image)
        throw std::runtime_error{"there is no picture in " + source};
    const ImageHeader header = image_header(image->peekstr(0));
    const Bytes body = bytes_of(*image->peek(1));
    if (!header.shape)
        return JpegDecoder{}.decode(body, pool);
    Picture picture{*header.shape, pool.take(body.size())};
    std::copy(body.begin(), body.end(), picture.pixels.data());
    return picture;
}

void show(const Plan& plan)
{
    BufferPool pool;
    const Picture picture = first_picture(plan.source, pool);
    fmt::print("{}; cameras: {}, frames/s: {}, Mbit/s of the link: {}\n"
               "{:<8} {:>8} {:>9} {:>9} {:>13} {:>10} {:>14}\n",
               to_string(picture.shape), plan.cameras, plan.fps, plan.link, "",
               "kB", "encode ms", "decode ms", "link allows/s", "all Mbit/s",
               "all processors");
    for (const int quality : {0, 95, 80, 50}) {
        const Cost cost = cost_of(picture, quality);
        const double bits = 8.0 * static_cast<double>(cost.bytes);
        const int frames = plan.cameras * plan.fps;
        fmt::print("{:<8} {:>8.1f} {:>9.2f} {:>9.2f} {:>13.0f} {:>10.0f} "
                   "{:>14.1f}\n",
                   quality == 0 ? "raw" : fmt::format("JPEG {}", quality),
                   static_cast<double>(cost.bytes) / 1000, cost.encode,
                   cost.decode, plan.link * 1e6 / bits, bits * frames / 1e6,
                   cost.decode * frames / 1000);
    }
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Says what pictures cost a network and a processor."};
    options.add("--source", plan.source, "Where the picture comes from");
    options.add("--cameras", plan.cameras, 1, 1'000'000, "How many cameras");
    options.add("--fps", plan.fps, 1, 100'000, "Frames a second of each");
    options.add("--link", plan.link, 1, 1'000'000, "Mbit a second");
    return run(options, argc, argv, [&] { show(plan); });
}
