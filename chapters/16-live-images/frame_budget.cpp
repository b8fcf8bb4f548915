// Says what pictures cost. Their bytes and the time to make and read a JPEG
// are measured; what that means for many cameras is multiplied out.
//
//     frame_budget [--source pattern] [--cameras 1] [--fps 30] [--link 100]

#include "picture_cost.hpp"

#include "chapters/15-image-streaming/camera.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>

struct Plan
{
    CameraPlan camera;
    int cameras = 1;
    int fps = 30;
    int link = 100; // Mbit/s
};

Picture first_picture(const CameraPlan& camera, BufferPool& pool)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    zmq::socket_t idle{context, zmq::socket_type::pair};
    std::optional<Image> image = camera.open(pool, idle)->next();
    if (!image)
        throw std::runtime_error{"there is no picture in " + camera.source};
    if (!image->shape)
        return JpegDecoder{}.decode(image->bytes, pool);
    return {*image->shape, std::move(image->bytes)};
}

void show(const Plan& plan, const PictureView& picture, int quality)
{
    const Cost cost = cost_of(picture, quality);
    const double bits = 8 * cost.bytes;
    const int frames = plan.cameras * plan.fps;
    fmt::print("{:<8} {:>8.1f} {:>9.2f} {:>9.2f} {:>13.0f} {:>10.0f} "
               "{:>14.1f}\n",
               quality == 0 ? "raw" : fmt::format("JPEG {}", quality),
               cost.bytes / 1000, cost.encode, cost.decode,
               plan.link * 1e6 / bits, bits * frames / 1e6,
               cost.decode * frames / 1000);
}

void show_all(const Plan& plan)
{
    BufferPool pool;
    const Picture picture = first_picture(plan.camera, pool);
    fmt::print("{}; cameras: {}, frames/s: {}, Mbit/s of the link: {}\n",
               to_string(picture.shape), plan.cameras, plan.fps, plan.link);
    fmt::print("{:<8} {:>8} {:>9} {:>9} {:>13} {:>10} {:>14}\n", "", "kB",
               "encode ms", "decode ms", "link allows/s", "all Mbit/s",
               "all processors");
    for (const int quality : {0, 95, 80, 50})
        show(plan, picture, quality);
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Says what pictures cost a network and a processor."};
    options.add("--source", plan.camera.source, "Where the picture comes from");
    options.add("--cameras", plan.cameras, 1, 1'000'000, "How many cameras");
    options.add("--fps", plan.fps, 1, 100'000, "Frames a second of each");
    options.add("--link", plan.link, 1, 1'000'000, "Mbit a second");
    return run(options, argc, argv, [&] { show_all(plan); });
}
