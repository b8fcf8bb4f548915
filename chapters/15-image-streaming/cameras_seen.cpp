// What those see who look at the cameras.

#include "cameras.hpp"

#include <algorithm>

CameraReport::State Cameras::state_of(const Entry& entry) const
{
    const auto silent = Clock::now() - entry.last;
    if (silent > limits.gone)
        return CameraReport::State::gone;
    return silent > limits.stale ? CameraReport::State::stale
                                 : CameraReport::State::live;
}

std::vector<CameraReport> Cameras::report() const
{
    const std::lock_guard lock{mutex};
    std::vector<CameraReport> all;
    for (const auto& [name, entry] : entries) {
        all.push_back(entry.report);
        all.back().state = state_of(entry);
        all.back().per_second = entry.interval > 0 ? 1 / entry.interval : 0;
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
    for (const auto& [name, entry] : entries)
        if (entry.shot)
            all[entry.report.id] = entry.shot;
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
