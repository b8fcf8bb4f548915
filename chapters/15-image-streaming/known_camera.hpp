#pragma once

#include "shot.hpp"

#include <chrono>
#include <memory>

/// What is known of a camera at some moment.
struct CameraReport
{
    enum class State
    {
        live,  ///< a picture came just now
        stale, ///< none came for a while
        gone   ///< and none for so long that none is expected
    };
    int id;           ///< of this run of the hub, from 1 up
    std::string name; ///< untrusted: any text of up to longest_camera_name
    State state;
    Shape shape;
    bool as_jpeg;
    std::uint64_t pictures; ///< that came so far
    std::uint64_t refused;
    std::uint64_t bytes;
    double per_second;                  ///< pictures, of late
    std::optional<std::int64_t> number; ///< of the picture, by its sender
    std::optional<double> delay; ///< ms, from the sender's clock to our own
};

constexpr std::size_t longest_camera_name = 128; ///< bytes

/// A camera of a hub: its newest picture, and how it has behaved so far.
struct KnownCamera
{
    using Clock = std::chrono::steady_clock;

    CameraReport report{};                 ///< its state and rate are left out
    std::shared_ptr<const Shot> shot;      ///< the newest; none at first
    Clock::time_point last = Clock::now(); ///< when that came
    double interval = 0; ///< seconds between two pictures, smoothed

    /// Its next picture.
    void take(std::shared_ptr<const Shot> next);

    /// Bytes of the picture that is kept.
    std::size_t kept() const { return shot ? shot->body().size() : 0; }
};
