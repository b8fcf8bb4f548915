#include "common/pictures/source.hpp"

#include "common/pictures/mjpeg.hpp"
#include "common/pictures/pnm.hpp"
#include "common/pictures/test_pattern.hpp"
#include "common/printable.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <system_error>
#include <vector>

namespace fs = std::filesystem;

namespace {

class PatternSource : public ImageSource
{
public:
    PatternSource(const Shape& shape, BufferPool from)
        : pattern{shape}, pool{std::move(from)}
    {
    }

    std::optional<Image> next() override
    {
        const auto now = std::chrono::system_clock::now();
        Picture picture = pattern.draw(number++, now, pool);
        return Image{picture.shape, std::move(picture.pixels)};
    }

private:
    TestPattern pattern;
    BufferPool pool;
    std::uint64_t number = 0;
};

bool is_jpeg(const fs::path& file)
{
    return file.extension() == ".jpg" || file.extension() == ".jpeg";
}

bool is_pnm(const fs::path& file)
{
    return file.extension() == ".pgm" || file.extension() == ".ppm";
}

class FolderSource : public ImageSource
{
public:
    FolderSource(const fs::path& folder, BufferPool from)
        : pool{std::move(from)}
    {
        for (const auto& entry : fs::directory_iterator{folder})
            if (is_jpeg(entry.path()) || is_pnm(entry.path()))
                files.push_back(entry.path());
        std::sort(files.begin(), files.end());
        if (files.empty())
            throw std::invalid_argument{fmt::format(
                "'{}' has no file .jpg, .jpeg, .pgm or .ppm", folder.string())};
    }

    std::optional<Image> next() override
    {
        while (at < files.size()) {
            const fs::path& file = files[at++];
            try {
                return read(file);
            } catch (const BadPicture& bad) {
                fmt::print(stderr, "Passed over {}: {}\n",
                           printable(file.string(), 200), bad.what());
            }
        }
        return {};
    }

private:
    Image read(const fs::path& file)
    {
        Buffer bytes = read_file(file, pool);
        if (is_jpeg(file))
            return {{}, std::move(bytes)};
        Picture picture = read_pnm(bytes, pool);
        return {picture.shape, std::move(picture.pixels)};
    }

    BufferPool pool;
    std::vector<fs::path> files;
    std::size_t at = 0;
};

class StdinSource : public ImageSource
{
public:
    StdinSource(const BufferPool& pool, zmq::socket_ref socket)
        : splitter{pool}, awake{socket}
    {
    }

    std::optional<Image> next() override
    {
        for (;;) {
            if (auto jpeg = splitter.next())
                return Image{{}, std::move(*jpeg)};
            const std::size_t got = read_some();
            if (got == 0) {
                report();
                return {};
            }
            splitter.added(got);
        }
    }

private:
    std::size_t read_some()
    {
        std::array<zmq::pollitem_t, 2> items{{
            // No event of its own, but ETERM; with 0 it would not be seen.
            {awake.handle(), 0, ZMQ_POLLERR, 0},
            {nullptr, STDIN_FILENO, ZMQ_POLLIN, 0},
        }};
        zmq::poll(items, std::chrono::milliseconds{-1});
        const auto room = splitter.room();
        const ssize_t got = ::read(STDIN_FILENO, room.data(), room.size());
        if (got < 0)
            throw std::system_error{errno, std::generic_category(), "stdin"};
        return static_cast<std::size_t>(got);
    }

    void report() const
    {
        if (splitter.skipped() > 0)
            fmt::print(stderr, "Skipped {} bytes of stdin that are no JPEG\n",
                       splitter.skipped());
    }

    JpegSplitter splitter;
    zmq::socket_ref awake;
};

constexpr std::string_view pattern = "pattern";

// The shape in "pattern:WIDTHxHEIGHT:KIND".
Shape pattern_shape(const std::string& name)
{
    const auto refuse = [&]() -> Shape {
        throw std::invalid_argument{
            fmt::format("'{}' is not pattern:WIDTHxHEIGHT:KIND, such as "
                        "pattern:320x240:grey",
                        name)};
    };
    Shape shape{640, 480, 3, 1};
    if (name.size() == pattern.size())
        return shape;
    const char* const end = name.data() + name.size();
    const auto width =
        std::from_chars(name.data() + pattern.size() + 1, end, shape.width);
    if (width.ec != std::errc{} || width.ptr == end || *width.ptr != 'x')
        return refuse();
    const auto height = std::from_chars(width.ptr + 1, end, shape.height);
    if (height.ec != std::errc{} || (height.ptr != end && *height.ptr != ':'))
        return refuse();
    std::string_view kind{height.ptr, end};
    if (kind.ends_with("16")) {
        shape.sample_bytes = 2;
        kind.remove_suffix(2);
    }
    if (kind == ":grey")
        shape.channels = 1;
    else if (kind == ":bgra")
        shape.channels = 4;
    else if (kind != ":bgr" && !(kind.empty() && shape.sample_bytes == 1))
        return refuse();
    return shape;
}

} // namespace

std::unique_ptr<ImageSource> image_source(const std::string& name,
                                          const BufferPool& pool,
                                          zmq::socket_ref awake)
{
    if (name == "-")
        return std::make_unique<StdinSource>(pool, awake);
    if (name == pattern || name.starts_with("pattern:")) {
        try {
            return std::make_unique<PatternSource>(pattern_shape(name), pool);
        } catch (const BadPicture& bad) {
            throw std::invalid_argument{
                fmt::format("'{}': {}", name, bad.what())};
        }
    }
    if (!fs::is_directory(name))
        throw std::invalid_argument{
            fmt::format("'{}' is neither pattern nor - nor a folder", name)};
    return std::make_unique<FolderSource>(name, pool);
}
