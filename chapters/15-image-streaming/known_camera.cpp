#include "known_camera.hpp"

#include "common/printable.hpp"

#include <fmt/core.h>

namespace {

// Follows the last ten or so.
double smoothed(double old, double fresh)
{
    constexpr double weight = 0.1;
    return old == 0 ? fresh : old + weight * (fresh - old);
}

// From one clock to another: none when they do not agree on the hour.
std::optional<double> delay_since(std::optional<std::int64_t> time)
{
    constexpr double hour = 3'600'000;
    if (!time)
        return {};
    const double delay =
        (static_cast<double>(image_time()) - static_cast<double>(*time)) / 1000;
    return delay < 0 || delay > hour ? std::optional<double>{} : delay;
}

} // namespace

void KnownCamera::take(std::shared_ptr<const Shot> next)
{
    const auto now = Clock::now();
    if (report.pictures++ == 0) {
        fmt::print("Camera {}: {} as {}\n",
                   printable(report.name, longest_camera_name),
                   to_string(next->shape()),
                   next->is_jpeg() ? "JPEG" : "pixels");
    } else {
        const std::chrono::duration<double> since = now - last;
        interval = smoothed(interval, since.count());
    }
    last = now;
    report.shape = next->shape();
    report.as_jpeg = next->is_jpeg();
    report.bytes += next->body().size();
    report.number = next->header().number;
    report.delay = delay_since(next->header().time);
    shot = std::move(next);
}
