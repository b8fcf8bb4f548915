#pragma once

#include "known_camera.hpp"

#include <condition_variable>
#include <map>
#include <memory>
#include <vector>

constexpr std::size_t most_cameras = 256;
constexpr std::size_t most_kept = 512ULL << 20U; ///< bytes, of all pictures

/// The cameras of a hub, each with its newest picture. All threads may use it.
///
/// What peers send decides who is in here, so everything is bounded. A camera
/// that is gone makes room for a new one.
class Cameras
{
public:
    struct Limits
    {
        std::chrono::milliseconds stale{1000};
        std::chrono::milliseconds gone{5000};
    };
    explicit Cameras(Limits times) : limits{times} {}

    /// Takes the newest picture of a camera.
    /// @throws BadPicture when there is no room for it
    void note(std::shared_ptr<const Shot> shot);

    /// Counts what was refused; says why on stderr, once a camera.
    /// @param name what is known of the camera's name: it may be empty
    void refuse(const std::string& name, const std::string& reason);

    /// All cameras by their ids.
    std::vector<CameraReport> report() const;

    /// What belongs to no camera in the report and was refused as well.
    std::uint64_t refused_of_nobody() const;

    /// The newest picture of each camera, by id.
    std::map<int, std::shared_ptr<const Shot>> newest() const;

    /// The newest picture of that camera; none when there is no such camera.
    std::shared_ptr<const Shot> newest(int id) const;

    /// Waits until a picture comes after that, or the time is over.
    /// @param seen what the last call returned, at first 0
    std::uint64_t wait(std::uint64_t seen,
                       std::chrono::milliseconds time) const;

private:
    KnownCamera* find(const std::string& name);
    void make_room();
    CameraReport::State state_of(const KnownCamera& camera) const;

    const Limits limits;
    mutable std::mutex mutex;
    mutable std::condition_variable changed;
    std::map<std::string, KnownCamera> known; // by name
    std::uint64_t version = 0;
    std::uint64_t of_nobody = 0;
    std::size_t kept = 0;
    int last_id = 0;
};
