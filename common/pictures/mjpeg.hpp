#pragma once

#include "common/pictures/buffer.hpp"

#include <cstdint>
#include <optional>

/// Finds the JPEGs in a stream of them, as ffmpeg writes it with `-f mjpeg`,
/// and hands them out as they are. What stands between them is skipped, and so
/// is what begins like a JPEG and does not go on like one.
///
/// It follows the markers of a JPEG, for a small picture that is hidden inside
/// of a large one has an end of its own.
class JpegSplitter
{
public:
    /// @param pool where the buffers come from
    /// @param longest bytes of one JPEG; longer ones are skipped, so that a
    ///        stream without any end costs no more memory than this
    explicit JpegSplitter(BufferPool pool, std::size_t longest = 16U << 20U);

    /// Where to put the next bytes of the stream: some room, never none. Then
    /// call added().
    std::span<std::uint8_t> room();
    /// Says how many bytes have been put there.
    void added(std::size_t bytes);

    /// @return the next JPEG; none when more bytes are needed
    std::optional<Buffer> next();

    /// Bytes so far that belonged to no JPEG.
    std::uint64_t skipped() const { return skipped_bytes; }

private:
    enum class Found
    {
        jpeg,
        no_jpeg,
        too_little
    };
    bool find_begin();
    Found find_end();
    Found read_marker();
    Found read_pixels();
    void skip(std::size_t bytes);
    Buffer cut();
    std::uint8_t* first() { return held.data() + begin; }

    BufferPool pool;
    std::size_t longest;
    Buffer held;            // the bytes that have come and are not used yet
    std::size_t begin = 0;  // of those, in held
    std::size_t filled = 0; // how many they are
    std::size_t at = 0;     // read so far of the JPEG at its begin
    bool in_pixels = false; // and there, behind a start of scan
    std::uint64_t skipped_bytes = 0;
};
