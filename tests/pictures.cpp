// The module of pictures: what it makes, reads and refuses.

#include "common/pictures/image_header.hpp"
#include "common/pictures/jpeg.hpp"
#include "common/pictures/mjpeg.hpp"
#include "common/pictures/pnm.hpp"
#include "common/pictures/source.hpp"
#include "common/pictures/test_pattern.hpp"
#include "support/folder.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <random>
#include <thread>

namespace {

using Bytestring = std::vector<std::uint8_t>;
using Jpegs = std::vector<Bytestring>;

void write(const std::filesystem::path& file, Bytes bytes)
{
    std::ofstream{file, std::ios::binary}.write(
        reinterpret_cast<const char*>(bytes.data()),
        static_cast<std::streamsize>(bytes.size()));
}

Picture drawn(const Shape& shape, BufferPool& pool, std::uint64_t number = 7)
{
    return TestPattern{shape}.draw(number, {}, pool);
}

bool equal(Bytes one, Bytes other)
{
    return std::ranges::equal(one, other);
}

double mean_error(const Picture& one, const Picture& other)
{
    REQUIRE(one.shape == other.shape);
    double sum = 0;
    for (std::size_t i = 0; i < one.shape.bytes(); ++i)
        sum += std::abs(one.pixels.data()[i] - other.pixels.data()[i]);
    return sum / static_cast<double>(one.shape.bytes());
}

// Why it is refused; nothing when it is not.
std::string refusal(const std::string& header)
{
    try {
        (void)image_header(header);
        return {};
    } catch (const BadPicture& bad) {
        return bad.what();
    }
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::size_t some_memory = 512U << 20U; // it keeps what is freed
#else
constexpr std::size_t some_memory = 32U << 20U;
#endif

std::size_t memory_of_this_process() // bytes
{
    std::ifstream status{"/proc/self/statm"};
    std::size_t all = 0;
    std::size_t resident = 0;
    status >> all >> resident;
    return resident * 4096;
}

// All JPEGs of a stream that comes in pieces of that size.
Jpegs split(const Bytestring& stream, std::size_t piece, JpegSplitter& splitter)
{
    std::vector<Bytestring> found;
    for (std::size_t at = 0; at < stream.size();) {
        const auto room = splitter.room();
        const std::size_t size =
            std::min({piece, room.size(), stream.size() - at});
        std::copy_n(stream.data() + at, size, room.data());
        splitter.added(size);
        at += size;
        while (const auto jpeg = splitter.next())
            found.emplace_back(jpeg->data(), jpeg->data() + jpeg->size());
    }
    return found;
}

Bytestring jpeg_of(int width, int height, BufferPool& pool)
{
    const Picture picture = drawn({width, height, 3, 1}, pool);
    const Buffer jpeg = JpegEncoder{}.encode(picture, 80, pool);
    return {jpeg.data(), jpeg.data() + jpeg.size()};
}

void append(Bytestring& stream, const Bytestring& bytes)
{
    stream.insert(stream.end(), bytes.begin(), bytes.end());
}

const std::vector<Shape> every_kind{{65, 43, 1, 1}, {65, 43, 3, 1},
                                    {65, 43, 4, 1}, {65, 43, 1, 2},
                                    {65, 43, 3, 2}, {65, 43, 4, 2}};

} // namespace

TEST_CASE("a buffer comes back to its pool and is used again")
{
    BufferPool pool{2};
    Buffer first = pool.take(1000);
    const std::uint8_t* const where = first.data();
    first.resize(10);
    CHECK_THROWS_AS(first.resize(1001), std::length_error);
    first = Buffer{};
    CHECK(pool.idle() == 1);
    Buffer again = pool.take(900);
    CHECK(again.data() == where);
    CHECK(again.size() == 900);
    CHECK(again.capacity() == 1000);
    CHECK(pool.idle() == 0);

    const Buffer other = pool.take(10); // too small to be worth a large one
    again = Buffer{};
    CHECK(pool.take(10).data() != where);
    for (int i = 0; i < 10; ++i)
        for (const std::size_t size : {1UL, 5000UL, 70UL})
            again = pool.take(size);
    CHECK(pool.idle() <= 2);
}

TEST_CASE("a buffer may outlive its pool, and end in another thread")
{
    Buffer buffer;
    {
        BufferPool pool;
        buffer = pool.take(100);
    }
    std::jthread{[last = std::move(buffer)] {}};
}

TEST_CASE("libzmq gives the buffer of a message back, uncopied")
{
    BufferPool pool;
    zmq::context_t context;
    zmq::socket_t to{context, zmq::socket_type::push};
    zmq::socket_t from{context, zmq::socket_type::pull};
    from.bind("tcp://127.0.0.1:*");
    to.connect(from.get(zmq::sockopt::last_endpoint));

    Buffer buffer = pool.take(1'000'000);
    std::fill_n(buffer.data(), buffer.size(), std::uint8_t{42});
    const std::uint8_t* const where = buffer.data();
    zmq::message_t message = to_message(std::move(buffer));
    CHECK(message.data() == where);
    to.send(message, zmq::send_flags::none);
    zmq::message_t copy;
    (void)from.recv(copy);
    CHECK(std::ranges::count(bytes_of(copy), 42) == 1'000'000);
    to.close();
    from.close();
    context.close(); // by then the I/O thread is done with it
    CHECK(pool.idle() == 1);
    CHECK(pool.take(1'000'000).data() == where);
}

TEST_CASE("headers are read as they were written")
{
    for (const Shape& shape : every_kind) {
        const ImageHeader header{"garden \u00d8 \"1\"", shape, 12, 34};
        const ImageHeader read = image_header(to_json(header));
        CHECK(read.name == header.name);
        CHECK(read.shape == shape);
        CHECK(read.number == 12);
        CHECK(read.time == 34);
    }
    const ImageHeader plain = image_header(R"({"msg":"a"})");
    CHECK_FALSE(plain.shape.has_value());
    CHECK_FALSE(plain.number.has_value());
}

TEST_CASE("headers are those of imageZMQ")
{
    CHECK(to_json({"a", Shape{640, 480, 3, 1}, {}, {}}) ==
          R"({"dtype":"uint8","msg":"a","shape":[480,640,3]})");
    CHECK(to_json({"a", Shape{640, 480, 1, 2}, {}, {}}) ==
          R"({"dtype":"uint16","msg":"a","shape":[480,640]})");
    CHECK(to_json({"a", {}, {}, {}}) == R"({"msg":"a"})");
    CHECK(to_json({"\xff", {}, {}, {}}).find('\xff') == std::string::npos);
    const ImageHeader grey = image_header(
        R"({"msg": "x", "dtype": "uint8", "shape": [2, 3, 1], "time": "noon"})");
    CHECK(grey.shape == Shape{3, 2, 1, 1});
    CHECK_FALSE(grey.time.has_value());
}

TEST_CASE("hostile headers are refused with a reason")
{
    const auto shaped = [](const std::string& type, const std::string& shape) {
        return fmt::format(R"({{"msg":"a","dtype":{},"shape":{}}})", type,
                           shape);
    };
    for (const std::string& header : std::vector<std::string>{
             "",
             "{",
             "[]",
             "7",
             "\"msg\"",
             "{}",
             R"({"msg":7})",
             R"({"msg":"a","dtype":"uint8"})",
             R"({"msg":"a","shape":[1,1]})",
             "{\"msg\":\"\xff\"}",
             std::string(longest_image_header + 1, ' '),
             std::string(longest_image_header, '['),
             shaped("8", "[1,1]"),
             shaped("\"float64\"", "[1,1]"),
             shaped("\"uint8\"", "[]"),
             shaped("\"uint8\"", "[1]"),
             shaped("\"uint8\"", "[1,1,3,1]"),
             shaped("\"uint8\"", "{}"),
             shaped("\"uint8\"", "[0,1]"),
             shaped("\"uint8\"", "[-1,1]"),
             shaped("\"uint8\"", "[1.5,1]"),
             shaped("\"uint8\"", "[1,1,2]"),
             shaped("\"uint8\"", "[1,1,null]"),
             shaped("\"uint8\"", "[\"1\",1]"),
             shaped("\"uint8\"", "[4294967297,1,3]"),
             shaped("\"uint8\"", "[99999999999999999999,1]"),
             shaped("\"uint8\"", "[16384,16384,4]"),
             shaped("\"uint8\"", "[16385,1]")}) {
        CAPTURE(header);
        CHECK_FALSE(refusal(header).empty());
    }
}

TEST_CASE("a refusal knows the sender's name, if that can be read")
{
    try {
        (void)image_header(R"({"msg":"door","dtype":"int8","shape":[1,1]})");
        FAIL("not refused");
    } catch (const BadPicture& bad) {
        CHECK(bad.name == "door");
    }
}

TEST_CASE("headers of random bytes by the thousand end in a reason or a shape")
{
    std::mt19937 random{1};
    const std::string good =
        to_json({"garden", Shape{640, 480, 3, 1}, 17, image_time()});
    int refused = 0;
    for (int i = 0; i < 20'000; ++i) {
        std::string header = good;
        for (unsigned n = random() % 4 + 1; n > 0; --n)
            header[random() % header.size()] = static_cast<char>(random());
        if (random() % 4 == 0)
            header.resize(random() % header.size());
        try {
            const auto read = image_header(header);
            if (read.shape)
                CHECK(read.shape->bytes() <= largest_picture);
        } catch (const BadPicture&) {
            ++refused;
        }
    }
    CHECK(refused > 1000);
}

TEST_CASE("as many pixels as the shape says, no more and no fewer")
{
    const Bytestring pixels(24);
    CHECK(view({4, 2, 3, 1}, pixels).pixels.size() == 24);
    CHECK_THROWS_AS(view({4, 2, 1, 1}, pixels), BadPicture);
    CHECK_THROWS_AS(view({4, 3, 3, 1}, pixels), BadPicture);
    CHECK_THROWS_AS(view({1, 1, 1, 1}, {}), BadPicture);
}

TEST_CASE("a JPEG is like the picture, in colour and in grey")
{
    BufferPool pool;
    JpegEncoder encoder;
    JpegDecoder decoder;
    for (const int channels : {1, 3}) {
        const Picture picture = drawn({320, 240, channels, 1}, pool);
        const Buffer good = encoder.encode(picture, 95, pool);
        const Buffer poor = encoder.encode(picture, 10, pool);
        CHECK(decoder.shape_of(good) == picture.shape);
        CHECK(mean_error(picture, decoder.decode(good, pool)) < 3);
        CHECK(mean_error(picture, decoder.decode(poor, pool)) < 12);
        CHECK(poor.size() < good.size());
        CHECK(good.size() < picture.shape.bytes());
    }
    const Picture alpha = drawn({64, 48, 4, 1}, pool);
    CHECK(decoder.shape_of(encoder.encode(alpha, 90, pool)).channels == 3);
    CHECK_THROWS_AS(encoder.encode(drawn({8, 8, 1, 2}, pool), 90, pool),
                    BadPicture);
}

TEST_CASE("a JPEG that claims absurd dimensions costs no memory")
{
    BufferPool pool;
    Bytestring jpeg = jpeg_of(64, 48, pool);
    const std::array<std::uint8_t, 2> start_of_frame{0xff, 0xc0};
    const auto frame = std::ranges::search(jpeg, start_of_frame).begin();
    REQUIRE(frame != jpeg.end());
    std::fill_n(frame + 5, 4, std::uint8_t{0xff}); // 65535x65535
    const std::size_t before = memory_of_this_process();
    JpegDecoder decoder;
    for (int i = 0; i < 1000; ++i)
        CHECK_THROWS_AS(decoder.decode(jpeg, pool), BadPicture);
    CHECK(memory_of_this_process() < before + some_memory);
}

TEST_CASE("damaged JPEGs by the thousand are refused or decoded, no more")
{
    BufferPool pool;
    const Bytestring good = jpeg_of(160, 120, pool);
    JpegDecoder decoder;
    std::mt19937 random{2};
    int refused = 0;
    const auto try_it = [&](const Bytestring& jpeg) {
        try {
            const Picture picture = decoder.decode(jpeg, pool);
            CHECK(picture.shape.bytes() <= largest_picture);
        } catch (const BadPicture&) {
            ++refused;
        }
        CHECK(decoder.shape_of(good).width == 160); // none spoils the next
    };
    for (int i = 0; i < 3000; ++i) {
        Bytestring jpeg = good;
        for (unsigned n = random() % 8 + 1; n > 0; --n)
            jpeg[random() % jpeg.size()] = static_cast<std::uint8_t>(random());
        try_it(jpeg);
    }
    CHECK(refused > 100);
    for (std::size_t size = 0; size + 2 < good.size(); size += 7) {
        Bytestring jpeg = good;
        jpeg.resize(size);
        CHECK_THROWS_AS(decoder.decode(jpeg, pool), BadPicture);
    }
    CHECK(equal(decoder.decode(good, pool).pixels,
                JpegDecoder{}.decode(good, pool).pixels));
}

TEST_CASE("a PNM file holds the exact pixels, grey, colour, 8 and 16 bit")
{
    BufferPool pool;
    for (const Shape& shape : every_kind) {
        const Picture picture = drawn(shape, pool);
        const Buffer file = write_pnm(picture, pool);
        if (shape.channels == 4) {
            CHECK_THROWS_AS(read_pnm(file, pool), BadPicture); // a PAM
            continue;
        }
        const Picture read = read_pnm(file, pool);
        CHECK(read.shape == shape);
        CHECK(equal(read.pixels, picture.pixels));
    }
}

TEST_CASE("a PNM file that is something else is refused")
{
    BufferPool pool;
    for (const std::string text :
         {"", "P5", "P4 1 1 255 a", "P5 1 1 255", "P5 1 1 255 ", "P5 0 1 255 a",
          "P5 -1 1 255 a", "P5 99999999 99999999 255 a", "P5 1 1 7 a",
          "P6 16384 16384 255 a", "P5 # 1 1 255", "P6 1 1 255 ab"})
        CHECK_THROWS_AS(
            read_pnm({reinterpret_cast<const std::uint8_t*>(text.data()),
                      text.size()},
                     pool),
            BadPicture);
    const std::string text = "P5 # a comment\n1 1\n255\nA";
    CHECK(read_pnm(
              {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()},
              pool)
              .pixels.data()[0] == 'A');
}

TEST_CASE("the test pattern moves, and shows number and time")
{
    BufferPool pool;
    for (const Shape& shape : every_kind) {
        CHECK_FALSE(
            equal(drawn(shape, pool, 1).pixels, drawn(shape, pool, 2).pixels));
        CHECK(
            equal(drawn(shape, pool, 5).pixels, drawn(shape, pool, 5).pixels));
    }
    const TestPattern pattern{{320, 240, 3, 1}};
    const std::chrono::system_clock::time_point noon{std::chrono::hours{12}};
    CHECK_FALSE(equal(pattern.draw(1, noon, pool).pixels,
                      pattern.draw(1, {}, pool).pixels));
    (void)drawn({1, 1, 1, 1}, pool, ~0ULL); // no room for any of it
    (void)drawn({2000, 3, 4, 2}, pool, 1234567890123ULL);
}

TEST_CASE("JPEGs are found in a stream whatever the pieces that it comes in")
{
    BufferPool pool;
    Bytestring stream;
    const std::vector<Bytestring> jpegs{
        jpeg_of(64, 48, pool), jpeg_of(320, 240, pool), jpeg_of(32, 32, pool)};
    for (const Bytestring& jpeg : jpegs)
        append(stream, jpeg);
    for (const std::size_t piece : {1UL, 7UL, 1000UL, 1'000'000UL}) {
        JpegSplitter splitter{pool};
        CHECK(split(stream, piece, splitter) == jpegs);
        CHECK(splitter.skipped() == 0);
    }
}

TEST_CASE("a picture within a JPEG does not end it")
{
    BufferPool pool;
    const Bytestring small = jpeg_of(16, 16, pool);
    Bytestring jpeg = jpeg_of(64, 48, pool);
    Bytestring hidden{0xff, 0xe1,
                      static_cast<std::uint8_t>((small.size() + 2) >> 8U),
                      static_cast<std::uint8_t>((small.size() + 2) & 0xffU)};
    append(hidden, small);
    jpeg.insert(jpeg.begin() + 2, hidden.begin(), hidden.end());
    JpegSplitter splitter{pool};
    CHECK(split(jpeg, 100, splitter) == Jpegs{jpeg});
}

TEST_CASE("garbage between JPEGs is skipped and counted")
{
    BufferPool pool;
    const Bytestring jpeg = jpeg_of(64, 48, pool);
    Bytestring stream{'x', 0xff, 'y', 0xff, 0xd8, 0xff, 0xd8, 0xff, 0x00};
    append(stream, jpeg);
    append(stream, Bytestring(100'000, 0));
    append(stream, Bytestring{0xff, 0xd8, 0xff, 0xe0, 0, 1});
    append(stream, jpeg);
    for (const std::size_t piece : {1UL, 5000UL}) {
        JpegSplitter splitter{pool};
        CHECK(split(stream, piece, splitter) == Jpegs{jpeg, jpeg});
        CHECK(splitter.skipped() == 9 + 100'000 + 6);
    }
}

TEST_CASE("a stream without any end costs bounded memory")
{
    BufferPool pool;
    constexpr std::size_t longest = 1 << 20;
    JpegSplitter splitter{pool, longest};
    const Bytestring endless{0xff, 0xd8, 0xff, 0xda, 0, 2};
    (void)split(endless, 6, splitter);
    const std::size_t before = memory_of_this_process();
    CHECK(split(Bytestring(1 << 20, 1), 4096, splitter).empty());
    for (int i = 0; i < 64; ++i)
        CHECK(split(Bytestring(1 << 20, 2), 65536, splitter).empty());
    CHECK(memory_of_this_process() < before + some_memory);
    CHECK(splitter.skipped() > 64U << 20U);
    const Bytestring jpeg = jpeg_of(64, 48, pool);
    CHECK(split(jpeg, 4096, splitter) == Jpegs{jpeg}); // it goes on
}

TEST_CASE("random bytes in a stream hide no more than one good JPEG")
{
    BufferPool pool;
    const Bytestring jpeg = jpeg_of(64, 48, pool);
    std::mt19937 random{3};
    JpegSplitter splitter{pool, 1 << 16};
    std::size_t found = 0;
    for (int i = 0; i < 300; ++i) {
        Bytestring noise(random() % 3000);
        for (auto& byte : noise)
            byte =
                random() % 8 == 0 ? 0xff : static_cast<std::uint8_t>(random());
        append(noise, jpeg);
        append(noise, jpeg);
        const auto all = split(noise, 999, splitter);
        found += static_cast<std::size_t>(std::ranges::count(all, jpeg));
    }
    CHECK(found >= 300);
}

TEST_CASE("a folder's pictures come by name, and what is none is passed over")
{
    BufferPool pool;
    const Folder folder;
    const Picture grey = drawn({20, 10, 1, 1}, pool);
    const Bytestring jpeg = jpeg_of(64, 48, pool);
    write(folder.path / "b.jpg", jpeg);
    write(folder.path / "a.pgm", write_pnm(grey, pool));
    write(folder.path / "c.ppm", jpeg); // it is not
    write(folder.path / "d.txt", jpeg); // it does not say so

    const auto source = image_source(folder.path, pool, {});
    const auto first = source->next();
    REQUIRE(first);
    CHECK(first->shape == grey.shape);
    CHECK(equal(first->bytes, grey.pixels));
    const auto second = source->next();
    REQUIRE(second);
    CHECK_FALSE(second->shape.has_value());
    CHECK(equal(second->bytes, jpeg));
    CHECK_FALSE(source->next().has_value());
}

TEST_CASE("a source that is none is refused by its name")
{
    const BufferPool pool;
    for (const std::string name :
         {"", "/no/such/folder", "patterns", "pattern:", "pattern:10",
          "pattern:10x", "pattern:0x10", "pattern:10x10:blue", "pattern:10x10:",
          "pattern:-5x10", "pattern:10x10:16", "pattern:99999x10"})
        CHECK_THROWS_AS(image_source(name, pool, {}), std::invalid_argument);
    for (const std::string name :
         {"pattern", "pattern:10x20", "pattern:10x20:grey",
          "pattern:10x20:bgra16", "-"})
        CHECK(image_source(name, pool, {}) != nullptr);
    CHECK(image_source("pattern:10x20:grey16", pool, {})->next()->shape ==
          Shape{10, 20, 1, 2});
}

TEST_CASE("a file is replaced at once")
{
    const Folder folder;
    BufferPool pool;
    const Bytestring one(100'000, 1);
    const Bytestring two(100'000, 2);
    replace_file(folder.path / "picture", one);
    std::atomic<bool> done = false;
    std::jthread writer{[&] {
        for (int i = 0; i < 100; ++i)
            replace_file(folder.path / "picture", i % 2 == 0 ? two : one);
        done = true;
    }};
    while (!done) {
        const Buffer seen = read_file(folder.path / "picture", pool);
        REQUIRE(seen.size() == one.size());
        CHECK((equal(seen, one) || equal(seen, two)));
    }
    CHECK_THROWS(replace_file("/no/such/folder/picture", one));
    CHECK_THROWS(read_file("/no/such/folder/picture", pool));
}
