#include "common/numbers.hpp"
#include "support/helpers.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <zmq.hpp>

#include <csignal>
#include <map>
#include <sstream>

using namespace std::chrono_literals;

namespace {

const std::string any_port = "tcp://127.0.0.1:*";

// What a subscriber under test hears: an XPUB, so that the test can wait for
// the subscription, and never for time.
class TestPublisher
{
public:
    TestPublisher()
    {
        publisher.set(zmq::sockopt::linger, 0);
        publisher.set(zmq::sockopt::rcvtimeo, 20000);
        publisher.set(zmq::sockopt::xpub_nodrop, 1);
        publisher.set(zmq::sockopt::sndtimeo, 20000);
        publisher.bind(any_port);
    }

    std::string endpoint() const
    {
        return publisher.get(zmq::sockopt::last_endpoint);
    }

    // The next subscription, without the byte 1 at its start.
    std::string subscription()
    {
        zmq::message_t message;
        REQUIRE(publisher.recv(message));
        return message.to_string().substr(1);
    }

    void send(const std::string& text, bool more = false)
    {
        publisher.send(zmq::buffer(text),
                       more ? zmq::send_flags::sndmore : zmq::send_flags::none);
    }

private:
    zmq::context_t context;
    zmq::socket_t publisher{context, zmq::socket_type::xpub};
};

// A subscriber of the test's own: the next messages, one frame each.
std::vector<std::string> receive(const std::string& endpoint,
                                 const std::string& prefix, int count)
{
    zmq::context_t context;
    zmq::socket_t subscriber{context, zmq::socket_type::sub};
    subscriber.set(zmq::sockopt::rcvtimeo, 20000);
    subscriber.set(zmq::sockopt::subscribe, prefix);
    subscriber.connect(endpoint);
    std::vector<std::string> messages;
    zmq::message_t message;
    for (int n = 0; n < count; ++n) {
        REQUIRE(subscriber.recv(message));
        CHECK_FALSE(message.more());
        messages.push_back(message.to_string());
    }
    return messages;
}

// The number after that word, in the line that has it.
int number_after(const std::string& output, const std::string& word)
{
    const std::size_t found = output.find(word);
    REQUIRE_MESSAGE(found != std::string::npos, word, " in ", output);
    return std::stoi(output.substr(found + word.size()));
}

Process start_subscriber(const std::vector<std::string>& command,
                         const TestPublisher& publisher)
{
    std::vector<std::string> words = command;
    words.insert(words.end(), {"--connect", publisher.endpoint()});
    return Process{words};
}

// What a peer may send instead of "10001 VALUE…".
void send_nonsense(TestPublisher& publisher)
{
    publisher.send("10001 ");
    publisher.send("10001 many");
    publisher.send("10001 99999999999999999999");
    publisher.send("10001 1000");
    publisher.send("10001 -1000");
    publisher.send("10001 5 6 7 8");
    publisher.send("10001 5 ");
    publisher.send("10001  5");
    publisher.send("10001 1.5");
    publisher.send("10001 0x5");
    publisher.send("10001 \x1b[2J\xff" + std::string(1, '\0'));
    publisher.send("10001 " + std::string(100000, '7'));
    publisher.send("10001 5", true);
    publisher.send("a second frame");
}
constexpr int nonsense = 13;

void check_printable(const std::string& output)
{
    for (const char byte : output)
        CHECK_MESSAGE((byte == '\n' || byte >= ' ' || byte < 0),
                      "a control character reaches the terminal");
}

const std::string root = WORKBOOK_ROOT;
const std::string bin = WORKBOOK_BIN;
const std::string python_client =
    root + "/chapters/04-publish-subscribe/sub_client.py";

} // namespace

TEST_CASE("numbers() takes whole numbers between single spaces, or nothing")
{
    using Numbers = std::vector<int>;
    CHECK(numbers("10001 -57") == Numbers{10001, -57});
    CHECK(numbers("00501") == Numbers{501});
    CHECK(numbers("2147483647") == Numbers{2147483647});
    for (const std::string_view text :
         {"", " ", "1 ", " 1", "1  2", "1,2", "1.5", "+1", "-", "2147483648",
          "0x1", "one", "1 two", "1\n"})
        CHECK_MESSAGE(numbers(text).empty(), text);
    CHECK(numbers(std::string_view{"1\0", 2}).empty());
}

TEST_CASE("pub_server publishes TOPIC VALUE on six topics")
{
    Process publisher{{"pub_server", "--bind", any_port, "--interval", "0"}};
    std::map<int, int> topics;
    for (const std::string& text : receive(publisher.endpoint(), "", 500)) {
        const auto words = numbers(text);
        REQUIRE(words.size() == 2);
        ++topics[words[0]];
        CHECK(words[1] >= -80);
        CHECK(words[1] <= 134);
    }
    CHECK(topics.size() == 6);
    CHECK(topics.begin()->first == 9999);
    CHECK(topics.rbegin()->first == 10004);
    CHECK(publisher.stop() == 0);
}

TEST_CASE("sub_client takes some values of its topic and says their mean")
{
    Process publisher{{"pub_server", "--bind", any_port, "--interval", "0"}};
    const Result client = run_to_end(
        {"sub_client", "--connect", publisher.endpoint(), "--count", "7"});
    CHECK(client.status == 0);
    double sum = 0;
    std::istringstream lines{client.out};
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with("Received"))
            sum += number_after(line, ": 10001 ");
    CHECK(count_lines(client.out, ": 10001 ") == 7);
    CHECK(count_lines(
              client.out,
              fmt::format("Mean of 7 values for 10001: {:.1f}", sum / 7)) == 1);
}

TEST_CASE("the mean is the sum by the number of values")
{
    TestPublisher publisher;
    Process client = start_subscriber({"sub_client"}, publisher);
    CHECK(publisher.subscription() == "10001 ");
    for (const std::string value : {"-80", "134", "0", "1", "3"})
        publisher.send("10001 " + value);
    CHECK(client.finish() == 0);
    CHECK(count_lines(client.out(), "Mean of 5 values for 10001: 11.6") == 1);
}

TEST_CASE("sub_client counts, reports and drops what is no TOPIC VALUE")
{
    TestPublisher publisher;
    Process client =
        start_subscriber({"sub_client", "--count", "2"}, publisher);
    publisher.subscription();
    publisher.send("10001 7");
    send_nonsense(publisher);
    publisher.send("10001 8");
    CHECK(client.finish() == 0);
    CHECK(count_lines(client.err(), "Dropped") == nonsense);
    CHECK(count_lines(client.err(), fmt::format("Dropped {},", nonsense)) == 1);
    CHECK(count_lines(client.out(), "Mean of 2 values for 10001: 7.5") == 1);
    check_printable(client.out() + client.err());
}

TEST_CASE("a subscriber finds a publisher that comes back, and subscribes")
{
    const std::string endpoint = own_endpoint();
    Process publisher{{"pub_server", "--bind", endpoint}};
    publisher.endpoint();
    Process client{{"sub_client", "--connect", endpoint, "--count", "100"}};
    client.wait_for("Received 1:");
    crash(publisher);
    const int before = count_lines(client.out(), "Received");
    REQUIRE(before < 100);
    publisher = Process{{"pub_server", "--bind", endpoint, "--interval", "1"}};
    CHECK(client.finish() == 0);
    CHECK(count_lines(client.out(), "Received") == 100);
}

TEST_CASE("a weather station tells of each of its places in turn")
{
    Process station{{"weather_publisher", "--bind", any_port, "--first-zip",
                     "00501", "--last-zip", "00503", "--interval", "0"}};
    const auto updates = receive(station.endpoint(), "", 31);
    for (std::size_t n = 1; n < updates.size(); ++n) {
        const auto words = numbers(updates[n]);
        REQUIRE(words.size() == 3);
        CHECK(updates[n].starts_with("0050"));
        const int before = numbers(updates[n - 1])[0];
        CHECK(words[0] == (before == 503 ? 501 : before + 1));
        CHECK(words[2] >= 0);
        CHECK(words[2] <= 100);
    }
    CHECK(station.stop() == 0);
}

TEST_CASE("weather_subscriber says the means of its place, and of no other")
{
    TestPublisher station;
    Process subscriber =
        start_subscriber({"weather_subscriber", "--count", "2"}, station);
    CHECK(station.subscription() == "10001 ");
    station.send("10001 -5 40");
    station.send("10002 30 60");
    station.send("100010 30 60");
    station.send("10001 6 41");
    CHECK(subscriber.finish() == 0);
    CHECK(subscriber.out() ==
          "subscribed to 10001\n"
          "10001: 2 updates, mean 0.5 °C, humidity 40.5 %\n");
}

TEST_CASE("weather_subscriber reports and drops what is no weather")
{
    TestPublisher station;
    Process subscriber =
        start_subscriber({"weather_subscriber", "--count", "1"}, station);
    station.subscription();
    send_nonsense(station);
    station.send("10001 5 6", true);
    station.send("a second frame");
    station.send("10001 20 101");
    station.send("10001 20 50");
    CHECK(subscriber.finish() == 0);
    CHECK(count_lines(subscriber.err(), "Dropped") == nonsense + 2);
    CHECK(count_lines(subscriber.out(), "mean 20.0 °C, humidity 50.0 %") == 1);
    check_printable(subscriber.out() + subscriber.err());
}

TEST_CASE("weather_subscriber refuses what is no zip code")
{
    for (const std::string zip : {"1000", "100011", "1000a", ""}) {
        const Result refusal = run_to_end({"weather_subscriber", "--zip", zip});
        CHECK(refusal.status == 2);
        CHECK(refusal.err.find("five digits") != std::string::npos);
    }
}

TEST_CASE("one subscriber follows two publishers")
{
    Process one{{"weather_publisher", "--bind", any_port}};
    Process two{{"weather_publisher", "--bind", any_port, "--first-zip",
                 "94101", "--last-zip", "94110"}};
    const Result subscriber = run_to_end(
        {"weather_subscriber", "--connect", one.endpoint(), "--connect",
         two.endpoint(), "--zip", "10001", "--zip", "94103", "--count", "5"});
    CHECK(subscriber.status == 0);
    CHECK(number_after(subscriber.out, "10001: ") >= 5);
    CHECK(number_after(subscriber.out, "94103: ") >= 5);
}

TEST_CASE("what waits from two publishers is taken in turn")
{
    const Result program = run_to_end({"fair_queue"});
    CHECK(program.status == 0);
    CHECK(program.out == "talkative has sent 6\n"
                         "quiet has sent 3\n"
                         "received: talkative 1\n"
                         "received: quiet 1\n"
                         "received: talkative 2\n"
                         "received: quiet 2\n"
                         "received: talkative 3\n"
                         "received: quiet 3\n"
                         "received: talkative 4\n"
                         "received: talkative 5\n"
                         "received: talkative 6\n");
}

TEST_CASE("a PUB takes every message and keeps none when nobody listens")
{
    const Result program = run_to_end({"nobody_listens"});
    CHECK(program.status == 0);
    CHECK(program.out == "PUB, nobody there: 1000 of 1000 were taken\n"
                         "PUSH, nobody there: 0 of 1000 were taken\n"
                         "the first that a subscriber gets: 1001\n");
}

TEST_CASE("a subscriber that comes later misses what was sent before")
{
    Process publisher{{"eager_publisher", "--bind", any_port}};
    const std::string endpoint = publisher.endpoint();
    publisher.wait_for("Sent 1 to 100");
    const Result late = run_to_end(
        {"counting_subscriber", "--connect", endpoint, "--until", "300"});
    CHECK(late.status == 0);
    CHECK(number_after(late.out, "lost ") >= 100);
    CHECK(number_after(late.out, "Received ") +
              number_after(late.out, "lost ") ==
          300);
    CHECK(publisher.stop() == 0);
}

TEST_CASE("a subscriber that comes first can miss the first messages, too")
{
    // Once in a long while its retry falls between bind and the first send.
    int lost = 0;
    for (int attempt = 0; attempt < 5 && lost == 0; ++attempt) {
        const std::string endpoint = own_endpoint();
        Process early{{"counting_subscriber", "--connect", endpoint}};
        early.wait_for("subscribed to");
        const Process publisher{{"eager_publisher", "--bind", endpoint}};
        REQUIRE(early.finish() == 0);
        lost = number_after(early.out(), "lost ");
    }
    CHECK(lost > 0);
}

TEST_CASE("an XPUB that waits for its subscribers loses nothing")
{
    const std::string endpoint = own_endpoint();
    const std::vector<std::string> subscribe{"counting_subscriber", "--connect",
                                             endpoint, "--until", "5000"};
    Process early{subscribe};
    early.wait_for("subscribed to");
    Process publisher{{"waiting_publisher", "--bind", endpoint, "--subscribers",
                       "2", "--count", "5000"}};
    publisher.wait_for("Subscriber 1 of 2 is there");
    Process late{subscribe};
    for (Process* process : {&early, &late, &publisher})
        CHECK(process->finish() == 0);
    for (const Process* process : {&early, &late})
        CHECK(count_lines(process->out(), "Received 5000 of 5000, lost 0") ==
              1);
}

TEST_CASE("a start signal by REQ and REP loses nothing")
{
    Process publisher{{"synced_publisher", "--bind", any_port, "--bind-start",
                       any_port, "--subscribers", "2", "--count", "5000"}};
    const std::vector<std::string> subscribe{"counting_subscriber",
                                             "--connect",
                                             publisher.endpoint(),
                                             "--connect-start",
                                             publisher.endpoint(),
                                             "--ask",
                                             "--until",
                                             "5000"};
    Process one{subscribe};
    publisher.wait_for("Subscriber 1 of 2 is there");
    Process two{subscribe};
    for (Process* process : {&one, &two, &publisher})
        CHECK(process->finish() == 0);
    for (const Process* process : {&one, &two})
        CHECK(count_lines(process->out(), "Received 5000 of 5000, lost 0") ==
              1);
}

TEST_CASE("counting_subscriber drops what is no next number")
{
    TestPublisher publisher;
    Process subscriber =
        start_subscriber({"counting_subscriber", "--until", "5"}, publisher);
    publisher.subscription();
    publisher.send("2");
    for (const std::string bad : {"2", "1", "-3", "three", "3 3", "",
                                  "99999999999999999999", "\x1b[2J\xff"})
        publisher.send(bad);
    publisher.send("3", true);
    publisher.send("3");
    publisher.send("hello");
    publisher.send("4");
    publisher.send("7");
    CHECK(subscriber.finish() == 0);
    CHECK(count_lines(subscriber.err(), "Dropped") == 9);
    CHECK(count_lines(subscriber.out(), "The first number here is 2") == 1);
    CHECK(count_lines(subscriber.out(), "Received 2 of 5, lost 3") == 1);
    check_printable(subscriber.out() + subscriber.err());
}

TEST_CASE("a SUB without a subscription gets nothing")
{
    CHECK(run_to_end({"subscriptions"}).out == "0 of 4 messages\n");
    CHECK(count_lines(run_to_end({"subscriptions", "--subscribe", ""}).out,
                      "4 of 4 messages") == 1);
}

TEST_CASE("a subscription is a prefix, and a delimiter ends it")
{
    const Result trap = run_to_end({"subscriptions", "--subscribe", "1"});
    CHECK(trap.out == "subscribe to   \"1\"\n"
                      "received 1: 1 one\n"
                      "received 2: 10 ten\n"
                      "received 3: 100 hundred\n"
                      "3 of 4 messages\n");
    const Result cure = run_to_end({"subscriptions", "--subscribe", "1 "});
    CHECK(cure.out == "subscribe to   \"1 \"\n"
                      "received 1: 1 one\n"
                      "1 of 4 messages\n");
}

TEST_CASE("a subscription made twice must be cancelled twice")
{
    std::vector<std::string> command{"subscriptions",
                                     "--subscribe",
                                     "2",
                                     "--subscribe",
                                     "2",
                                     "--unsubscribe",
                                     "2"};
    CHECK(count_lines(run_to_end(command).out, "1 of 4 messages") == 1);
    command.insert(command.end(), {"--unsubscribe", "2"});
    CHECK(count_lines(run_to_end(command).out, "0 of 4 messages") == 1);
}

TEST_CASE("over tcp the publisher filters: the rest is not sent at all")
{
    const Result wanted = run_to_end({"filter_at_publisher"});
    CHECK(number_after(wanted.out, "messages ") == 1001);
    CHECK(number_after(wanted.out, "bytes ") > 1000 * 1000);
    const Result unwanted = run_to_end({"filter_at_publisher", "--topic", "B"});
    CHECK(number_after(unwanted.out, "messages ") == 1);
    CHECK(number_after(unwanted.out, "bytes ") > 0);
    CHECK(number_after(unwanted.out, "bytes ") < 1000);
}

TEST_CASE("at the high-water mark the newest messages are dropped")
{
    CHECK(run_to_end({"slow_subscriber"}).out ==
          "sent 1 to 30: 30 were taken\n"
          "received: 1 2 3 4 5 6 7 8 9 10\n"
          "sent 31 to 33: 3 were taken\n"
          "received: 31 32 33\n");
}

TEST_CASE("XPUB_NODROP refuses instead, and CONFLATE keeps only the newest")
{
    CHECK(run_to_end({"slow_subscriber", "--nodrop"}).out ==
          "sent 1 to 30: 10 were taken\n"
          "received: 1 2 3 4 5 6 7 8 9 10\n"
          "sent 31 to 33: 3 were taken\n"
          "received: 31 32 33\n");
    CHECK(run_to_end({"slow_subscriber", "--conflate"}).out ==
          "sent 1 to 30: 30 were taken\n"
          "received: 30\n"
          "sent 31 to 33: 3 were taken\n"
          "received: 33\n");
}

TEST_CASE("with XPUB_NODROP one slow subscriber slows down all")
{
    zmq::context_t context;
    zmq::socket_t publisher{context, zmq::socket_type::xpub};
    publisher.set(zmq::sockopt::sndhwm, 5);
    publisher.set(zmq::sockopt::xpub_nodrop, 1);
    publisher.set(zmq::sockopt::xpub_verbose, 1);
    publisher.bind("inproc://numbers");
    zmq::socket_t slow{context, zmq::socket_type::sub};
    zmq::socket_t quick{context, zmq::socket_type::sub};
    zmq::message_t message;
    for (zmq::socket_t* subscriber : {&slow, &quick}) {
        subscriber->set(zmq::sockopt::rcvhwm, 5);
        subscriber->set(zmq::sockopt::subscribe, "");
        subscriber->connect("inproc://numbers");
        REQUIRE(publisher.recv(message));
    }
    int taken = 0;
    for (int n = 0; n < 30; ++n) {
        if (publisher.send(zmq::buffer(std::to_string(n)),
                           zmq::send_flags::dontwait)) {
            ++taken;
            REQUIRE(quick.recv(message));
        }
        (void)publisher.get(zmq::sockopt::events); // notes that there is room
    }
    CHECK(taken == 10);
}

TEST_CASE("over tcp more than the marks fit between the two")
{
    zmq::context_t context;
    zmq::socket_t publisher{context, zmq::socket_type::xpub};
    publisher.set(zmq::sockopt::sndhwm, 5);
    publisher.set(zmq::sockopt::xpub_nodrop, 1);
    publisher.set(zmq::sockopt::sndtimeo, 20000);
    publisher.set(zmq::sockopt::linger, 0);
    publisher.bind(any_port);
    zmq::socket_t subscriber{context, zmq::socket_type::sub};
    subscriber.set(zmq::sockopt::rcvhwm, 5);
    subscriber.set(zmq::sockopt::subscribe, "");
    subscriber.connect(publisher.get(zmq::sockopt::last_endpoint));
    zmq::message_t subscription;
    REQUIRE(publisher.recv(subscription));
    for (int n = 0; n < 100; ++n)
        CHECK(publisher.send(zmq::buffer(std::to_string(n))));
}

TEST_CASE("a subscriber that binds is heard of once it looks for messages")
{
    CHECK(run_to_end({"who_binds"}).out ==
          "no subscription came within 500 ms\n"
          "it came when the subscriber looked for messages\n"
          "sent 101: received 101\n");
    CHECK(run_to_end({"who_binds", "--subscriber-connects"}).out ==
          "the subscription came by itself\n"
          "sent 1: received 1\n");
}

TEST_CASE("every publisher survives garbage and serves the next good peer")
{
    for (const std::string name :
         {"pub_server", "weather_publisher", "eager_publisher"}) {
        Process publisher{{name, "--bind", any_port, "--interval", "1"}};
        const std::string endpoint = publisher.endpoint();
        zmq::context_t context;
        zmq::socket_t attacker{context, zmq::socket_type::xsub};
        attacker.set(zmq::sockopt::linger, 0);
        attacker.set(zmq::sockopt::rcvtimeo, 20000);
        attacker.connect(endpoint);
        for (const std::string text : {"\1", "", "\2", "\xff", "\1\xff"})
            attacker.send(zmq::buffer(text));
        attacker.send(zmq::buffer(std::string(1 << 12, '\1')));
        zmq::message_t message;
        CHECK(attacker.recv(message));
        CHECK(receive(endpoint, "", 3).size() == 3);
        CHECK(publisher.stop() == 0);
    }
}

TEST_CASE("waiting publishers count only what asks, and stop while waiting")
{
    Process publisher{{"waiting_publisher", "--bind", any_port}};
    zmq::context_t context;
    zmq::socket_t attacker{context, zmq::socket_type::xsub};
    attacker.set(zmq::sockopt::linger, 0);
    attacker.connect(publisher.endpoint());
    for (const std::string text : {"", "\2", "hello"})
        attacker.send(zmq::buffer(text));
    CHECK(publisher.runs_for(300ms));
    CHECK(publisher.stop() == 0);
    CHECK(count_lines(publisher.out(), "is there") == 0);

    Process synced{
        {"synced_publisher", "--bind", any_port, "--bind-start", any_port}};
    synced.wait_for("start");
    CHECK(synced.stop() == 0);
}

TEST_CASE("pausing publishers stop at once")
{
    for (const std::string name :
         {"pub_server", "weather_publisher", "eager_publisher"}) {
        Process publisher{{name, "--bind", any_port, "--interval", "100000"}};
        publisher.endpoint();
        CHECK(publisher.runs_for(100ms)); // so that it pauses
        CHECK(publisher.stop() == 0);
    }
}

TEST_CASE("a Python subscriber does the same, on the same messages")
{
    if (!has_pyzmq())
        return;
    TestPublisher publisher;
    Process client =
        start_subscriber({"/usr/bin/python3", python_client}, publisher);
    CHECK(publisher.subscription() == "10001 ");
    send_nonsense(publisher);
    for (const std::string value : {"-80", "134", "0", "1", "3"})
        publisher.send("10001 " + value);
    CHECK(client.finish() == 0);
    CHECK(count_lines(client.err(), "Dropped") == nonsense);
    CHECK(count_lines(client.out(), "Mean of 5 values for 10001: 11.6") == 1);
    check_printable(client.out() + client.err());
}

TEST_CASE("the Python subscriber stops cleanly and refuses nonsense")
{
    if (!has_pyzmq())
        return;
    TestPublisher publisher;
    Process client =
        start_subscriber({"/usr/bin/python3", python_client}, publisher);
    publisher.subscription();
    CHECK(client.stop() == 0);
    CHECK(client.err().empty());
    for (const std::string option : {"--count=0", "--connect=nowhere"})
        CHECK(run_to_end({"/usr/bin/python3", python_client, option}).status ==
              2);
}

TEST_CASE("the scenario in Python is left out, with a word, without pyzmq")
{
    const Result scenario = run_to_end(
        {"/usr/bin/env", "WORKBOOK_BIN=" + bin, "WORKBOOK_PYTHON=/bin/false",
         root + "/run/04-publish-subscribe", "python-subscriber", "--address",
         "auto"});
    CHECK(scenario.status == 0);
    CHECK(count_lines(scenario.out, "Left out: this needs python3-zmq") == 1);
    CHECK(count_lines(scenario.out, "sub_client.py") == 0);
}
