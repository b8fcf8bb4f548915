#include "chapters/16-live-images/lag.hpp"
#include "chapters/16-live-images/newest_image.hpp"
#include "chapters/16-live-images/watchdog.hpp"
#include "common/pictures/jpeg.hpp"
#include "common/pictures/test_pattern.hpp"
#include "support/process.hpp"

#include <doctest/doctest.h>
#include <zmq.hpp>
#include <zmq_addon.hpp>

#include <fstream>
#include <regex>
#include <sstream>

using namespace std::chrono_literals;
using zmq::socket_type;

namespace {

constexpr auto any_port = "tcp://127.0.0.1:*";

// Gives up after 20 s, so that a failure is no hang.
zmq::socket_t make(zmq::context_t& context, socket_type type)
{
    zmq::socket_t socket{context, type};
    socket.set(zmq::sockopt::linger, 0);
    socket.set(zmq::sockopt::rcvtimeo, 20'000);
    socket.set(zmq::sockopt::sndtimeo, 20'000);
    return socket;
}

void send(zmq::socket_t& socket, const std::vector<std::string>& frames)
{
    zmq::multipart_t message;
    for (const std::string& frame : frames)
        message.addstr(frame);
    REQUIRE(message.send(socket));
}

std::vector<std::string> receive(zmq::socket_t& socket)
{
    zmq::multipart_t message;
    REQUIRE(message.recv(socket));
    std::vector<std::string> frames;
    for (const zmq::message_t& frame : message)
        frames.push_back(frame.to_string());
    return frames;
}

const std::vector<std::string> subscription{"\x01"};

std::string small_jpeg()
{
    BufferPool pool;
    const Picture picture = TestPattern{{64, 48, 3, 1}}.draw(
        0, std::chrono::system_clock::now(), pool);
    const Buffer jpeg = JpegEncoder{}.encode(picture, 80, pool);
    return {reinterpret_cast<const char*>(jpeg.data()), jpeg.size()};
}

std::vector<std::string> picture(std::int64_t number,
                                 std::int64_t time = image_time())
{
    static const std::string jpeg = small_jpeg();
    return {to_json({"garden", {}, number, time}), jpeg};
}

// A publisher in this test, at a port of its own.
struct Publisher
{
    explicit Publisher(const char* endpoint = any_port)
        : socket{make(context, socket_type::xpub)}
    {
        socket.bind(endpoint);
        where = socket.get(zmq::sockopt::last_endpoint);
    }

    zmq::context_t context;
    zmq::socket_t socket;
    std::string where;
};

Process publisher(std::vector<std::string> more = {})
{
    std::vector<std::string> command{"image_publisher", "--bind", any_port,
                                     "--source", "pattern:64x48"};
    command.insert(command.end(), more.begin(), more.end());
    return Process{command};
}

// The numbers in what a receiver says of its pictures: number, age, behind.
struct Line
{
    std::string camera;
    int number;
    int age; // ms
    int behind;
};

std::vector<Line> lines_of(const std::string& out)
{
    const std::regex line{
        R"((\S+) (\d+): .* (-?\d+) ms old, (-?\d+) frames behind\n)"};
    std::vector<Line> lines;
    for (std::sregex_iterator found{out.begin(), out.end(), line}, end;
         found != end; ++found)
        lines.push_back({(*found)[1], std::stoi((*found)[2]),
                         std::stoi((*found)[3]), std::stoi((*found)[4])});
    return lines;
}

struct Summary
{
    int taken;
    int passed_over;
    int median; // ms
    int worst;
    int behind; // frames
};

Summary summary_of(const std::string& out)
{
    const std::regex line{
        R"(Took (\d+) pictures, passed over (\d+)\. Median age (-?\d+) ms, )"
        R"(worst (-?\d+) ms\. At the end (-?\d+) frames behind\n)"};
    std::smatch found;
    REQUIRE_MESSAGE(std::regex_search(out, found, line), out);
    return {std::stoi(found[1]), std::stoi(found[2]), std::stoi(found[3]),
            std::stoi(found[4]), std::stoi(found[5])};
}

// A hub in this test, where senders come to. It leaves when we say so.
struct Hub
{
    explicit Hub(const std::string& where)
    {
        socket.set(zmq::sockopt::linger, -1); // what it said arrives
        socket.bind(where);
    }

    // @return the number of the picture that came
    std::int64_t take()
    {
        const auto frames = receive(socket);
        REQUIRE(frames.size() == 2);
        const auto number = image_header(frames[0]).number;
        REQUIRE(number);
        return *number;
    }

    void reply() { socket.send(zmq::str_buffer("OK")); }

    zmq::context_t context;
    zmq::socket_t socket = make(context, socket_type::rep);
};

// A hub dies with picture 2 in its hands, and another one comes.
void outlive_a_hub(std::vector<std::string> command, const char* complaint)
{
    const std::string where = own_endpoint();
    command.insert(command.end(),
                   {"--connect", where, "--interval", "0", "--count", "5",
                    "--source", "pattern:64x48"});
    Process sender{command};
    {
        Hub hub{where};
        std::int64_t number = hub.take();
        for (; number < 2; number = hub.take())
            hub.reply();
        CHECK(number == 2);
    }
    sender.wait_for(complaint);
    Hub hub{where};
    std::int64_t number = hub.take();
    CHECK(number == 2); // it is not lost
    hub.reply();
    while (number < 4) {
        const std::int64_t next = hub.take();
        CHECK((next == number || next == number + 1)); // again, or the next
        number = next;
        hub.reply();
    }
    CHECK(sender.finish() == 0);
}

} // namespace

TEST_CASE("each of several receivers gets every picture")
{
    Process camera = publisher({"--name", "garden"});
    const std::string where = camera.endpoint();
    std::vector<Process> receivers;
    for (const char* program :
         {"image_subscriber", "image_subscriber", "image_subscriber"})
        receivers.emplace_back(std::vector<std::string>{
            program, "--connect", where, "--count", "20"});
    for (Process& receiver : receivers) {
        CHECK(receiver.finish() == 0);
        CHECK(summary_of(receiver.out()).taken == 20);
        CHECK(summary_of(receiver.out()).passed_over == 0);
    }
    CHECK(camera.stop() == 0);
}

TEST_CASE("one receiver takes the pictures of two cameras")
{
    Process garden = publisher({"--name", "garden"});
    Process door = publisher({"--name", "door", "--jpeg", "0"});
    Process receiver{{"image_subscriber", "--connect", garden.endpoint(),
                      "--connect", door.endpoint()}};
    receiver.wait_for("door ");
    receiver.wait_for("garden ");
    CHECK(receiver.stop() == 0);
    CHECK(receiver.err().empty());
}

TEST_CASE("a slow receiver takes every picture, each older than the last")
{
    Publisher camera;
    Process slow{{"image_subscriber", "--work", "20", "--count", "41",
                  "--connect", camera.where}};
    CHECK(receive(camera.socket) == subscription);
    const std::int64_t start = image_time();
    for (int number = 0; number < 41; ++number)
        send(camera.socket, picture(number, start + number * 1000LL));
    CHECK(slow.finish() == 0);
    const auto lines = lines_of(slow.out());
    REQUIRE(lines.size() == 5);
    for (std::size_t i = 1; i < lines.size(); ++i) {
        CHECK(lines[i].number == static_cast<int>(i) * 10);
        CHECK(lines[i].age > lines[i - 1].age);
    }
    CHECK(summary_of(slow.out()).passed_over == 0);
    CHECK(summary_of(slow.out()).behind > 10);
}

TEST_CASE("who keeps the newest stays fresh at a camera where others age")
{
    Process camera = publisher({"--interval", "10"});
    const std::string where = camera.endpoint();
    std::vector<Process> receivers;
    for (const char* program : {"image_subscriber", "latest_image"})
        receivers.emplace_back(std::vector<std::string>{
            program, "--connect", where, "--work", "40", "--count", "30"});
    CHECK(receivers[0].finish() == 0);
    CHECK(receivers[1].finish() == 0);
    const Summary slow = summary_of(receivers[0].out());
    const Summary newest = summary_of(receivers[1].out());
    CHECK(slow.passed_over == 0);
    CHECK(newest.passed_over > 0);
    CHECK(newest.median < slow.worst / 2);
    CHECK(camera.stop() == 0);
}

TEST_CASE("the newest message takes the place of those before")
{
    zmq::context_t context;
    zmq::context_t outside;
    auto publisher = make(outside, socket_type::push);
    auto subscriber = make(context, socket_type::pull);
    publisher.bind(any_port);
    subscriber.set(zmq::sockopt::rcvtimeo, -1);
    subscriber.connect(publisher.get(zmq::sockopt::last_endpoint));
    NewestImage newest{context, std::move(subscriber)};
    for (int n = 0; n <= 1000; ++n)
        send(publisher, {std::to_string(n), "body"});
    int last = -1;
    while (last < 1000) {
        zmq::multipart_t message = newest.take();
        REQUIRE(message.size() == 2);
        const int number = std::stoi(message.popstr());
        CHECK(number > last);
        last = number;
    }
    context.shutdown();
    CHECK(newest.take().empty());
}

TEST_CASE("CONFLATE keeps the newest where a picture is one frame")
{
    Process camera = publisher({"--interval", "10", "--one-frame"});
    Process receiver{{"conflated_image", "--connect", camera.endpoint(),
                      "--work", "40", "--count", "30"}};
    CHECK(receiver.finish() == 0);
    CHECK(receiver.err().empty());
    CHECK(summary_of(receiver.out()).taken == 30);
    CHECK(summary_of(receiver.out()).passed_over > 0);
    CHECK(camera.stop() == 0);
}

TEST_CASE("CONFLATE with two frames leaves pictures without a header")
{
    Process camera = publisher({"--interval", "10"});
    Process receiver{{"conflated_image", "--connect", camera.endpoint(),
                      "--work", "20", "--count", "20"}};
    CHECK(receiver.finish() == 0);
    CHECK(count_lines(receiver.err(), "without") == 20);
    CHECK(count_lines(receiver.err(), "a picture without its header") > 0);
    CHECK(count_lines(receiver.out(), "Took no picture") == 1);
    CHECK(camera.stop() == 0);
}

TEST_CASE("small marks do not keep a slow receiver from falling behind")
{
    Process camera = publisher({"--interval", "5", "--mark", "1"});
    Process slow{{"image_subscriber", "--connect", camera.endpoint(), "--mark",
                  "1", "--work", "30", "--count", "31"}};
    CHECK(slow.finish() == 0);
    CHECK(summary_of(slow.out()).behind > 2); // what the marks allow
    CHECK(camera.stop() == 0);
}

TEST_CASE("a sender with a timeout outlives its hub and sends again")
{
    outlive_a_hub({"patient_sender", "--timeout", "500"},
                  "No reply to picture 3 within 500 ms: once more");
}

TEST_CASE("a sender with a watchdog outlives its hub and sends again")
{
    outlive_a_hub({"watched_sender", "--patience", "500"},
                  "No reply for 500 ms: the watchdog barks");
}

TEST_CASE("a sender without a timeout waits for ever")
{
    const std::string where = own_endpoint();
    Process sender{{"patient_sender", "--timeout", "0", "--connect", where}};
    {
        Hub hub{where};
        CHECK(hub.take() == 0);
    }
    Hub hub{where};
    hub.socket.set(zmq::sockopt::rcvtimeo, 1000);
    zmq::message_t message;
    CHECK_FALSE(hub.socket.recv(message)); // nobody asks the new one
    CHECK(sender.stop() == 0);
}

TEST_CASE("a watched sender without a hub stops on a signal")
{
    Process sender{{"watched_sender", "--connect", own_endpoint()}};
    sender.wait_for("the watchdog barks");
    CHECK(sender.stop() == 0);
}

TEST_CASE("a watchdog without patience is refused")
{
    const Result result = run_to_end(
        {"watched_sender", "--interval", "500", "--patience", "500"});
    CHECK(result.status == 2);
    CHECK(count_lines(result.err, "--patience") == 1);
}

TEST_CASE("a watchdog that is not fed shuts the context down")
{
    zmq::context_t context;
    auto socket = make(context, socket_type::rep);
    Watchdog watchdog{context, 10ms};
    zmq::message_t message;
    CHECK_THROWS_AS((void)socket.recv(message), zmq::error_t);
    CHECK(watchdog.has_barked());
}

TEST_CASE("a watchdog that goes home does not bark")
{
    zmq::context_t context;
    auto socket = make(context, socket_type::pair);
    socket.set(zmq::sockopt::rcvtimeo, 1);
    for (int n = 0; n < 1000; ++n) {
        Watchdog watchdog{context, 1h};
        watchdog.feed();
        CHECK_FALSE(watchdog.has_barked());
    }
    zmq::message_t message;
    CHECK_FALSE(socket.recv(message)); // and no ETERM
}

TEST_CASE("a receiver that connects is heard of while it does not look")
{
    Publisher camera;
    Process receiver{{"image_subscriber", "--connect", camera.where, "--step",
                      "--count", "5"}};
    CHECK(receive(camera.socket) == subscription); // by itself
    for (int number = 0; number < 5; ++number)
        send(camera.socket, picture(number));
    receiver.enter();
    CHECK(receiver.finish() == 0);
    CHECK(lines_of(receiver.out()).at(0).number == 0);
    CHECK(summary_of(receiver.out()).taken == 5);
}

TEST_CASE("a receiver that binds is heard of only when it looks")
{
    Process receiver{
        {"image_collector", "--bind", any_port, "--step", "--count", "5"}};
    zmq::context_t context;
    auto camera = make(context, socket_type::xpub);
    camera.connect(receiver.endpoint());
    camera.set(zmq::sockopt::rcvtimeo, 500);
    zmq::message_t message;
    CHECK_FALSE(camera.recv(message));
    for (int number = 0; number < 5; ++number)
        send(camera, picture(number)); // in vain
    receiver.enter();
    camera.set(zmq::sockopt::rcvtimeo, 20'000);
    CHECK(receive(camera) == subscription);
    for (int number = 5; number < 10; ++number)
        send(camera, picture(number));
    CHECK(receiver.finish() == 0);
    CHECK(lines_of(receiver.out()).at(0).number == 5);
}

TEST_CASE("a collector takes the pictures of all feeders")
{
    Process collector{{"image_collector", "--bind", any_port, "--count", "0"}};
    const std::string where = collector.endpoint();
    Process lawn{{"image_feeder", "--name", "lawn", "--connect", where}};
    collector.wait_for("lawn ");
    Process gate{{"image_feeder", "--name", "gate", "--connect", where}};
    collector.wait_for("gate ");
    CHECK(lawn.stop() == 0);
    CHECK(gate.stop() == 0);
    CHECK(collector.stop() == 0);
}

TEST_CASE("a receiver drops what is no picture, and takes the next one")
{
    Publisher camera;
    Process receiver{{"image_subscriber", "--connect", camera.where, "--count",
                      "2", "--mark", "10000"}};
    CHECK(receive(camera.socket) == subscription);
    const auto good = picture(1);
    const std::vector<std::vector<std::string>> bad{
        {""},
        {"", ""},
        {good[0]},
        {good[0], ""},
        {good[0], good[1].substr(0, 10)},
        {good[0], good[1], good[1]},
        {"{", good[1]},
        {std::string(2000, '['), good[1]},
        {R"({"msg":"garden","number":1})", good[1]},
        {R"({"msg":"garden","number":1,"time":1})", good[1]},
        {R"({"msg":"\u001b[31m","number":-1,"time":5})", good[1]},
        {R"({"msg":"x","dtype":"uint8","shape":[4,4,3]})", "short"},
        {R"({"msg":"x","dtype":"uint8","shape":[99999,99999,3]})", "short"},
        {R"({"msg":"x","dtype":"object","shape":[1,1]})", "x"},
    };
    camera.socket.set(zmq::sockopt::sndhwm, 10'000);
    send(camera.socket, good);
    receiver.wait_for("garden 1:");
    constexpr int rounds = 20;
    for (int round = 0; round < rounds; ++round)
        for (const auto& message : bad)
            send(camera.socket, message);
    send(camera.socket, picture(2));
    CHECK(receiver.finish() == 0);
    CHECK(count_lines(receiver.err(), "Dropped ") ==
          rounds * static_cast<int>(bad.size()));
    CHECK(receiver.err().find('\x1b') == std::string::npos);
}

TEST_CASE("a picture of imageZMQ, without number and time, has no age")
{
    Publisher camera;
    Process receiver{
        {"image_subscriber", "--connect", camera.where, "--count", "2"}};
    CHECK(receive(camera.socket) == subscription);
    send(camera.socket, {R"({"msg": "pi"})", small_jpeg()});
    receiver.wait_for("pi: 64x48 BGR JPEG, of unknown age");
    send(camera.socket,
         {R"({"msg": "pi", "dtype": "uint8", "shape": [1, 2, 3]})", "sample"});
    CHECK(receiver.finish() == 0);
    CHECK(receiver.out().ends_with("Took 2 pictures of unknown age\n"));
    CHECK(receiver.err().empty());
}

TEST_CASE("conflated_image drops frames that are no picture")
{
    Publisher camera;
    Process receiver{
        {"conflated_image", "--connect", camera.where, "--count", "3"}};
    CHECK(receive(camera.socket) == subscription);
    const auto good = picture(1);
    using namespace std::string_literals;
    send(camera.socket, {""});
    receiver.wait_for("Dropped 1");
    send(camera.socket, {"{\0"s});
    receiver.wait_for("Dropped 2");
    send(camera.socket, {good[0] + '\0' + good[1]});
    CHECK(receiver.finish() == 0);
    CHECK(summary_of(receiver.out()).taken == 1);
}

TEST_CASE("frames behind follow from a camera's numbers and times")
{
    LagMeter meter;
    constexpr std::int64_t ms = 1000;
    CHECK(meter.note("garden", 7, 0, 0).frames == doctest::Approx(0));
    const Lag lag = meter.note("garden", 17, 100 * ms, 150 * ms);
    CHECK(lag.ms == doctest::Approx(50));
    CHECK(lag.frames == doctest::Approx(5)); // it sends every 10 ms
    CHECK(lag.passed_over == 9);
    CHECK(meter.note("garden", 0, 200 * ms, 200 * ms).passed_over == 0);
    CHECK(meter.note("garden", 5, 250 * ms, 260 * ms).frames ==
          doctest::Approx(1)); // it was started anew
    CHECK(meter.note("door", 99, 0, 1 * ms).passed_over == 0);
    CHECK(meter.note("door", INT64_MAX, 1, 1).frames == doctest::Approx(0));
    for (int n = 0; n < 20'000; ++n) // names without end
        meter.note(std::to_string(n), n, n, n);
    CHECK(meter.summary().starts_with("Took 20006 pictures"));
}

TEST_CASE("a name is good for connecting, and not for listening")
{
    const Result result = run_to_end({"bind_names"});
    CHECK(result.status == 0);
    std::istringstream lines{result.out};
    std::string line;
    std::getline(lines, line);
    CHECK(line == "bind    tcp://localhost:*          No such device");
    for (const char* listens : {"tcp://127.0.0.1:*", "tcp://lo:*"}) {
        std::getline(lines, line);
        CHECK(line.starts_with(std::string{"bind    "} + listens));
        CHECK(line.find("listens on tcp://127.0.0.1:") != std::string::npos);
    }
    CHECK(count_lines(result.out, "connect tcp://localhost:") == 1);
}

TEST_CASE("who stands on the way reads everything, and is not noticed")
{
    Process camera = publisher({"--name", "garden"});
    Process tap{{"wire_tap", "--bind", any_port, "--connect", camera.endpoint(),
                 "--show", "2"}};
    const Result receiver = run_to_end(
        {"image_subscriber", "--connect", tap.endpoint(), "--count", "5"});
    CHECK(receiver.status == 0);
    CHECK(summary_of(receiver.out).passed_over == 0);
    CHECK(tap.finish() == 0); // with the connection
    CHECK(count_lines(tap.out(), R"(Seen on the wire: {"msg":"garden")") == 2);
    CHECK(camera.stop() == 0);
}

TEST_CASE("the budget is what was measured, multiplied out")
{
    const Result result =
        run_to_end({"frame_budget", "--source", "pattern:100x100", "--cameras",
                    "200", "--fps", "10", "--link", "240"});
    CHECK(result.status == 0);
    // 30,000 bytes a frame: 240,000 bits
    const std::regex raw{R"(raw +30\.0 +0\.00 +0\.00 +1000 +480 +0\.0\n)"};
    CHECK_MESSAGE(std::regex_search(result.out, raw), result.out);
    CHECK(count_lines(result.out, "JPEG") == 3);
}

TEST_CASE("a source that makes no sense is a wrong command line")
{
    for (const std::string program : {"image_publisher", "image_feeder",
                                      "patient_sender", "frame_budget"}) {
        CAPTURE(program);
        const Result result =
            run_to_end({program, "--source", "/no/such/folder"});
        CHECK(result.status == 2);
        CHECK(result.err.starts_with(program + ": --source: "));
    }
}

TEST_CASE("a camera that waits for pictures on stdin stops on a signal")
{
    Process camera{{"image_publisher", "--bind", any_port, "--source", "-"}};
    camera.endpoint();
    CHECK(camera.stop() == 0);
}

TEST_CASE("every scenario that answers a question is there to be run")
{
    std::ifstream page{WORKBOOK_ROOT "/docs/image-streaming-questions.rst"};
    int count = 0;
    for (std::string line; std::getline(page, line);) {
        std::smatch found;
        const std::regex command{"   (run/[0-9a-z-]+) ([a-z-]+)"};
        if (!std::regex_match(line, found, command))
            continue;
        CAPTURE(line);
        const std::string launcher = WORKBOOK_ROOT "/" + found[1].str();
        const Result list = run_to_end({launcher, "--list"});
        CHECK(list.status == 0);
        CHECK(("\n" + list.out).find("\n" + found[2].str() + " ") !=
              std::string::npos);
        ++count;
    }
    CHECK(count >= 10);
}
