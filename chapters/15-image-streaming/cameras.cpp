#include "cameras.hpp"

#include "common/printable.hpp"

#include <fmt/core.h>

#include <algorithm>

void Cameras::note(std::shared_ptr<const Shot> shot)
{
    const std::lock_guard lock{mutex};
    KnownCamera* const camera = find(shot->header().name);
    if (camera == nullptr)
        throw BadPicture{"there are too many cameras"};
    const std::size_t of_others = kept - camera->kept();
    if (of_others + shot->body().size() > most_kept)
        throw BadPicture{"there is no room for the pictures of all cameras"};
    camera->take(std::move(shot));
    kept = of_others + camera->kept();
    ++version;
    changed.notify_all();
}

void Cameras::refuse(const std::string& name, const std::string& reason)
{
    const std::lock_guard lock{mutex};
    KnownCamera* const camera = name.empty() ? nullptr : find(name);
    std::uint64_t& count = camera ? camera->report.refused : of_nobody;
    if (count++ == 0)
        fmt::print(stderr, "Refused a picture of {}: {}\n",
                   camera ? printable(name, longest_camera_name) : "nobody",
                   reason);
}

// The camera of that name, a new one if need be; none when there is no room.
KnownCamera* Cameras::find(const std::string& name)
{
    if (const auto found = known.find(name); found != known.end())
        return &found->second;
    if (name.empty() || name.size() > longest_camera_name)
        return nullptr;
    if (known.size() >= most_cameras)
        make_room();
    if (known.size() >= most_cameras)
        return nullptr;
    KnownCamera& camera = known[name];
    camera.report.id = ++last_id;
    camera.report.name = name;
    return &camera;
}

// Forgets the camera that is gone for the longest time, if there is one.
void Cameras::make_room()
{
    const auto oldest = std::ranges::min_element(
        known, {}, [](const auto& named) { return named.second.last; });
    if (state_of(oldest->second) != CameraReport::State::gone)
        return;
    kept -= oldest->second.kept();
    known.erase(oldest);
}
