#include "support/folder.hpp"
#include "support/helpers.hpp"

#include "common/pictures/image_header.hpp"
#include "common/pictures/jpeg.hpp"
#include "common/pictures/pnm.hpp"
#include "common/pictures/test_pattern.hpp"

#include <zmq_addon.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <regex>

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

// A hub on a port that the kernel chose.
struct Hub
{
    explicit Hub(const std::vector<std::string>& options = {},
                 const std::string& bind = "tcp://127.0.0.1:*")
        : process{[&] {
              std::vector<std::string> command{"image_hub", "--bind", bind};
              command.insert(command.end(), options.begin(), options.end());
              return command;
          }()},
          endpoint{process.endpoint()}
    {
    }

    // A sender that connects to it.
    std::vector<std::string> from(const std::string& program,
                                  const std::vector<std::string>& options) const
    {
        std::vector<std::string> command{program, "--connect", endpoint};
        if (program.ends_with(".py"))
            command = python(program, {"--connect", endpoint});
        command.insert(command.end(), options.begin(), options.end());
        return command;
    }

    static std::vector<std::string> python(const std::string& script,
                                           const std::vector<std::string>& rest)
    {
        std::vector<std::string> command{
            "/usr/bin/python3",
            WORKBOOK_ROOT "/chapters/15-image-streaming/" + script};
        command.insert(command.end(), rest.begin(), rest.end());
        return command;
    }

    Process process;
    std::string endpoint;
};

void check_plays(const std::vector<std::string>& command)
{
    const Result result = run_to_end(command);
    CAPTURE(command);
    CAPTURE(result.err);
    CHECK(result.status == 0);
}

std::string contents(const fs::path& file)
{
    std::ifstream stream{file, std::ios::binary};
    REQUIRE_MESSAGE(stream, "cannot read ", file.string());
    return {std::istreambuf_iterator<char>{stream}, {}};
}

Bytes bytes_of(const std::string& text)
{
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string text_of(Bytes bytes)
{
    return {bytes.begin(), bytes.end()};
}

Picture drawn(const Shape& shape, BufferPool& pool)
{
    return TestPattern{shape}.draw(3, {}, pool);
}

std::string jpeg_of(int side, int quality = 80)
{
    BufferPool pool;
    return text_of(
        JpegEncoder{}.encode(drawn({side, side, 3, 1}, pool), quality, pool));
}

double mean_error(Bytes one, Bytes other)
{
    REQUIRE(one.size() == other.size());
    double sum = 0;
    for (std::size_t i = 0; i < one.size(); ++i)
        sum += std::abs(one[i] - other[i]);
    return sum / static_cast<double>(one.size());
}

// The most memory that a process has had so far, in MiB.
int peak_memory(const Process& process)
{
    const std::string status =
        contents("/proc/" + std::to_string(process.pid()) + "/status");
    std::smatch found;
    REQUIRE(std::regex_search(status, found, std::regex{"VmHWM:\\s*(\\d+)"}));
    return std::stoi(found[1]) / 1024;
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int much_memory = 2000; // a sanitizer keeps what is freed
#else
constexpr int much_memory = 300; // MiB
#endif

// Sends frames as a peer without manners, and waits for the answer.
class Peer
{
public:
    explicit Peer(const std::string& endpoint)
        : socket{context, zmq::socket_type::req}
    {
        socket.set(zmq::sockopt::linger, 0);
        socket.set(zmq::sockopt::rcvtimeo, 20'000);
        socket.connect(endpoint);
    }

    std::string ask(const std::vector<std::string>& frames)
    {
        zmq::multipart_t message;
        for (const std::string& frame : frames)
            message.addstr(frame);
        (void)message.send(socket);
        zmq::message_t reply;
        REQUIRE(socket.recv(reply));
        return reply.to_string();
    }

private:
    zmq::context_t context;
    zmq::socket_t socket;
};

const std::vector<Shape> saved_kinds{
    {65, 43, 1, 1}, {65, 43, 3, 1}, {65, 43, 1, 2}, {65, 43, 3, 2}};

} // namespace

TEST_CASE("a hub answers each picture of a camera and counts it")
{
    for (const std::string sender : {"image_sender", "windowed_sender"}) {
        CAPTURE(sender);
        Hub hub{{"--count", "10"}};
        const Result result =
            run_to_end(hub.from(sender, {"--name", "garden", "--count", "10"}));
        CHECK(result.status == 0);
        CHECK(count_lines(result.out, "The hub answers OK") == 1);
        CHECK(count_lines(result.out, "Sent 10 pictures") == 1);
        CHECK(count_lines(result.out, "0 without a reply") == 1);
        CHECK(hub.process.finish() == 0);
        CHECK(count_lines(hub.process.out(),
                          "Camera garden: 640x480 BGR as JPEG") == 1);
        CHECK(count_lines(hub.process.out(), "garden: 10 pictures") == 1);
        CHECK(hub.process.err().empty());
    }
}

TEST_CASE("many cameras send to one hub, and each is counted")
{
    Hub hub{{"--overlap"}};
    std::vector<Process> cameras;
    for (int i = 0; i < 8; ++i)
        cameras.emplace_back(
            hub.from(i % 2 == 0 ? "image_sender" : "windowed_sender",
                     {"--name", "camera" + std::to_string(i), "--source",
                      "pattern:64x48", "--count", "20"}));
    for (Process& camera : cameras)
        CHECK(camera.finish() == 0);
    CHECK(hub.process.stop() == 0);
    CHECK(count_lines(hub.process.out(), ": 20 pictures") == 8);
}

TEST_CASE("two cameras in one program each have a name and a source")
{
    Hub hub{{"--count", "6"}};
    check_plays(
        hub.from("image_sender", {"--count", "3", "--name", "left", "--name",
                                  "right", "--source", "pattern:64x48",
                                  "--source", "pattern:32x24:grey"}));
    CHECK(hub.process.finish() == 0);
    const std::string out = hub.process.out();
    CHECK(count_lines(out, "Camera left: 64x48 BGR as JPEG") == 1);
    CHECK(count_lines(out, "Camera right: 32x24 grey as JPEG") == 1);
    CHECK(count_lines(out, ": 3 pictures") == 2);
}

TEST_CASE("raw pictures arrive with exactly their pixels, grey and 16 bit too")
{
    BufferPool pool;
    for (const Shape& shape : saved_kinds) {
        CAPTURE(to_string(shape));
        const Folder source;
        const Folder saved;
        const std::string ending = shape.channels == 1 ? ".pgm" : ".ppm";
        replace_file(source.path / ("a" + ending),
                     write_pnm(drawn(shape, pool), pool));
        for (const std::string sender : {"image_sender", "windowed_sender"}) {
            Hub hub{{"--count", "1", "--save", saved.path}};
            check_plays(hub.from(sender, {"--name", sender, "--source",
                                          source.path, "--jpeg", "0"}));
            CHECK(hub.process.finish() == 0);
            CHECK(contents(saved.path / (sender + ending)) ==
                  contents(source.path / ("a" + ending)));
        }
    }
}

TEST_CASE("JPEGs on stdin are passed on as they are, and garbage is left out")
{
    const std::string last = jpeg_of(64);
    for (const std::string sender : {"image_sender", "windowed_sender"}) {
        const Folder saved;
        Hub hub{{"--count", "3", "--save", saved.path}};
        Process camera{hub.from(sender, {"--source", "-", "--name", "c"})};
        camera.write(jpeg_of(32) + "garbage" + jpeg_of(320) + "\xff\xd8?" +
                     last);
        camera.close_stdin();
        CHECK(camera.finish() == 0);
        CHECK(count_lines(camera.out(), "Sent 3 pictures") == 1);
        CHECK(count_lines(camera.err(), "Skipped 10 bytes") == 1);
        CHECK(hub.process.finish() == 0);
        CHECK(contents(saved.path / "c.jpg") == last);
    }
}

TEST_CASE("the contact sheet shows every camera")
{
    const Folder folder;
    const fs::path sheet = folder.path / "sheet.jpg";
    BufferPool pool;
    Hub hub{{"--sheet", sheet}};
    check_plays(hub.from("image_sender",
                         {"--count", "1", "--name", "a", "--name", "b",
                          "--name", "c", "--source", "pattern:640x480",
                          "--source", "pattern:100x300:grey16", "--source",
                          "pattern:9x9:bgra", "--jpeg", "0"}));
    CHECK(hub.process.stop() == 0); // a sheet at the end, whatever ends it
    const std::string file = contents(sheet);
    const Picture picture = JpegDecoder{}.decode(bytes_of(file), pool);
    CHECK(picture.shape == Shape{320, 240, 3, 1}); // two by two
}

TEST_CASE("a bad picture is answered, reported once a camera, and counted")
{
    for (const bool overlap : {false, true}) {
        Hub hub{overlap ? std::vector<std::string>{"--overlap"}
                        : std::vector<std::string>{}};
        constexpr int rounds = 200;
        const Result liar = run_to_end(
            hub.from("bad_sender", {"--rounds", std::to_string(rounds)}));
        CHECK(liar.status == 0);
        CHECK(liar.out == "Sent " + std::to_string(13 * rounds) +
                              " bad messages, got " +
                              std::to_string(13 * rounds) + " answers\n");
        check_plays(hub.from("image_sender", {"--count", "2"}));
        CHECK(peak_memory(hub.process) < much_memory);
        CHECK(hub.process.stop() == 0);
        CHECK(count_lines(hub.process.err(), "Refused a picture") == 2);
        CHECK(count_lines(hub.process.out(), "liar: 0 pictures, 0.0 kB each, " +
                                                 std::to_string(8 * rounds) +
                                                 " refused") == 1);
        CHECK(count_lines(hub.process.out(),
                          "nobody: " + std::to_string(5 * rounds) +
                              " refused") == 1);
        CHECK(count_lines(hub.process.out(), "camera: 2 pictures") == 1);
    }
}

TEST_CASE("thousands of names cost no more than some cameras do")
{
    const std::string pixels(3'000'000, 'x');
    Hub hub{{"--gone", "60000"}};
    Peer peer{hub.endpoint};
    for (int i = 0; i < 3000; ++i)
        CHECK(peer.ask({to_json({"camera " + std::to_string(i),
                                 Shape{2, 2, 1, 1},
                                 {},
                                 {}}),
                        "1234"}) == "OK");
    for (int i = 0; i < 260; ++i) // more than may be kept, for those it knows
        CHECK(peer.ask({to_json({"camera " + std::to_string(i),
                                 Shape{1000, 1000, 3, 1},
                                 {},
                                 {}}),
                        pixels}) == "OK");
    CHECK(peak_memory(hub.process) < much_memory + 520);
    CHECK(hub.process.stop() == 0);
    CHECK(count_lines(hub.process.out(), "pictures, ") == 256);
    CHECK(count_lines(hub.process.err(), "too many cameras") == 1);
    CHECK(count_lines(hub.process.err(), "no room") > 0);
}

TEST_CASE("a camera that is gone makes room for a new one")
{
    Hub hub{{"--stale", "0", "--gone", "0"}};
    Peer peer{hub.endpoint};
    for (int i = 0; i < 300; ++i)
        peer.ask(
            {to_json(
                 {"camera " + std::to_string(i), Shape{2, 2, 1, 1}, {}, {}}),
             "1234"});
    CHECK(hub.process.stop() == 0);
    CHECK(count_lines(hub.process.out(), "Camera camera") == 300);
    CHECK(count_lines(hub.process.out(), ": 1 pictures") == 256);
}

TEST_CASE("the name of a camera leads to no file outside of the folder")
{
    const Folder parent;
    const fs::path folder = parent.path / "saved";
    fs::create_directory(folder);
    Hub hub{{"--save", folder}};
    Peer peer{hub.endpoint};
    using namespace std::string_literals;
    for (const std::string& name :
         {".."s, "../up"s, "/etc/passwd"s, "a\0b"s, "a b"s, "\u00d8"s,
          std::string(128, '/'), "\x1b[31m"s})
        peer.ask({to_json({name, {}, {}, {}}), jpeg_of(16)});
    peer.ask({to_json({std::string(500, 'x'), {}, {}, {}}), jpeg_of(16)});
    peer.ask({to_json({"", {}, {}, {}}), jpeg_of(16)});
    CHECK(hub.process.stop() == 0);
    CHECK(std::distance(fs::directory_iterator{parent.path}, {}) == 1);
    CHECK(std::distance(fs::directory_iterator{folder}, {}) == 8);
    CHECK(fs::exists(folder / "%2E%2E%2Fup.jpg"));
    CHECK(count_lines(hub.process.out(), "nobody: 2 refused") == 1);
    for (const char byte : hub.process.out() + hub.process.err())
        CHECK((byte == '\n' || byte >= ' ' || byte < 0));
}

TEST_CASE("a folder that cannot be written is said once, and the hub goes on")
{
    Hub hub{{"--save", "/no/such/folder", "--count", "5"}};
    check_plays(hub.from("image_sender", {"--count", "5"}));
    CHECK(hub.process.finish() == 0);
    CHECK(count_lines(hub.process.err(), "was not saved") == 1);
    CHECK(count_lines(hub.process.out(), "camera: 5 pictures") == 1);
}

TEST_CASE("cameras outlive a hub that is killed in the middle of a picture")
{
    for (const std::string sender : {"image_sender", "windowed_sender"}) {
        CAPTURE(sender);
        const std::string endpoint = own_endpoint();
        Hub first{{}, endpoint};
        Process camera{first.from(
            sender, {"--source", "pattern:4000x4000", "--jpeg", "0"})};
        first.process.wait_for("Camera camera");
        first.process.signal(SIGSTOP); // most of 48 MB is still to be read
        camera.wait_for("The hub does not answer");
        crash(first.process);
        Hub second{{}, endpoint};
        second.process.wait_for("Camera camera: 4000x4000 BGR as pixels");
        CHECK(camera.stop() == 0);
        CHECK(second.process.stop() == 0);
        CHECK(second.process.err().empty()); // no half of a picture
    }
}

TEST_CASE("a hub that starts late or ends early costs no answer")
{
    const std::string endpoint = own_endpoint();
    for (const std::string sender : {"image_sender", "windowed_sender"}) {
        Process camera{{sender, "--connect", endpoint, "--count", "3"}};
        CHECK(camera.runs_for(200ms));
        Hub hub{{"--count", "3"}, endpoint};
        CHECK(camera.finish() == 0);
        CHECK(hub.process.finish() == 0);
        CHECK(camera.err() == "");
    }
}

TEST_CASE("a sender that waits for a hub or for stdin stops on a signal")
{
    for (const std::string sender : {"image_sender", "windowed_sender"})
        for (const std::string source : {"pattern", "-"}) {
            Process camera{
                {sender, "--connect", own_endpoint(), "--source", source}};
            CHECK(camera.runs_for(200ms)); // it waits by then
            CHECK(camera.stop() == 0);
        }
}

TEST_CASE("what a sender or a hub cannot do is refused with a reason")
{
    for (const std::string sender : {"image_sender", "windowed_sender"}) {
        const Result source = run_to_end({sender, "--source", "nonsense"});
        CHECK(source.status == 2);
        CHECK(count_lines(source.err, "'nonsense'") == 1);
        Hub hub;
        const Result deep =
            run_to_end(hub.from(sender, {"--source", "pattern:9x9:grey16"}));
        CHECK(deep.status == 1);
        CHECK(count_lines(deep.err, "16 bit") == 1);
    }
    for (const std::string place :
         {"8088", "127.0.0.1", "127.0.0.1:99999", "localhost:8088", "a b:1"}) {
        const Result view = run_to_end({"image_hub", "--view", place});
        CHECK(view.status == 2);
        CHECK(count_lines(view.err, "--view") == 1);
    }
}

TEST_CASE("the hub's page tells of each camera, and shows its picture")
{
    Hub hub{{"--view", "127.0.0.1:*"}}; // said before it listens
    const std::string out = hub.process.out();
    const std::string view = "viewing at http://";
    const std::size_t begin = out.find(view) + view.size();
    const std::string place = out.substr(begin, out.find('/', begin) - begin);
    check_plays(
        hub.from("image_sender", {"--count", "2", "--name", "jpeg", "--name",
                                  "\"<b>", "--source", "pattern:64x48"}));
    check_plays(
        hub.from("image_sender", {"--count", "1", "--name", "deep", "--jpeg",
                                  "0", "--source", "pattern:64x48:bgr16"}));
    const Result seen = run_to_end({"view_once", "--view", place});
    CAPTURE(seen.err);
    CHECK(seen.status == 0);
    CHECK(count_lines(seen.out, "jpeg: live, 64x48 BGR, ") == 1);
    CHECK(count_lines(seen.out, "\"<b>: live, 64x48 BGR, ") == 1);
    CHECK(count_lines(seen.out, "deep: live, 64x48 BGR 16 bit, ") == 1);

    const Result second = run_to_end(
        {"image_hub", "--bind", "tcp://127.0.0.1:*", "--view", place});
    CHECK(second.status == 1);
    CHECK(count_lines(second.err, "--view") == 1);
    CHECK(hub.process.stop() == 0);
    CHECK(run_to_end({"view_once", "--view", place}).status == 1);
}

TEST_CASE("pictures of a Python camera arrive exactly, or as good as its JPEG")
{
    if (!has_cv2())
        return;
    for (const auto& [shape, type, file] :
         std::vector<std::array<std::string, 3>>{
             {"43x65", "uint8", "raw.pgm"},
             {"43x65x3", "uint8", "raw.ppm"},
             {"43x65", "uint16", "raw.pgm"},
             {"43x65x3", "uint16", "raw.ppm"}}) {
        CAPTURE(shape + type);
        const Folder saved;
        Hub hub{{"--count", "2", "--save", saved.path}};
        check_plays(hub.from("image_sender.py",
                             {"--name", "raw", "--jpeg", "0", "--count", "2",
                              "--shape", shape, "--dtype", type}));
        CHECK(hub.process.finish() == 0);
        BufferPool pool;
        const std::string saved_file = contents(saved.path / file);
        const Picture picture = read_pnm(bytes_of(saved_file), pool);
        const auto bytes = static_cast<std::size_t>(picture.shape.sample_bytes);
        for (std::size_t i = 0; i < picture.shape.bytes() / bytes; ++i) {
            unsigned sample = picture.pixels.data()[i * bytes];
            if (bytes == 2)
                sample += 256U * picture.pixels.data()[i * 2 + 1];
            REQUIRE(sample == (bytes == 2 ? i / 64 : i / 64 % 256));
        }
    }
    const Folder saved;
    Hub hub{{"--count", "2", "--save", saved.path}};
    check_plays(hub.from("image_sender.py", {"--name", "jpeg", "--count", "2",
                                             "--shape", "40x60x3"}));
    CHECK(hub.process.finish() == 0);
    BufferPool pool;
    const std::string file = contents(saved.path / "jpeg.jpg");
    const Picture picture = JpegDecoder{}.decode(bytes_of(file), pool);
    std::string sent;
    for (std::size_t i = 0; i < picture.shape.bytes(); ++i)
        sent += static_cast<char>(i / 64);
    CHECK(picture.shape == Shape{60, 40, 3, 1});
    CHECK(mean_error(picture.pixels, bytes_of(sent)) < 4);
}

TEST_CASE("a Python hub gets exactly the pixels, or as good as the JPEG")
{
    if (!has_cv2())
        return;
    BufferPool pool;
    const Folder saved;
    Process hub{
        Hub::python("image_hub.py", {"--bind", "tcp://127.0.0.1:*", "--count",
                                     "6", "--save", saved.path})};
    const std::string endpoint = hub.endpoint();
    int number = 0;
    for (const Shape& shape : saved_kinds) {
        const Folder source;
        const Picture picture = drawn(shape, pool);
        replace_file(source.path / (shape.channels == 1 ? "a.pgm" : "a.ppm"),
                     write_pnm(picture, pool));
        for (const int quality : {0, 95}) {
            if (quality > 0 && shape.sample_bytes == 2)
                continue;
            check_plays({"image_sender", "--connect", endpoint, "--source",
                         source.path, "--jpeg", std::to_string(quality)});
            const std::string name = std::to_string(number++) + ".npy";
            hub.wait_for("saved " + name);
            // The pixels are the end of numpy's file.
            const std::string file = contents(saved.path / name);
            REQUIRE(file.size() > shape.bytes());
            const double error =
                mean_error(bytes_of(file).last(shape.bytes()), picture.pixels);
            CHECK(error <= (quality == 0 ? 0 : 7));
        }
    }
    CHECK(hub.finish() == 0);
}
