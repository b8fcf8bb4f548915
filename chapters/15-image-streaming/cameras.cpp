#include "cameras.hpp"

#include "common/printable.hpp"

#include <fmt/core.h>

#include <algorithm>

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

void Cameras::note(std::shared_ptr<const Shot> shot)
{
    const auto now = Clock::now();
    const std::lock_guard lock{mutex};
    Entry* const entry = find(shot->header().name);
    if (entry == nullptr)
        throw BadPicture{"there are too many cameras"};
    const std::size_t before = entry->shot ? entry->shot->body().size() : 0;
    if (kept - before + shot->body().size() > most_kept)
        throw BadPicture{"there is no room for the pictures of all cameras"};
    kept = kept - before + shot->body().size();

    CameraReport& report = entry->report;
    if (report.pictures++ == 0) {
        fmt::print("Camera {}: {} as {}\n",
                   printable(report.name, longest_camera_name),
                   to_string(shot->shape()),
                   shot->is_jpeg() ? "JPEG" : "pixels");
    } else {
        const std::chrono::duration<double> since = now - entry->last;
        entry->interval = smoothed(entry->interval, since.count());
    }
    entry->last = now;
    report.shape = shot->shape();
    report.as_jpeg = shot->is_jpeg();
    report.bytes += shot->body().size();
    report.number = shot->header().number;
    report.delay = delay_since(shot->header().time);
    entry->shot = std::move(shot);
    ++version;
    changed.notify_all();
}

void Cameras::refuse(const std::string& name, const std::string& reason)
{
    const std::lock_guard lock{mutex};
    Entry* const entry = name.empty() ? nullptr : find(name);
    std::uint64_t& count = entry ? entry->report.refused : of_nobody;
    if (count++ == 0)
        fmt::print(stderr, "Refused a picture of {}: {}\n",
                   entry ? printable(name, longest_camera_name) : "nobody",
                   reason);
}

// The camera of that name, a new one if need be; none when there is no room.
Cameras::Entry* Cameras::find(const std::string& name)
{
    if (const auto known = entries.find(name); known != entries.end())
        return &known->second;
    if (name.empty() || name.size() > longest_camera_name)
        return nullptr;
    if (entries.size() >= most_cameras)
        make_room();
    if (entries.size() >= most_cameras)
        return nullptr;
    Entry& entry = entries[name];
    entry.report.id = ++last_id;
    entry.report.name = name;
    entry.last = Clock::now();
    return &entry;
}

// Forgets the camera that is gone for the longest time, if there is one.
void Cameras::make_room()
{
    const auto oldest = std::ranges::min_element(
        entries, {}, [](const auto& named) { return named.second.last; });
    if (state_of(oldest->second) != CameraReport::State::gone)
        return;
    if (oldest->second.shot)
        kept -= oldest->second.shot->body().size();
    entries.erase(oldest);
}
