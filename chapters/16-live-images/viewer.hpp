#pragma once

#include "lag.hpp"

#include "common/pictures/jpeg.hpp"
#include "common/printable.hpp"

#include <fmt/core.h>

#include <cstdio>

/// Looks at what came: checks that it is a picture, and says how old every
/// tenth one of a camera is. Nobody knows the age of one without a number and a
/// time, as imageZMQ sends them. What is no picture is counted, reported and
/// dropped.
class Viewer
{
public:
    /// @param header the first frame of a message
    /// @param body the second one: pixels, or a JPEG
    /// @return whether it is a picture
    bool look_at(std::string_view header, Bytes body)
    {
        try {
            note(image_header(header), body);
            return true;
        } catch (const BadPicture& bad) {
            drop(bad.what());
            return false;
        }
    }

    /// The same for a message, which should have two frames.
    template <typename Message>
    bool look_at(const Message& message)
    {
        if (message.size() == 2)
            return look_at(message[0].to_string_view(), bytes_of(message[1]));
        drop("it has not two frames");
        return false;
    }

    void drop(std::string_view reason)
    {
        fmt::print(stderr, "Dropped {}: {}\n", ++dropped, reason);
    }

    std::uint64_t taken() const { return pictures; }
    std::string summary() const
    {
        if (undated == 0)
            return meter.summary();
        if (undated == pictures)
            return fmt::format("Took {} pictures of unknown age", pictures);
        return fmt::format("{}, and {} of unknown age", meter.summary(),
                           undated);
    }

private:
    void note(const ImageHeader& header, Bytes body)
    {
        const Shape shape = header.shape ? view(*header.shape, body).shape
                                         : decoder.shape_of(body);
        const std::string what = fmt::format("{} {}", to_string(shape),
                                             header.shape ? "raw" : "JPEG");
        if (!header.number && !header.time) {
            if (undated++ % 10 == 0)
                fmt::print("{}: {}, of unknown age\n",
                           printable(header.name, 40), what);
        } else {
            note_age(header, what);
        }
        ++pictures;
    }

    void note_age(const ImageHeader& header, const std::string& what)
    {
        constexpr std::int64_t a_day = 24LL * 3600 * 1'000'000;
        const std::int64_t now = image_time();
        if (!header.number || !header.time || *header.time > now + a_day ||
            *header.time < now - a_day)
            throw BadPicture{"it has no number, or no time of today"};
        const Lag lag = meter.note(header.name, *header.number, *header.time);
        if (lag.taken % 10 == 1)
            fmt::print("{} {}: {}, {:.0f} ms old, {:.0f} frames behind\n",
                       printable(header.name, 40), *header.number, what, lag.ms,
                       lag.frames);
    }

    JpegDecoder decoder;
    LagMeter meter;
    std::uint64_t pictures = 0;
    std::uint64_t undated = 0; // of these
    std::uint64_t dropped = 0;
};
