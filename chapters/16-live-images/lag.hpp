#pragma once

#include "common/pictures/image_header.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <map>
#include <string>

/// How far a receiver is behind a camera.
struct Lag
{
    double ms = 0;                ///< since the picture was sent
    double frames = 0;            ///< sent since then
    std::uint64_t taken = 0;      ///< of this camera, with this one
    std::int64_t passed_over = 0; ///< between this picture and the last one
};

/// Says how far behind its cameras a receiver is. The numbers and times of a
/// camera's pictures tell how often it sends, and from that follows how many
/// it has sent since one that is taken now. Two machines must have the same
/// time for this. Its memory is bounded, whatever comes.
class LagMeter
{
public:
    /// @param camera whose picture it is
    /// @param number of the picture, from 0 up
    /// @param sent when it was sent, in microseconds since 1970
    /// @param now when it is taken
    Lag note(const std::string& camera, std::int64_t number, std::int64_t sent,
             std::int64_t now = image_time())
    {
        const Camera fresh{number, sent, number, 0};
        Camera& its = find(camera, fresh);
        if (number < its.last || sent < its.first_sent) // it was started anew
            its = fresh;
        const double age = static_cast<double>(now - sent);
        newest.ms = age / 1000;
        newest.passed_over = std::max<std::int64_t>(number - its.last - 1, 0);
        newest.frames = 0;
        if (sent > its.first_sent)
            newest.frames = age / static_cast<double>(sent - its.first_sent) *
                            static_cast<double>(number - its.first);
        newest.taken = ++its.taken;
        its.last = number;
        ++taken;
        passed_over += newest.passed_over;
        keep(newest.ms);
        return newest;
    }

    /// How many were taken and how many passed over, and how old they were.
    std::string summary() const
    {
        if (ages.empty())
            return "Took no picture";
        std::deque<double> sorted = ages;
        std::sort(sorted.begin(), sorted.end());
        return fmt::format(
            "Took {} pictures, passed over {}. Median age {:.0f} "
            "ms, worst {:.0f} ms. At the end {:.0f} frames behind",
            taken, passed_over, sorted[sorted.size() / 2], sorted.back(),
            newest.frames);
    }

private:
    struct Camera
    {
        std::int64_t first;
        std::int64_t first_sent;
        std::int64_t last;
        std::uint64_t taken;
    };

    // Cameras beyond a hundred share a place.
    Camera& find(const std::string& name, const Camera& fresh)
    {
        const auto known = cameras.find(name);
        if (known != cameras.end())
            return known->second;
        return cameras.try_emplace(cameras.size() < 100 ? name : "", fresh)
            .first->second;
    }

    // The newest ten thousand are enough.
    void keep(double age)
    {
        if (ages.size() == 10'000)
            ages.pop_front();
        ages.push_back(age);
    }

    std::map<std::string, Camera> cameras;
    std::deque<double> ages; // ms
    std::uint64_t taken = 0;
    std::int64_t passed_over = 0;
    Lag newest;
};
