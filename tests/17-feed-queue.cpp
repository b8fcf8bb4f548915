#include "common/connection_watch.hpp"
#include "common/feed_queue.hpp"
#include "common/shared_memory.hpp"
#include "support/device.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <zmq_addon.hpp>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <future>
#include <map>
#include <numeric>
#include <regex>

using namespace std::chrono_literals;
using zmq::socket_type;
namespace fs = std::filesystem;

namespace {

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr bool with_sanitizer = true; // which needs much memory itself
#else
constexpr bool with_sanitizer = false;
#endif

constexpr auto anywhere = "tcp://127.0.0.1:*";
constexpr std::size_t megabyte = 1'000'000;

// The numbers of the objects that a consumer says it got, in their order.
std::vector<int> objects_of(const std::string& output)
{
    const std::regex line{"Object ([0-9]+), "};
    std::vector<int> numbers;
    for (std::sregex_iterator found{output.begin(), output.end(), line}, end;
         found != end; ++found)
        numbers.push_back(std::stoi((*found)[1]));
    return numbers;
}

std::vector<int> one_to(int count)
{
    std::vector<int> numbers(static_cast<std::size_t>(count));
    std::iota(numbers.begin(), numbers.end(), 1);
    return numbers;
}

Process producer_of(int count, const std::vector<std::string>& more = {},
                    const std::string& megabytes = "1")
{
    std::vector<std::string> command{"big_producer",
                                     "--bind",
                                     anywhere,
                                     "--size",
                                     megabytes,
                                     "--count",
                                     std::to_string(count)};
    command.insert(command.end(), more.begin(), more.end());
    return Process{command};
}

// One that works on each object for so many milliseconds.
Process consumer_of(const std::string& endpoint,
                    const std::vector<std::string>& more = {},
                    const std::string& compute = "0")
{
    std::vector<std::string> command{"big_consumer", "--connect", endpoint,
                                     "--compute", compute};
    command.insert(command.end(), more.begin(), more.end());
    return Process{command};
}

constexpr auto a_minute = "60000";

// A field of /proc/PID/status in kB.
long status_of(const Process& process, const std::string& field)
{
    std::ifstream file{fmt::format("/proc/{}/status", process.pid())};
    for (std::string line; std::getline(file, line);)
        if (line.starts_with(field + ":"))
            return std::stol(line.substr(field.size() + 1));
    return -1;
}

// How many different pieces of shared memory a process has mapped.
std::size_t segments_of(const Process& process)
{
    std::ifstream file{fmt::format("/proc/{}/maps", process.pid())};
    int count = 0;
    for (std::string line; std::getline(file, line);)
        count += line.find("/memfd:workbook") != std::string::npos;
    return static_cast<std::size_t>(count);
}

// A consumer or producer made of a bare socket, to say what none would.
struct Liar
{
    explicit Liar(socket_type type) : socket{context, type}
    {
        socket.set(zmq::sockopt::linger, 1000);
        socket.set(zmq::sockopt::rcvtimeo, 20'000);
    }

    void say(const std::vector<std::string>& frames)
    {
        zmq::multipart_t message;
        for (const std::string& frame : frames)
            message.addstr(frame);
        (void)message.send(socket);
    }

    // The next message that is no ping.
    std::vector<std::string> hear()
    {
        zmq::multipart_t message;
        do {
            REQUIRE(message.recv(socket));
        } while (message.peek(0)->to_string_view() == "ping");
        std::vector<std::string> frames;
        while (!message.empty())
            frames.push_back(message.popstr());
        return frames;
    }

    zmq::context_t context;
    zmq::socket_t socket;
};

// Until a consumer has hung up on a ROUTER with router_mandatory.
void wait_until_gone(Liar& producer, const std::string& who)
{
    await([&] {
        try {
            producer.say({who, "ping", ""});
            return false;
        } catch (const zmq::error_t& error) {
            return error.num() == EHOSTUNREACH;
        }
    });
}

std::vector<std::uint64_t> numbers_in(const std::string& text)
{
    std::istringstream words{text};
    return {std::istream_iterator<std::uint64_t>{words}, {}};
}

// Why map_segment() refuses a handle; empty when it does not.
std::string refusal(const SegmentHandle& handle,
                    std::uint64_t longest = 1 << 20)
{
    try {
        (void)map_segment(handle, longest);
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return {};
}

SegmentHandle own(int fd, std::uint64_t size)
{
    return {static_cast<std::uint64_t>(getpid()),
            static_cast<std::uint64_t>(fd), size};
}

// Closed at the end of the scope.
struct File
{
    explicit File(int number) : fd{number} { REQUIRE(fd >= 0); }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    ~File() { close(fd); }
    int fd;
};

} // namespace

TEST_CASE("every object comes once, in order, and the stream has an end")
{
    for (const std::string& endpoint :
         {std::string{anywhere},
          fmt::format("ipc://@workbook-feed-{}", getpid())})
        for (const std::string ahead : {"0", "1", "5"})
            for (const bool in_place : {false, true}) {
                CAPTURE(ahead);
                CAPTURE(in_place);
                Process producer{{"big_producer", "--bind", endpoint, "--size",
                                  "3", "--count", "12"}};
                std::vector<std::string> more{"--ahead", ahead};
                if (in_place)
                    more.emplace_back("--shared-memory");
                Process consumer = consumer_of(producer.endpoint(), more);
                CHECK(consumer.finish() == 0);
                CHECK(producer.finish() == 0);
                CHECK(objects_of(consumer.out()) == one_to(12));
                CHECK(count_lines(consumer.out(),
                                  "End of the stream after 12 objects") == 1);
                CHECK(consumer.err().empty());
                CHECK(producer.err().empty());
            }
}

TEST_CASE("every byte of an object comes, whatever its size")
{
    const std::vector<std::size_t> sizes{
        1, 4095, megabyte - 1, megabyte, megabyte + 1, 5 * megabyte / 2, 7};
    for (const bool in_place : {false, true}) {
        zmq::context_t context;
        FeedProducer producer{context, anywhere, {.longest = 3 * megabyte}};
        auto all_put = std::async(std::launch::async, [&] {
            for (const std::size_t size : sizes) {
                const auto place = producer.place();
                for (std::size_t n = 0; n < size; ++n)
                    place[n] = static_cast<std::byte>(n * 7 + n / 1000 + size);
                producer.put(size);
            }
            producer.end();
        });
        FeedConsumer consumer{
            context, producer.endpoint(), {.shared_memory = in_place}};
        for (const std::size_t size : sizes) {
            const auto object = consumer.get();
            REQUIRE(object);
            REQUIRE(object->bytes().size() == size);
            std::size_t wrong = 0;
            for (std::size_t n = 0; n < size; ++n)
                wrong += object->bytes()[n] !=
                         static_cast<std::byte>(n * 7 + n / 1000 + size);
            CHECK(wrong == 0);
        }
        CHECK(!consumer.get());
        CHECK(!consumer.get()); // and it stays at the end
        all_put.get();
    }
}

TEST_CASE("a consumer that joins as the stream ends is told of the end")
{
    zmq::context_t context;
    std::optional<FeedProducer> producer{std::in_place, context, anywhere,
                                         FeedProducer::Plan{.longest = 10}};
    Liar late{socket_type::dealer};
    ConnectionWatch connection{late.socket};
    late.socket.connect(producer->endpoint());
    connection.wait_for_peer();
    auto ended = std::async(std::launch::async, [&] {
        producer->end();
        producer.reset();
    });
    // It is connected, and has not asked yet: the producer waits for that.
    CHECK(ended.wait_for(100ms) == std::future_status::timeout);
    late.say({"want", "copy"});
    CHECK(late.hear() == std::vector<std::string>{"end", "0"});
    late.say({"bye"});
    ended.get();
}

TEST_CASE("one that is connected and says nothing does not hold up the end")
{
    zmq::context_t context;
    FeedProducer producer{context, anywhere, {.longest = 10}};
    Liar silent{socket_type::dealer};
    ConnectionWatch connection{silent.socket};
    silent.socket.connect(producer.endpoint());
    connection.wait_for_peer();
    producer.end();
}

TEST_CASE("two consumers share the objects, each of them for one")
{
    for (const std::string how : {"--ahead=1", "--shared-memory"}) {
        Process producer = producer_of(60);
        const std::string endpoint = producer.endpoint();
        Process anna = consumer_of(endpoint, {how});
        Process bert = consumer_of(endpoint, {how}, "1");
        CHECK(producer.finish() == 0);
        for (Process* consumer : {&anna, &bert})
            if (objects_of(consumer->out()).empty())
                consumer->stop(); // it came when all was over
            else
                CHECK(consumer->finish() == 0);
        std::vector<int> all = objects_of(anna.out() + bert.out());
        std::ranges::sort(all);
        CHECK(all == one_to(60));
    }
}

TEST_CASE("the next object is asked for before the first one is taken")
{
    Liar producer{socket_type::router};
    producer.socket.bind(anywhere);
    const std::string endpoint =
        producer.socket.get(zmq::sockopt::last_endpoint);
    zmq::context_t context;
    FeedConsumer consumer{context, endpoint, {}};
    const auto first = producer.hear();
    REQUIRE(first.size() == 3);
    CHECK(first[1] == "want");
    CHECK(first[2] == "copy");
    CHECK(producer.hear()[1] == "want");

    // Both come while the program has not even called get().
    for (const std::string number : {"1", "2"})
        producer.say({first[0], "part", number + " 0 3", "abc"});
    {
        const auto one = consumer.get();
        CHECK(one->number() == 1);
    }
    CHECK(producer.hear() == std::vector<std::string>{first[0], "done", "1"});
    CHECK(producer.hear()[1] == "want"); // the next, while we have the second
    CHECK(consumer.get()->number() == 2);
}

TEST_CASE("a consumer holds no more than it says")
{
    Process producer = producer_of(5);
    const std::string endpoint = producer.endpoint();
    zmq::context_t context;
    FeedConsumer consumer{context, endpoint, {}};
    const auto one = consumer.get();
    const auto two = consumer.get();
    CHECK(two->number() == 2);
    CHECK_THROWS_AS(consumer.get(), std::logic_error);
    for (const int ahead : {-2, 17})
        CHECK_THROWS_AS((FeedConsumer{context, endpoint, {.ahead = ahead}}),
                        std::logic_error);
}

TEST_CASE("a place is written to and put, and then the next")
{
    zmq::context_t context;
    FeedProducer producer{context, anywhere, {.longest = 10}};
    CHECK_THROWS_AS(producer.put(1), std::logic_error);
    CHECK(producer.place().size() == 10);
    CHECK_THROWS_AS(producer.place(), std::logic_error);
    CHECK_THROWS_AS(producer.put(0), std::logic_error);
    CHECK_THROWS_AS(producer.put(11), std::logic_error);
    CHECK_THROWS_AS((FeedProducer{context, anywhere, {}}), std::logic_error);
}

TEST_CASE("what a killed consumer had goes to another one")
{
    for (const std::string how : {"--ahead=1", "--shared-memory"}) {
        Process producer = producer_of(20);
        const std::string endpoint = producer.endpoint();
        Process anna = consumer_of(endpoint, {how}, a_minute);
        anna.wait_for("Object 1,");
        crash(anna);
        producer.wait_for("A consumer is gone: ");
        Process bert = consumer_of(endpoint, {how});
        CHECK(bert.finish() == 0);
        CHECK(objects_of(bert.out()) == one_to(20));
        CHECK(producer.finish() == 0);
    }
}

TEST_CASE("a consumer that leaves gives back what it did not work on")
{
    Process producer = producer_of(20);
    const std::string endpoint = producer.endpoint();
    Process anna = consumer_of(endpoint, {"--count", "3", "--shared-memory"});
    CHECK(anna.finish() == 0);
    Process bert = consumer_of(endpoint, {"--shared-memory"});
    CHECK(bert.finish() == 0);
    std::vector<int> all = objects_of(anna.out());
    CHECK(all == one_to(3));
    for (const int number : objects_of(bert.out()))
        all.push_back(number);
    CHECK(all == one_to(20));
    CHECK(producer.finish() == 0);
}

TEST_CASE("a frozen consumer is given up, and what it has stays as it was")
{
    Process producer = producer_of(40, {"--patience", "300"}, "2");
    const std::string endpoint = producer.endpoint();
    Process anna = consumer_of(endpoint, {"--shared-memory"}, a_minute);
    anna.wait_for("Object 1,");
    anna.signal(SIGSTOP);
    producer.wait_for("A consumer is gone: ");
    Process bert = consumer_of(endpoint, {"--shared-memory"});
    CHECK(bert.finish() == 0);
    CHECK(objects_of(bert.out()) == one_to(40));
    CHECK(producer.finish() == 0);
    anna.signal(SIGCONT);
    CHECK(anna.stop() == 0);
}

TEST_CASE("memory of a consumer that vanished is not written to again")
{
    zmq::context_t context;
    FeedProducer producer{context, anywhere, {.longest = 8192, .places = 2}};
    auto all_put = std::async(std::launch::async, [&] {
        for (int n = 1; n <= 20; ++n) {
            std::ranges::fill(producer.place(), static_cast<std::byte>(n));
            producer.put(8192);
        }
        producer.end();
    });
    Mapping kept;
    {
        Liar consumer{socket_type::dealer};
        consumer.socket.connect(producer.endpoint());
        consumer.say({"want", "map"});
        const auto answer = consumer.hear();
        REQUIRE(answer[0] == "map");
        const auto numbers = numbers_in(answer[1]);
        REQUIRE(numbers.size() == 7);
        kept = map_segment({numbers[2], numbers[3], numbers[6]}, 1 << 20);
    } // and is gone without a word
    await([&] { return producer.lost_consumers() == 1; });
    FeedConsumer consumer{
        context, producer.endpoint(), {.shared_memory = true}};
    for (int n = 1; n <= 20; ++n) {
        const auto object = consumer.get();
        REQUIRE(object);
        CHECK(object->number() == static_cast<std::uint64_t>(n));
        CHECK(object->bytes()[0] == static_cast<std::byte>(n));
    }
    CHECK(!consumer.get());
    all_put.get();
    CHECK(producer.lost_consumers() == 1);
    CHECK(std::ranges::all_of(
        kept.bytes(), [](std::byte byte) { return byte == std::byte{1}; }));
}

TEST_CASE("segments are used again, and freed when consumers are killed")
{
    Process producer = producer_of(0);
    const std::string endpoint = producer.endpoint();
    for (int round = 0; round < 5; ++round) {
        Process busy = consumer_of(endpoint, {"--shared-memory"});
        for (int n = 0; n < 10; ++n)
            busy.wait_for("Object");
        CHECK(segments_of(busy) <= 3);
        CHECK(busy.stop() == 0);
        Process doomed = consumer_of(endpoint, {"--shared-memory"}, a_minute);
        doomed.wait_for("Object"); // and has it
        crash(doomed);
        producer.wait_for("A consumer is gone: ");
        CHECK(segments_of(producer) <= 3);
    }
    crash(producer);
    for (const auto& entry : fs::directory_iterator{"/dev/shm"})
        CHECK(entry.path().filename().string().find("workbook") ==
              std::string::npos);
}

TEST_CASE("a consumer whose producer is killed says so and fails")
{
    for (const std::string how : {"--ahead=1", "--shared-memory"}) {
        Process producer = producer_of(0);
        Process consumer = consumer_of(producer.endpoint(), {how});
        consumer.wait_for("Object 5,");
        crash(producer);
        CHECK(consumer.finish() == 1);
        CHECK(count_lines(consumer.err(), "the producer is gone before the end "
                                          "of its stream") == 1);
    }
}

TEST_CASE("what was fetched is still had when the producer is killed")
{
    Process producer = producer_of(0);
    zmq::context_t context;
    FeedConsumer consumer{
        context, producer.endpoint(), {.shared_memory = true, .ahead = 2}};
    const auto one = consumer.get();
    const auto two = consumer.get();
    crash(producer);
    CHECK(two->number() == 2);
    CHECK(two->bytes().front() == std::byte{2});
    CHECK(two->bytes().back() == std::byte{2});
}

TEST_CASE("a producer that is silent is given up")
{
    Process producer = producer_of(0);
    Process consumer = consumer_of(producer.endpoint(), {"--patience", "300"});
    consumer.wait_for("Object 3,");
    producer.signal(SIGSTOP);
    CHECK(consumer.finish() == 1);
    producer.signal(SIGCONT);
    CHECK(producer.stop() == 0);
}

TEST_CASE("both ends stop on a signal, whatever they wait for")
{
    Process producer = producer_of(0);
    const std::string endpoint = producer.endpoint();
    producer.wait_for("Put object 3"); // all places are full: it waits
    Process consumer = consumer_of(endpoint, {}, a_minute);
    consumer.wait_for("Object 1,");
    CHECK(consumer.stop() == 0);
    CHECK(producer.stop() == 0);
    Process alone = consumer_of(own_endpoint());
    CHECK(alone.runs_for(100ms));
    CHECK(alone.stop() == 0);
}

TEST_CASE("memory is bounded, however many objects pass" *
          doctest::skip(with_sanitizer))
{
    for (const std::string how : {"--ahead=1", "--shared-memory"}) {
        Process producer = producer_of(0, {}, "10");
        Process consumer = consumer_of(producer.endpoint(), {how});
        consumer.wait_for("Object 60,"); // 600 MB have passed
        constexpr long spare = 20'000;   // kB: the programs themselves
        CHECK(status_of(producer, "VmHWM") < 30'000 + spare);
        const long most = how == "--ahead=1" ? 36'000 : 30'000;
        CHECK(status_of(consumer, "VmHWM") < most + spare);
        CHECK(status_of(consumer, "VmHWM") > 10'000); // it is measured
        CHECK(consumer.stop() == 0);
        CHECK(producer.stop() == 0);
    }
}

TEST_CASE("a producer lives through what consumers may say")
{
    Process producer = producer_of(20);
    const std::string endpoint = producer.endpoint();
    const std::vector<std::vector<std::string>> odd{
        {""},
        {"want"},
        {"want", "everything"},
        {"want", "map", "now"},
        {"done", "1"},
        {"done", "99999999999999999999999"},
        {"done", "-1"},
        {"done", ""},
        {"bye", "bye"},
        {"\x1b[31m", "\xff"},
        std::vector<std::string>(100, "want"),
        {"want", std::string(1000, 'x')}, // too long: its connection ends
    };
    for (int round = 0; round < 100; ++round) {
        Liar liar{socket_type::dealer};
        liar.socket.connect(endpoint);
        for (const auto& frames : odd)
            liar.say(frames);
    }
    {
        // One that takes objects and gives back what it does not have.
        Liar liar{socket_type::dealer};
        liar.socket.connect(endpoint);
        for (int n = 0; n < 200; ++n)
            liar.say({"want", "map"});
        for (int n = 0; n < 3; ++n)
            CHECK(liar.hear()[0] == "map");
        liar.say({"done", "4"});
        liar.say({"done", "1 "});
        producer.wait_for("Dropped, not for a feed queue: done");
    }
    Process consumer = consumer_of(endpoint);
    CHECK(consumer.finish() == 0);
    CHECK(objects_of(consumer.out()) == one_to(20));
    CHECK(producer.finish() == 0);
    CHECK(producer.err().find('\x1b') == std::string::npos);
}

TEST_CASE("a consumer refuses a producer that makes no sense")
{
    const int self = getpid();
    const File input{open("/dev/zero", O_RDONLY | O_CLOEXEC)};
    const std::string numbers = fmt::format("{} {}", self, input.fd);
    const std::map<std::vector<std::string>, std::string> odd{
        {{"what"}, "of no known kind"},
        {{"part", "1 0 3"}, "of no known kind"},
        {{"part", "x", "abc"}, "without its three numbers"},
        {{"part", "1 0", "abc"}, "without its three numbers"},
        {{"part", "1 0 3 ", "abc"}, "without its three numbers"},
        {{"part", "1 1 3", "abc"}, "that does not follow"},
        {{"part", "1 0 3", "abcd"}, "that does not follow"},
        {{"part", "1 0 3", ""}, "that does not follow"},
        {{"part", "1 0 0", "abc"}, "of a size out of bounds"},
        {{"part", "1 0 99999999999999", "abc"}, "of a size out of bounds"},
        {{"map", "1 3 4 5 6 7 8"}, "that does not follow"}, // not asked for
        {{"end", "many"}, "of no known kind"},
    };
    for (const auto& [frames, complaint] : odd) {
        CAPTURE(frames);
        Liar producer{socket_type::router};
        producer.socket.bind(anywhere);
        Process consumer =
            consumer_of(producer.socket.get(zmq::sockopt::last_endpoint));
        std::vector<std::string> answer{producer.hear()[0]};
        answer.insert(answer.end(), frames.begin(), frames.end());
        producer.say(answer);
        CHECK(consumer.finish() == 1);
        CHECK(consumer.err().find(complaint) != std::string::npos);
    }
}

TEST_CASE("a part that comes when all of its object is there is refused")
{
    for (const std::string late : {"1 3 0", "1 3 3", "1 3 4", "1 0 0"}) {
        Liar producer{socket_type::router};
        producer.socket.bind(anywhere);
        zmq::context_t context;
        FeedConsumer consumer{
            context, producer.socket.get(zmq::sockopt::last_endpoint), {}};
        const std::string who = producer.hear()[0];
        producer.say({who, "part", "1 0 3", "abc"});
        producer.say({who, "part", late, std::string(megabyte, 'x')});
        const auto object = consumer.get();
        CHECK_THROWS_AS(consumer.get(), std::runtime_error);
        CHECK(object->bytes()[0] == std::byte{'a'});
    }
}

TEST_CASE("a consumer refuses hostile handles")
{
    const int self = getpid();
    const File zero{open("/dev/zero", O_RDONLY | O_CLOEXEC)};
    const std::map<std::string, std::string> odd{
        {"1 3 1 2 3", "does not follow"},
        {"1 9 1 1 0 1 3", "out of bounds"},                    // 9 of 3 bytes
        {"1 3 1 1 64 1 3", "out of bounds"},                   // place
        {"1 3 1 1 18446744073709551615 1 3", "out of bounds"}, // place
        {"1 3 999999999 1 0 1 3", "not to be had"},            // process
        {fmt::format("1 3 {} 9999 0 1 3", self), "not to be had"},
        {fmt::format("1 3 {} {} 0 1 3", self, zero.fd), "not memory to share"},
        {"1 3 ../../etc/passwd 1 0 1 3", "does not follow"},
    };
    for (const auto& [numbers, complaint] : odd) {
        CAPTURE(numbers);
        Liar producer{socket_type::router};
        producer.socket.bind(anywhere);
        Process consumer =
            consumer_of(producer.socket.get(zmq::sockopt::last_endpoint),
                        {"--shared-memory"});
        producer.say({producer.hear()[0], "map", numbers});
        CHECK(consumer.finish() == 1);
        CHECK(consumer.err().find(complaint) != std::string::npos);
    }
}

TEST_CASE("memory that is gone before its producer hung up is its end as well")
{
    Process consumer = [] {
        Liar producer{socket_type::router};
        producer.socket.bind(anywhere);
        Process its =
            consumer_of(producer.socket.get(zmq::sockopt::last_endpoint),
                        {"--shared-memory"});
        producer.say({producer.hear()[0], "map", "1 3 999999999 1 0 1 3"});
        return its;
    }();
    CHECK(consumer.finish() == 1);
    CHECK(count_lines(consumer.err(), "the producer is gone before the end of "
                                      "its stream") == 1);
}

TEST_CASE("a consumer takes no more objects than it asked for")
{
    Liar producer{socket_type::router};
    producer.socket.set(zmq::sockopt::router_mandatory, true);
    producer.socket.bind(anywhere);
    zmq::context_t context;
    FeedConsumer consumer{
        context, producer.socket.get(zmq::sockopt::last_endpoint), {}};
    const std::string who = producer.hear()[0];
    for (const std::string number : {"1", "2", "3"})
        producer.say({who, "part", number + " 0 3", "abc"});
    wait_until_gone(producer, who);
    CHECK(consumer.get()->number() == 1);
    CHECK(consumer.get()->number() == 2);
    CHECK_THROWS_WITH(consumer.get(), "the producer sent a message that nobody "
                                      "asked for: 3 0 3");
}

TEST_CASE("a consumer that fetches nothing ahead takes nothing ahead")
{
    Liar producer{socket_type::router};
    producer.socket.set(zmq::sockopt::router_mandatory, true);
    producer.socket.bind(anywhere);
    zmq::context_t context;
    FeedConsumer consumer{context,
                          producer.socket.get(zmq::sockopt::last_endpoint),
                          {.ahead = 0}};
    std::string who;
    auto sent = std::async(std::launch::async, [&] {
        who = producer.hear()[0];
        producer.say({who, "part", "1 0 3", "abc"});
    });
    CHECK(consumer.get()->number() == 1); // and given back
    sent.get();
    CHECK(producer.hear()[1] == "done");
    producer.say({who, "part", "2 0 3", "abc"});
    wait_until_gone(producer, who);
    CHECK_THROWS_WITH(consumer.get(), "the producer sent a message that nobody "
                                      "asked for: 2 0 3");
}

TEST_CASE("an object stays readable, whatever its producer says of its place")
{
    Liar producer{socket_type::router};
    producer.socket.bind(anywhere);
    zmq::context_t context;
    FeedConsumer consumer{context,
                          producer.socket.get(zmq::sockopt::last_endpoint),
                          {.shared_memory = true}};
    const std::string who = producer.hear()[0];
    const SharedSegment first{5000}, second{5000};
    first.bytes()[0] = std::byte{1};
    const auto lend = [&](int number, const SharedSegment& segment) {
        const SegmentHandle handle = segment.handle();
        producer.say({who, "map",
                      fmt::format("{} 5000 {} {} 0 {} 5000", number, handle.pid,
                                  handle.fd, number)});
    };
    lend(1, first);
    const auto one = consumer.get();
    lend(2, second); // at the same place
    const auto two = consumer.get();
    CHECK(one->bytes()[0] == std::byte{1});
    CHECK(two->bytes()[0] == std::byte{0});
}

TEST_CASE("only memory that cannot shrink is mapped, and only of its size")
{
    const SharedSegment good{10'000};
    std::ranges::fill(good.bytes(), std::byte{7});
    CHECK(map_segment(good.handle(), 10'000).bytes()[9'999] == std::byte{7});

    const auto [pid, fd, size] = good.handle();
    CHECK(refusal({pid, fd, size + 1}).find("another size") !=
          std::string::npos);
    CHECK(refusal({pid, fd, 0}).find("out of bounds") != std::string::npos);
    CHECK(refusal({pid, fd, size}, 9'999).find("out of bounds") !=
          std::string::npos);
    CHECK(refusal({pid, fd, ~std::uint64_t{0}}, ~std::uint64_t{0})
              .find("another size") != std::string::npos);
    CHECK(refusal({0, fd, size}).find("not to be had") != std::string::npos);

    const File plain{open("/etc/passwd", O_RDONLY | O_CLOEXEC)};
    CHECK(refusal(own(plain.fd, fs::file_size("/etc/passwd")))
              .find("not memory to share") != std::string::npos);
    const File folder{open("/dev/shm", O_RDONLY | O_CLOEXEC | O_DIRECTORY)};
    CHECK(refusal(own(folder.fd, 40)).find("not memory to share") !=
          std::string::npos);
    std::array<int, 2> pipe_ends{};
    REQUIRE(pipe2(pipe_ends.data(), O_CLOEXEC) == 0);
    const File reading{pipe_ends[0]}, writing{pipe_ends[1]};
    CHECK(refusal(own(reading.fd, 40)).find("not memory to share") !=
          std::string::npos);
    const File open_memory{memfd_create("workbook", MFD_CLOEXEC)};
    REQUIRE(ftruncate(open_memory.fd, 100) == 0);
    CHECK(refusal(own(open_memory.fd, 100)).find("could shrink") !=
          std::string::npos);
    const File nameless{open("/dev/shm", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600)};
    REQUIRE(ftruncate(nameless.fd, 100) == 0);
    CHECK(refusal(own(nameless.fd, 100)).find("could shrink") !=
          std::string::npos);
}

TEST_CASE("nobody but its maker can write to a segment or make it smaller")
{
    const SharedSegment segment{8192};
    const auto [pid, number, size] = segment.handle();
    const File file{open(fmt::format("/proc/{}/fd/{}", pid, number).c_str(),
                         O_RDWR | O_CLOEXEC)};
    CHECK(ftruncate(file.fd, 0) != 0);
    CHECK(ftruncate(file.fd, 16384) != 0);
    CHECK(write(file.fd, "x", 1) != 1);
    CHECK(mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, file.fd, 0) ==
          MAP_FAILED);
    CHECK(fcntl(file.fd, F_ADD_SEALS, F_SEAL_WRITE) != 0);
    struct stat seen
    {
    };
    REQUIRE(fstat(file.fd, &seen) == 0);
    CHECK((seen.st_mode & 0777) == 0600);
    segment.bytes()[0] = std::byte{1}; // its maker can
}

TEST_CASE("a segment is not forgotten: no descriptor and no memory stays")
{
    const auto count = [] {
        return std::distance(fs::directory_iterator{"/proc/self/fd"}, {});
    };
    const auto before = count();
    for (int n = 0; n < 100; ++n) {
        const SharedSegment segment{4096};
        (void)map_segment(segment.handle(), 4096);
    }
    CHECK(count() == before);
    CHECK_THROWS_AS(SharedSegment{std::size_t{1} << 63}, std::system_error);
    CHECK(count() == before);
}

TEST_CASE("a plain consumer gets every object, asking late or ahead")
{
    for (const bool ahead : {false, true}) {
        Process producer{{"plain_producer", "--bind", anywhere, "--size", "2",
                          "--count", "7"}};
        std::vector<std::string> command{"plain_consumer", "--connect",
                                         producer.endpoint(), "--compute", "0"};
        if (ahead)
            command.emplace_back("--ask-ahead");
        const Result consumer = run_to_end(command);
        CHECK(consumer.status == 0);
        CHECK(objects_of(consumer.out) == one_to(7));
        CHECK(count_lines(consumer.out, "End of the stream after 7") == 1);
        CHECK(producer.finish() == 0);
    }
}

TEST_CASE("a plain consumer whose producer is killed waits for ever")
{
    Process producer{
        {"plain_producer", "--bind", anywhere, "--size", "1", "--count", "0"}};
    Process consumer{
        {"plain_consumer", "--connect", producer.endpoint(), "--compute", "0"}};
    consumer.wait_for("Object 1,");
    crash(producer);
    CHECK(consumer.runs_for(1s));
    CHECK(consumer.stop() == 0);
}

TEST_CASE("a plain producer drops what is no request")
{
    Process producer{
        {"plain_producer", "--bind", anywhere, "--size", "1", "--count", "1"}};
    Liar liar{socket_type::dealer};
    liar.socket.connect(producer.endpoint());
    liar.say({"gimme\x1b"});
    producer.wait_for("Dropped, not a request: gimme\\x1b");
    liar.say({"next", "next"});
    producer.wait_for("Dropped");
    liar.say({"next"});
    CHECK(liar.hear()[0].size() == megabyte);
    liar.say({"next"});
    CHECK(liar.hear()[0].empty());
    CHECK(producer.finish() == 0);
}

TEST_CASE("run/bench feed has a table, values with commas and a plot")
{
    const fs::path plot = fs::temp_directory_path() /
                          fmt::format("workbook-feed-{}.svg", getpid());
    std::vector<std::string> command{"bench_feed", "--rounds",  "1",
                                     "--size",     "2",         "--count",
                                     "3",          "--compute", "5"};
    const Result csv = [&] {
        auto more = command;
        more.insert(more.end(), {"--csv", "--plot", plot.string()});
        return run_to_end(more);
    }();
    CAPTURE(csv.err);
    CHECK(csv.status == 0);
    CHECK(csv.out.starts_with("way,first_ms,ratio,later_ms,each_ms,ratio\n"));
    CHECK(count_lines(csv.out, "feed queue by ipc,") == 1);
    std::ifstream file{plot};
    const std::string svg{std::istreambuf_iterator<char>{file}, {}};
    CHECK(svg.starts_with("<svg"));
    CHECK(svg.find("feed queue, shared memory") != std::string::npos);
    fs::remove(plot);

    if (has_python({"numpy"}))
        command.emplace_back("--python");
    const Result table = run_to_end(command);
    CHECK(table.status == 0);
    CHECK(count_lines(table.out, "feed queue, shared memory") == 1);
    command.insert(command.end(), {"--plot", "/no/such/folder/plot.svg"});
    const Result lost = run_to_end(command);
    CHECK(lost.status == 1);
    CHECK(lost.out.empty()); // nothing was measured in vain
    CHECK(lost.err.find("cannot be written") != std::string::npos);
}
