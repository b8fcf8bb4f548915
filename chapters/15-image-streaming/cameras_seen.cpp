// What those see who look at the cameras.

#include "cameras.hpp"

#include <algorithm>

CameraReport::State Cameras::state_of(const KnownCamera& camera) const
{
    const auto silent = KnownCamera::Clock::now() - camera.last;
    if (silent > limits.gone)
        return CameraReport::State::gone;
    return silent > limits.stale ? CameraReport::State::stale
                                 : CameraReport::State::live;
}

std::vector<CameraReport> Cameras::report() const
{
    const std::lock_guard lock{mutex};
    std::vector<CameraReport> all;
    for (const auto& [name, camera] : known) {
        all.push_back(camera.report);
        all.back().state = state_of(camera);
        all.back().per_second = camera.interval > 0 ? 1 / camera.interval : 0;
    }
    std::ranges::sort(all, {}, &CameraReport::id);
    return all;
}

std::uint64_t Cameras::refused_of_nobody() const
{
    const std::lock_guard lock{mutex};
    return of_nobody;
}

std::map<int, std::shared_ptr<const Shot>> Cameras::newest() const
{
    const std::lock_guard lock{mutex};
    std::map<int, std::shared_ptr<const Shot>> all;
    for (const auto& [name, camera] : known)
        if (camera.shot)
            all[camera.report.id] = camera.shot;
    return all;
}

std::shared_ptr<const Shot> Cameras::newest(int id) const
{
    const auto all = newest();
    const auto found = all.find(id);
    return found == all.end() ? nullptr : found->second;
}

std::uint64_t Cameras::wait(std::uint64_t seen,
                            std::chrono::milliseconds time) const
{
    std::unique_lock lock{mutex};
    changed.wait_for(lock, time, [&] { return version != seen; });
    return version;
}
