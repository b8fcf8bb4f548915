#include "support/folder.hpp"
#include "support/process.hpp"

#include "draw.hpp"
#include "match.hpp"
#include "show.hpp"
#include "text.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <random>

using zmq_trace::Drawing;
using zmq_trace::Event;
using zmq_trace::Kind;
using zmq_trace::Matcher;
using zmq_trace::Message;
using zmq_trace::Outcome;
using zmq_trace::Receipt;
using zmq_trace::Trace;
namespace fs = std::filesystem;

namespace {

const std::string peers = WORKBOOK_BIN "/../tests/trace_peers/";
const std::string library = WORKBOOK_BIN "/../lib/libzmq_trace.so";

// Processes whose messages go to one trace.
struct Scene
{
    Folder folder;
    std::string file = folder.path / "run.trace";

    std::vector<std::string> command(const std::string& name,
                                     std::vector<std::string> words,
                                     const std::string& more = "")
    {
        std::vector<std::string> all{
            "/usr/bin/env", "LD_PRELOAD=" + library, "ZMQ_TRACE_FILE=" + file,
            "ZMQ_TRACE_NAME=" + name, "ASAN_OPTIONS=verify_asan_link_order=0"};
        if (!more.empty())
            all.push_back(more);
        all.insert(all.end(), words.begin(), words.end());
        return all;
    }

    // A trace_peer with these actions.
    Process peer(const std::string& name, std::vector<std::string> actions)
    {
        actions.insert(actions.begin(), peers + "trace_peer");
        return Process{command(name, std::move(actions))};
    }
};

// A trace and what was made of it.
struct Run
{
    Trace trace;
    std::unique_ptr<Matcher> match;

    explicit Run(const std::string& file)
        : trace{zmq_trace::read_trace(file)}, match{zmq_trace::match(trace)}
    {
    }

    std::string name(int event) const
    {
        const int socket = trace.events[static_cast<std::size_t>(event)].socket;
        return zmq_trace::owner(trace, socket);
    }

    // "a -> b c" for each send of this text, "-> !" for a loss.
    std::vector<std::string> ways(const std::string& text) const
    {
        std::vector<std::string> all;
        for (const Message& message : match->messages) {
            const Event& send =
                trace.events[static_cast<std::size_t>(message.send)];
            if (zmq_trace::short_text(send) != text)
                continue;
            std::vector<std::string> to;
            for (const Receipt& receipt : message.receipts)
                to.push_back(name(receipt.event) +
                             (receipt.ambiguous ? "?" : ""));
            std::sort(to.begin(), to.end());
            if (to.empty())
                to.push_back(
                    fmt::format("! {}", zmq_trace::name_of(message.outcome)));
            all.push_back(fmt::format("{} -> {}", name(message.send),
                                      fmt::join(to, " ")));
        }
        return all;
    }
};

using Ways = std::vector<std::string>;

} // namespace

namespace doctest {

template <>
struct StringMaker<Ways>
{
    static String convert(const Ways& ways)
    {
        return fmt::format("{}", fmt::join(ways, ", ")).c_str();
    }
};

} // namespace doctest

TEST_CASE("PAIR: each message is matched, in both directions")
{
    Scene scene;
    Process one = scene.peer(
        "one", {"PAIR", "bind=tcp://127.0.0.1:*", "send=ping", "recv"});
    Process two = scene.peer(
        "two", {"PAIR", "connect=" + one.endpoint(), "recv", "send=pong"});
    CHECK(one.finish() == 0);
    CHECK(two.finish() == 0);
    const Run run{scene.file};
    CHECK(run.ways("ping") == Ways{"one -> two"});
    CHECK(run.ways("pong") == Ways{"two -> one"});
    CHECK(run.match->strangers.empty());
}

TEST_CASE("REQ and REP: equal requests of two clients find their own replies")
{
    Scene scene;
    // The server stays until both have read: the ends of a connection that is
    // closed are not known any more.
    Process server =
        scene.peer("server", {"REP", "bind=tcp://127.0.0.1:*", "recv",
                              "send=World", "recv", "send=World", "enter"});
    const std::string endpoint = server.endpoint();
    Process one =
        scene.peer("one", {"REQ", "connect=" + endpoint, "send=Hello", "recv"});
    Process two =
        scene.peer("two", {"REQ", "connect=" + endpoint, "send=Hello", "recv"});
    CHECK(one.finish() == 0);
    CHECK(two.finish() == 0);
    server.enter();
    CHECK(server.finish() == 0);
    const Run run{scene.file};
    Ways requests = run.ways("Hello");
    std::sort(requests.begin(), requests.end());
    CHECK(requests == Ways{"one -> server", "two -> server"});
    Ways replies = run.ways("World");
    std::sort(replies.begin(), replies.end());
    CHECK(replies == Ways{"server -> one", "server -> two"});
}

TEST_CASE("PUB: what nobody asked for is told from what went to two")
{
    Scene scene;
    Process pub =
        scene.peer("pub", {"XPUB", "bind=tcp://127.0.0.1:*", "send=too early",
                           "recv=2", "send=a1", "send=b1", "send=c1", "enter"});
    const std::string endpoint = pub.endpoint();
    Process one =
        scene.peer("one", {"SUB", "connect=" + endpoint, "sub=a", "recv"});
    Process two =
        scene.peer("two", {"SUB", "connect=" + endpoint, "sub=b", "recv"});
    CHECK(one.finish() == 0);
    CHECK(two.finish() == 0);
    pub.enter();
    CHECK(pub.finish() == 0);
    const Run run{scene.file};
    CHECK(run.ways("a1") == Ways{"pub -> one"});
    CHECK(run.ways("b1") == Ways{"pub -> two"});
    CHECK(run.ways("c1") == Ways{"pub -> ! no subscriber"});
    CHECK(run.ways("too early") == Ways{"pub -> ! no subscriber"});
}

TEST_CASE("PUB: one send is matched with the receives of both subscribers")
{
    Scene scene;
    Process pub = scene.peer("pub", {"XPUB", "bind=tcp://127.0.0.1:*", "recv=2",
                                     "send=news", "send=nothing", "enter"});
    const std::string endpoint = pub.endpoint();
    Process one =
        scene.peer("one", {"SUB", "connect=" + endpoint, "sub=n", "recv=2"});
    Process two =
        scene.peer("two", {"SUB", "connect=" + endpoint, "sub=ne", "recv"});
    CHECK(one.finish() == 0);
    CHECK(two.finish() == 0);
    pub.enter();
    CHECK(pub.finish() == 0);
    const Run run{scene.file};
    CHECK(run.ways("news") == Ways{"pub -> one two"});
    CHECK(run.ways("nothing") == Ways{"pub -> one"});
}

TEST_CASE("PUB: what comes before a subscriber is heard of is its loss")
{
    Scene scene;
    // A binding SUB sends its subscriptions from its own calls only: it has
    // asked for news, but the publisher cannot know yet.
    Process sub = scene.peer(
        "sub", {"SUB", "sub=n", "bind=tcp://127.0.0.1:*", "enter", "recv"});
    Process pub =
        scene.peer("pub", {"XPUB", "connect=" + sub.endpoint(), "send=news 1",
                           "recv", "send=news 2", "enter"});
    pub.wait_for("sent news 1");
    sub.enter();
    CHECK(sub.finish() == 0);
    pub.enter();
    CHECK(pub.finish() == 0);
    const Run run{scene.file};
    CHECK(run.ways("news 1") == Ways{"pub -> ! lost"});
    CHECK(run.ways("news 2") == Ways{"pub -> sub"});
}

TEST_CASE("PUSH: each task is matched with the worker that had it")
{
    Scene scene;
    Process one =
        scene.peer("one", {"PULL", "bind=tcp://127.0.0.1:*", "recv=2"});
    Process two =
        scene.peer("two", {"PULL", "bind=tcp://127.0.0.1:*", "recv=2"});
    Process push = scene.peer("push", {"PUSH", "connect=" + one.endpoint(),
                                       "connect=" + two.endpoint(), "send=1",
                                       "send=2", "send=3", "send=4"});
    CHECK(push.finish() == 0);
    CHECK(one.finish() == 0);
    CHECK(two.finish() == 0);
    const Run run{scene.file};
    CHECK(run.ways("1") == Ways{"push -> one"});
    CHECK(run.ways("2") == Ways{"push -> two"});
    CHECK(run.ways("3") == Ways{"push -> one"});
    CHECK(run.ways("4") == Ways{"push -> two"});
}

TEST_CASE("PUSH: what a killed worker took with it is lost")
{
    Scene scene;
    Process pull =
        scene.peer("pull", {"PULL", "bind=tcp://127.0.0.1:*", "recv", "enter"});
    Process push = scene.peer("push", {"PUSH", "connect=" + pull.endpoint(),
                                       "send=1", "send=2", "send=3", "enter"});
    pull.wait_for("got 1");
    push.wait_for("sent 3");
    pull.signal(SIGKILL);
    pull.finish();
    push.signal(SIGKILL); // it would wait for the worker to come back
    push.finish();
    const Run run{scene.file};
    CHECK(run.ways("1") == Ways{"push -> pull"});
    CHECK(run.ways("2") == Ways{"push -> ! lost"});
    CHECK(run.ways("3") == Ways{"push -> ! lost"});
}

TEST_CASE("a queue device is crossed both ways")
{
    Scene scene;
    Process device =
        scene.peer("device", {"ROUTER", "bind=tcp://127.0.0.1:*", "new=DEALER",
                              "bind=tcp://127.0.0.1:*", "proxy"});
    const std::string front = device.endpoint();
    const std::string back = device.endpoint();
    Process server = scene.peer("server", {"REP", "connect=" + back, "recv",
                                           "send=World", "recv", "send=World"});
    Process one =
        scene.peer("one", {"REQ", "connect=" + front, "send=Hello 1", "recv"});
    Process two =
        scene.peer("two", {"REQ", "connect=" + front, "send=Hello 2", "recv"});
    CHECK(one.finish() == 0);
    CHECK(two.finish() == 0);
    CHECK(server.finish() == 0);
    device.signal(SIGKILL);
    device.finish();
    const Run run{scene.file};
    REQUIRE(run.match->devices.size() == 1);
    CHECK(run.match->devices[0].kind == "queue");
    CHECK(run.ways("Hello 1") == Ways{"one -> server"});
    CHECK(run.ways("Hello 2") == Ways{"two -> server"});
    Ways replies = run.ways("World");
    std::sort(replies.begin(), replies.end());
    CHECK(replies == Ways{"server -> one", "server -> two"});
    CHECK(run.match->messages[0].receipts[0].devices.size() == 1);
}

TEST_CASE("a queue device adds an identity for a DEALER worker")
{
    Scene scene;
    Process device =
        scene.peer("device", {"ROUTER", "bind=tcp://127.0.0.1:*", "new=DEALER",
                              "bind=tcp://127.0.0.1:*", "proxy"});
    const std::string front = device.endpoint();
    const std::string back = device.endpoint();
    Process worker = scene.peer(
        "worker", {"DEALER", "connect=" + back, "recv", "send=@,done"});
    Process client = scene.peer(
        "client", {"DEALER", "connect=" + front, "send=job", "recv"});
    CHECK(client.finish() == 0);
    CHECK(worker.finish() == 0);
    device.signal(SIGKILL);
    device.finish();
    const Run run{scene.file};
    CHECK(run.match->strangers.empty());
    CHECK(run.ways("job") == Ways{"client -> worker"});
}

TEST_CASE("a forwarder is crossed by messages, not by what nobody wants")
{
    Scene scene;
    Process device =
        scene.peer("device", {"XSUB", "bind=tcp://127.0.0.1:*", "new=XPUB",
                              "bind=tcp://127.0.0.1:*", "proxy"});
    const std::string front = device.endpoint();
    const std::string back = device.endpoint();
    // An XPUB sees the subscription that came through the device.
    Process pub = scene.peer(
        "pub", {"XPUB", "connect=" + front, "recv", "send=a1", "send=b1"});
    Process sub =
        scene.peer("sub", {"SUB", "connect=" + back, "sub=a", "recv"});
    CHECK(sub.finish() == 0);
    CHECK(pub.finish() == 0);
    device.signal(SIGKILL);
    device.finish();
    const Run run{scene.file};
    CHECK(run.match->devices.at(0).kind == "forwarder");
    CHECK(run.ways("a1") == Ways{"pub -> sub"});
    CHECK(run.ways("b1") == Ways{"pub -> ! no subscriber"});
}

TEST_CASE("a forwarder that wants everything is no subscriber of its own")
{
    Scene scene;
    Process device =
        scene.peer("device", {"SUB", "sub=", "bind=tcp://127.0.0.1:*",
                              "new=PUB", "bind=tcp://127.0.0.1:*", "proxy"});
    Process pub = scene.peer(
        "pub", {"XPUB", "connect=" + device.endpoint(), "recv", "send=a1"});
    CHECK(pub.finish() == 0);
    device.signal(SIGKILL);
    device.finish();
    const Run run{scene.file};
    CHECK(run.match->devices.at(0).kind == "forwarder");
    CHECK(run.ways("a1") == Ways{"pub -> ! no subscriber"});
}

TEST_CASE("a steered device is crossed, copies to its capture socket, and "
          "takes orders")
{
    Scene scene;
    Process device =
        scene.peer("device", {"ROUTER", "bind=tcp://127.0.0.1:*", "new=DEALER",
                              "bind=tcp://127.0.0.1:*", "new=PUSH",
                              "bind=tcp://127.0.0.1:*", "new=PAIR",
                              "bind=tcp://127.0.0.1:*", "proxy"});
    const std::string front = device.endpoint();
    const std::string back = device.endpoint();
    const std::string capture = device.endpoint();
    const std::string control = device.endpoint();
    Process spy = scene.peer("spy", {"PULL", "connect=" + capture, "recv=3"});
    Process server =
        scene.peer("server", {"REP", "connect=" + back, "recv", "send=World"});
    Process client =
        scene.peer("client", {"REQ", "connect=" + front, "send=Hello", "recv"});
    CHECK(client.finish() == 0);
    CHECK(server.finish() == 0);
    Process boss =
        scene.peer("boss", {"PAIR", "connect=" + control, "send=TERMINATE"});
    for (Process* process : {&boss, &device, &spy})
        CHECK(process->finish() == 0);
    const Run run{scene.file};
    CHECK(run.ways("Hello") == Ways{"client -> server spy"});
    CHECK(run.ways("World") == Ways{"server -> client spy"});
    CHECK(run.ways("TERMINATE") == Ways{"boss -> spy"});
    for (const Message& message : run.match->messages)
        for (const Receipt& receipt : message.receipts)
            CHECK(receipt.copy == (run.name(receipt.event) == "spy"));
    CHECK(run.match->strangers.empty());
}

TEST_CASE("REQ_CORRELATE puts a frame before the request that is looked past")
{
    Scene scene;
    Process router =
        scene.peer("router", {"ROUTER", "bind=tcp://127.0.0.1:*", "recv",
                              "reply=World", "recv", "reply=World"});
    const std::string endpoint = router.endpoint();
    for (const std::string name : {"one", "two"})
        CHECK(scene
                  .peer(name, {"REQ", "correlate", "connect=" + endpoint,
                               "send=Hello", "recv"})
                  .finish() == 0);
    CHECK(router.finish() == 0);
    const Run run{scene.file};
    CHECK(run.ways("Hello") == Ways{"one -> router", "two -> router"});
    CHECK(run.match->strangers.empty());
    for (const Message& message : run.match->messages)
        CHECK(message.outcome == Outcome::received);
}

TEST_CASE("ipc: equal messages of two clients are told apart")
{
    Scene scene;
    const std::string endpoint =
        "ipc://" + (scene.folder.path / "socket").string();
    Process server =
        scene.peer("server", {"REP", "bind=" + endpoint, "enter", "recv",
                              "send=World", "recv", "send=World"});
    server.endpoint();
    Process one =
        scene.peer("one", {"REQ", "connect=" + endpoint, "send=Hello", "recv"});
    Process two =
        scene.peer("two", {"REQ", "connect=" + endpoint, "send=Hello", "recv"});
    one.wait_for("sent Hello");
    two.wait_for("sent Hello");
    server.enter();
    for (Process* process : {&one, &two, &server})
        CHECK(process->finish() == 0);
    const Run run{scene.file};
    Ways requests = run.ways("Hello");
    std::sort(requests.begin(), requests.end());
    CHECK(requests == Ways{"one -> server", "two -> server"});
    Ways replies = run.ways("World");
    std::sort(replies.begin(), replies.end());
    CHECK(replies == Ways{"server -> one", "server -> two"});
}

TEST_CASE("nothing goes by a connection that was given up")
{
    // Sockets of one process over inproc: only the endpoints tell the ways.
    Scene scene;
    const Result result = run_to_end(scene.command(
        "all", {peers + "trace_peer", "PULL", "bind=inproc://a", "new=PULL",
                "bind=inproc://b", "new=PUSH", "connect=inproc://a",
                "send=first", "disconnect=inproc://a", "connect=inproc://b",
                "send=x", "new=PUSH", "connect=inproc://a", "send=x", "main=0",
                "recv=2", "main=1", "recv", "unbind=inproc://b"}));
    CHECK(result.status == 0);
    const Run run{scene.file};
    REQUIRE(run.match->messages.size() == 3);
    for (const auto& [message, receiver] : {std::pair{0, 0}, {1, 1}, {2, 0}}) {
        const auto& receipts =
            run.match->messages[static_cast<std::size_t>(message)].receipts;
        REQUIRE(receipts.size() == 1);
        const Event& event =
            run.trace.events[static_cast<std::size_t>(receipts[0].event)];
        CHECK(event.socket == receiver);
        CHECK_FALSE(receipts[0].ambiguous);
    }
}

TEST_CASE("multipart: a message is one event, its frames are listed")
{
    Scene scene;
    Process pull =
        scene.peer("pull", {"PULL", "bind=tcp://127.0.0.1:*", "recv"});
    Process push = scene.peer(
        "push", {"PUSH", "connect=" + pull.endpoint(), "send=one,,three"});
    CHECK(push.finish() == 0);
    CHECK(pull.finish() == 0);
    const Run run{scene.file};
    REQUIRE(run.match->messages.size() == 1);
    CHECK(run.ways("one | (empty) | three") == Ways{"push -> pull"});
}

TEST_CASE("ROUTER: identities tell equal messages apart")
{
    Scene scene;
    Process router =
        scene.peer("router", {"ROUTER", "bind=tcp://127.0.0.1:*", "recv",
                              "send=@,yes", "recv", "send=@,yes"});
    const std::string endpoint = router.endpoint();
    Process one =
        scene.peer("one", {"DEALER", "id=first", "connect=" + endpoint,
                           "send=ready", "recv"});
    CHECK(one.finish() == 0);
    Process two =
        scene.peer("two", {"DEALER", "id=second", "connect=" + endpoint,
                           "send=ready", "recv"});
    CHECK(two.finish() == 0);
    CHECK(router.finish() == 0);
    const Run run{scene.file};
    CHECK(run.ways("ready") == Ways{"one -> router", "two -> router"});
    CHECK(run.ways("first | yes") == Ways{"router -> one"});
    CHECK(run.ways("second | yes") == Ways{"router -> two"});
}

TEST_CASE("inproc: threads of one process")
{
    Scene scene;
    const Result result =
        run_to_end(scene.command("threads", {peers + "trace_threads"}));
    CHECK(result.status == 0);
    const Run run{scene.file};
    CHECK(run.match->messages.size() == 20);
    for (const Message& message : run.match->messages) {
        REQUIRE(message.receipts.size() == 1);
        CHECK_FALSE(message.receipts[0].ambiguous);
    }
}

TEST_CASE("identical messages in flight at once are matched by order")
{
    Scene scene;
    Process pull = scene.peer(
        "pull", {"PULL", "bind=tcp://127.0.0.1:*", "enter", "recv=3"});
    Process push = scene.peer("push", {"PUSH", "connect=" + pull.endpoint(),
                                       "send=x", "send=x", "send=x"});
    pull.enter();
    CHECK(push.finish() == 0);
    CHECK(pull.finish() == 0);
    const Run run{scene.file};
    CHECK(run.ways("x") ==
          Ways{"push -> pull", "push -> pull", "push -> pull"});
    int last = -1;
    for (const Message& message : run.match->messages) {
        CHECK(message.receipts[0].event > last);
        last = message.receipts[0].event;
    }
}

TEST_CASE("where two answers fit, the match is marked as ambiguous")
{
    // Two workers, the same bytes to both, in flight together.
    const std::string text =
        R"({"t":1,"pid":1,"ev":"process","name":"a","program":"a","epoch":5}
{"t":1,"pid":2,"ev":"process","name":"b","program":"b","epoch":5}
{"t":1,"pid":3,"ev":"process","name":"c","program":"c","epoch":5}
{"t":2,"pid":1,"ev":"socket","s":1,"type":"PUSH"}
{"t":2,"pid":2,"ev":"socket","s":1,"type":"PULL"}
{"t":2,"pid":3,"ev":"socket","s":1,"type":"PULL"}
{"t":3,"pid":1,"ev":"bind","s":1,"endpoint":"tcp://127.0.0.1:1"}
{"t":3,"pid":2,"ev":"connect","s":1,"endpoint":"tcp://127.0.0.1:1"}
{"t":3,"pid":3,"ev":"connect","s":1,"endpoint":"tcp://127.0.0.1:1"}
{"t":4,"pid":1,"ev":"send","s":1,"bytes":1,"f":[[1,"ab","x"]]}
{"t":5,"pid":1,"ev":"send","s":1,"bytes":1,"f":[[1,"ab","x"]]}
{"t":6,"pid":2,"ev":"recv","s":1,"bytes":1,"f":[[1,"ab","x"]]}
{"t":7,"pid":3,"ev":"recv","s":1,"bytes":1,"f":[[1,"ab","x"]]}
)";
    Folder folder;
    const std::string file = folder.path / "two.trace";
    std::ofstream{file} << text;
    const Run run{file};
    CHECK(run.ways("x") == Ways{"a -> b?", "a -> c?"});
}

TEST_CASE("a trace that was cut off is read to its last good line")
{
    Scene scene;
    Process pull =
        scene.peer("pull", {"PULL", "bind=tcp://127.0.0.1:*", "recv"});
    Process push = scene.peer(
        "push", {"PUSH", "connect=" + pull.endpoint(), "send=whole"});
    CHECK(push.finish() == 0);
    CHECK(pull.finish() == 0);
    std::ifstream whole{scene.file};
    const std::string bytes{std::istreambuf_iterator<char>{whole}, {}};
    const std::string cut = scene.folder.path / "cut.trace";
    for (std::size_t length = bytes.size() - 1; length > bytes.size() - 90;
         length -= 7) {
        std::ofstream{cut} << bytes.substr(0, length);
        const Run run{cut};
        CHECK(run.ways("whole") == Ways{"push -> pull"});
        CHECK((run.trace.cut || bytes[length - 1] == '\n'));
    }
}

TEST_CASE("garbage in a trace is counted and dropped")
{
    Folder folder;
    const std::string file = folder.path / "bad.trace";
    std::ofstream out{file, std::ios::binary};
    out << R"({"t":1,"pid":1,"ev":"process","name":"a","program":"a","epoch":5})"
        << "\n[1,2]\n\xff\xfe\n{}\n{\"t\":\"x\"}\n"
        << R"({"t":2,"pid":9,"ev":"send","s":1,"f":[[1,"ab"]]})" << '\n'
        << R"({"t":2,"pid":1,"ev":"send","s":7,"f":[[1,"ab"]]})" << '\n'
        << R"({"t":2,"pid":1,"ev":"socket","s":1,"type":"PUSH"})" << '\n'
        << R"({"t":3,"pid":1,"ev":"send","s":1,"f":[[-1,"ab"]]})" << '\n'
        << R"({"t":3,"pid":1,"ev":"se{"t":4,"pid":1,"ev":"close","s":1})"
        << '\n'
        << std::string(100'000, 'x') << '\n';
    out.close();
    const Run run{file};
    CHECK(run.trace.bad_lines == 9);
    CHECK(run.trace.events.size() == 2);
    CHECK_THROWS_WITH_AS(zmq_trace::read_trace("/nonexistent"),
                         "/nonexistent: No such file or directory",
                         std::runtime_error);
}

namespace {

// A run with some of everything, as lines.
std::vector<std::string> lines_of_a_run()
{
    Scene scene;
    Process device =
        scene.peer("device", {"ROUTER", "bind=tcp://127.0.0.1:*", "new=DEALER",
                              "bind=tcp://127.0.0.1:*", "new=PUB",
                              "bind=tcp://127.0.0.1:*", "new=PAIR",
                              "bind=tcp://127.0.0.1:*", "proxy"});
    const std::string front = device.endpoint();
    const std::string back = device.endpoint();
    const std::string capture = device.endpoint();
    const std::string control = device.endpoint();
    Process spy = scene.peer(
        "spy", {"SUB", "sub=", "sub=x", "unsub=x", "connect=" + capture});
    Process server = scene.peer(
        "server", {"REP", "connect=" + back, "recv", "send=World,\xff"});
    Process client = scene.peer(
        "client", {"REQ", "id=me", "connect=" + front, "send=Hello", "recv"});
    client.finish();
    server.finish();
    spy.finish();
    scene.peer("operator", {"PAIR", "connect=" + control, "send=TERMINATE"})
        .finish();
    device.finish();
    std::ifstream file{scene.file};
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);)
        lines.push_back(line);
    return lines;
}

using Random = std::mt19937;

std::size_t below(Random& random, std::size_t limit)
{
    return random() % limit;
}

// Puts something else in the place of a value.
void change_a_value(std::string& line, Random& random)
{
    static const std::vector<std::string> others{
        "-1",
        "0",
        "9223372036854775807",
        "-9223372036854775808",
        "18446744073709551615",
        "1e300",
        "null",
        "[]",
        "{}",
        "\"\"",
        "\"\\u001b[2J\"",
        "\"</script><b>\"",
        "\"" + std::string(9'000, 'n') + "\"",
        "[[0,\"0\"],[1,\"ab\",\"x\"]]",
        "\"ROUTER\"",
        "\"proxy\"",
        "\"tcp://*:1\"",
        std::string(1'000, '[')};
    std::vector<std::size_t> colons;
    for (std::size_t i = 0; i < line.size(); ++i)
        if (line[i] == ':' && i > 0 && line[i - 1] == '"')
            colons.push_back(i + 1);
    if (colons.empty())
        return;
    const std::size_t from = colons[below(random, colons.size())];
    const std::size_t end = line.find_first_of(",}", from);
    line.replace(from, end == std::string::npos ? end : end - from,
                 others[below(random, others.size())]);
}

void spoil(std::vector<std::string>& lines, Random& random)
{
    std::string& line = lines[below(random, lines.size())];
    std::string& other = lines[below(random, lines.size())];
    if (line.empty())
        return;
    switch (below(random, 6)) {
    case 0:
        line[below(random, line.size())] = static_cast<char>(random());
        break;
    case 1:
        line.resize(below(random, line.size()));
        break;
    case 2:
        std::swap(line, other);
        break;
    case 3:
        line = other;
        break;
    default:
        change_a_value(line, random);
    }
}

// Everything that can be made of a trace. Its size, for all of it.
std::size_t look_at_all_of(const std::string& file)
{
    const Run run{file};
    const Drawing drawing{run.trace, *run.match, {}};
    zmq_trace::Printer printer{false};
    const std::string page = drawing.replay("");
    CHECK(page.find("</script><b>") == std::string::npos);
    std::string all = zmq_trace::as_json(run.trace, *run.match) +
                      zmq_trace::summary(run.trace, *run.match) +
                      drawing.text() + page;
    for (int i = 0; i < static_cast<int>(run.trace.events.size()); ++i)
        all += printer.line(run.trace, *run.match, i) + '\n';
    CHECK(all.find('\x1b') == std::string::npos);
    return all.size();
}

} // namespace

TEST_CASE("whatever a trace file holds is shown and drawn, or refused")
{
    const std::vector<std::string> whole = lines_of_a_run();
    REQUIRE(whole.size() > 30);
    Folder folder;
    const std::string file = folder.path / "spoiled.trace";
    Random random{20}; // the same each time
    int read = 0;
    for (int round = 0; round < 2'000; ++round) {
        std::vector<std::string> lines = whole;
        for (std::size_t n = 1 + below(random, 8); n > 0; --n)
            spoil(lines, random);
        fs::remove(file); // to write over it would wait for the disk (ext4)
        std::ofstream{file, std::ios::binary}
            << fmt::format("{}\n", fmt::join(lines, "\n"));
        INFO("round ", round);
        try {
            CHECK(look_at_all_of(file) < 500'000);
            ++read;
        } catch (const std::runtime_error& error) {
            CHECK_MESSAGE(std::string{error.what()}.find("no process is "
                                                         "noted") !=
                              std::string::npos,
                          error.what());
        }
    }
    CHECK(read > 1'900);
}

TEST_CASE("devices in every direction take no time without end")
{
    std::string text =
        R"({"t":1,"pid":1,"ev":"process","name":"a","program":"a","epoch":5}
)";
    int sockets = 0;
    for (int device = 0; device < 40; ++device) {
        for (const char* type : {"ROUTER", "DEALER"})
            text += fmt::format(
                R"({{"t":2,"pid":1,"ev":"socket","s":{0},"type":"{1}"}}
{{"t":3,"pid":1,"ev":"bind","s":{0},"endpoint":"tcp://127.0.0.1:1"}}
{{"t":3,"pid":1,"ev":"connect","s":{0},"endpoint":"tcp://127.0.0.1:1"}}
)",
                ++sockets, type);
        text += fmt::format(
            R"({{"t":4,"pid":1,"ev":"proxy","s":{},"back":{}}}
{{"t":5,"pid":1,"ev":"send","s":{},"bytes":1,"f":[[1,"ab","x"]]}}
{{"t":6,"pid":1,"ev":"recv","s":{},"bytes":1,"f":[[1,"ab","x"]]}}
)",
            sockets - 1, sockets, sockets, sockets - 1);
    }
    Folder folder;
    const std::string file = folder.path / "maze.trace";
    std::ofstream{file} << text;
    const Run run{file};
    CHECK(run.match->devices.size() == 40);
    for (const Message& message : run.match->messages)
        CHECK(message.outcome != Outcome::lost); // that cannot be known
}

TEST_CASE("replies that nobody ever reads hold up no others")
{
    // A ROUTER answers two clients in turn, always the same. One never reads.
    std::string text;
    for (const char* name : {"router", "dead", "alive"})
        text += fmt::format(
            R"({{"t":1,"pid":{0},"ev":"process","name":"{0}","program":"a","epoch":5}}
{{"t":2,"pid":{0},"ev":"socket","s":1,"type":"{1}"}}
{{"t":3,"pid":{0},"ev":"{2}","s":1,"endpoint":"tcp://127.0.0.1:1"}}
)",
            std::string_view{name}.size(), name[0] == 'r' ? "ROUTER" : "DEALER",
            name[0] == 'r' ? "bind" : "connect");
    int t = 4;
    const auto note = [&](int pid, const char* what, const char* frames) {
        text += fmt::format(
            R"({{"t":{},"pid":{},"ev":"{}","s":1,"bytes":1,"f":[{}]}}
)",
            ++t, pid, what, frames);
    };
    for (const auto& [pid, identity] :
         {std::pair{4, R"([2,"4"],)"}, std::pair{5, R"([2,"5"],)"}}) {
        const std::string hello = fmt::format(R"([5,"{}"])", 100 + pid);
        note(pid, "send", hello.c_str());
        note(6, "recv", (identity + hello).c_str());
    }
    constexpr int count = 30'000; // seconds, were each tried for each
    for (int n = 0; n < count; ++n) {
        note(6, "send", R"([2,"4"],[4,"ab"])");
        note(6, "send", R"([2,"5"],[4,"ab"])");
        note(5, "recv", R"([4,"ab"])");
    }
    Folder folder;
    const std::string file = folder.path / "long.trace";
    std::ofstream{file} << text;
    const Run run{file};
    REQUIRE(run.match->messages.size() == 2 * count + 2);
    for (std::size_t n = 2; n < run.match->messages.size(); ++n)
        CHECK(run.match->messages[n].receipts.size() == n % 2);
}

TEST_CASE("a program behaves under the trace as it does without")
{
    Scene scene;
    for (const std::string failing : {"bind=tcp://nowhere:1", "recv=x"}) {
        const std::vector<std::string> plain{peers + "trace_peer", "REP",
                                             failing};
        const Result without = run_to_end(plain);
        const Result with = run_to_end(scene.command("rep", plain));
        CHECK(with.status == without.status);
        CHECK(with.out == without.out);
        CHECK(with.err == without.err);
    }
}

TEST_CASE("a full disk is reported once, and the program goes on")
{
    Scene scene;
    const Result result = run_to_end(scene.command(
        "threads", {peers + "trace_threads"}, "ZMQ_TRACE_FILE=/dev/full"));
    CHECK(result.status == 0);
    CHECK(count_lines(result.err, "No space left on device") == 1);
}

TEST_CASE("without content, matching works and no byte is kept")
{
    Scene scene;
    const auto peer = [&](const std::string& name,
                          std::vector<std::string> words) {
        words.insert(words.begin(), peers + "trace_peer");
        return Process{scene.command(name, words, "ZMQ_TRACE_NO_CONTENT=1")};
    };
    Process pull = peer("pull", {"PULL", "bind=tcp://127.0.0.1:*", "recv"});
    Process push =
        peer("push", {"PUSH", "connect=" + pull.endpoint(), "send=secret"});
    CHECK(push.finish() == 0);
    CHECK(pull.finish() == 0);
    std::ifstream file{scene.file};
    const std::string bytes{std::istreambuf_iterator<char>{file}, {}};
    CHECK(bytes.find("secret") == std::string::npos);
    const Run run{scene.file};
    CHECK(run.ways("6 bytes") == Ways{"push -> pull"});
}

TEST_CASE("a Python program is traced like any other")
{
    Scene scene;
    Process server = scene.peer(
        "server", {"REP", "bind=tcp://127.0.0.1:*", "recv", "send=World"});
    const Result client = run_to_end(scene.command(
        "client",
        {"/usr/bin/python3", WORKBOOK_ROOT "/tests/trace_peers/pyzmq_peer.py",
         server.endpoint()}));
    CHECK(client.status == 0);
    CHECK(server.finish() == 0);
    const Run run{scene.file};
    CHECK(run.ways("Hello from Python") == Ways{"client -> server"});
    CHECK(run.ways("World") == Ways{"server -> client"});
}

TEST_CASE("a program that forks after its first socket goes on in both")
{
    Scene scene;
    const Result result = run_to_end(scene.command(
        "parent",
        {"/usr/bin/python3", WORKBOOK_ROOT "/tests/trace_peers/forking_peer.py",
         "ipc://" + (scene.folder.path / "socket").string()}));
    CHECK(result.status == 0);
    CHECK(result.out == "got to the child\n");
    const Run run{scene.file};
    CHECK(run.ways("to the child") == Ways{"parent -> parent #2"});
}

TEST_CASE("the processes of one program go by their roles")
{
    Scene scene;
    const std::string own = own_endpoint();
    const std::string host = own.substr(0, own.rfind(':'));
    const Result result = run_to_end(scene.command(
        "processes", {program_path("request_reply_processes"), "--count", "1",
                      "--bind", host + ":5550", "--bind", host + ":5552"}));
    CHECK(result.status == 0);
    const Run run{scene.file};
    CHECK(run.ways("Hello") ==
          Ways{"client -> server 5550", "client -> server 5552"});
    CHECK(run.ways("World from 5552") == Ways{"server 5552 -> client"});
}

TEST_CASE("a flood is sampled, and still counted to the last message")
{
    Scene scene;
    constexpr int count = 20'000;
    const auto peer = [&](const std::string& name,
                          std::vector<std::string> words) {
        words.insert(words.begin(), peers + "trace_peer");
        return Process{scene.command(name, words, "ZMQ_TRACE_LIMIT=1000")};
    };
    Process pull = peer("pull", {"PULL", "bind=tcp://127.0.0.1:*",
                                 fmt::format("recv={}", count)});
    Process push = peer("push", {"PUSH", "connect=" + pull.endpoint(),
                                 fmt::format("flood={}", count)});
    CHECK(push.finish() == 0);
    CHECK(pull.finish() == 0);
    const Run run{scene.file};
    std::uint64_t sent = 0;
    std::uint64_t received = 0;
    bool sampled = false;
    for (const Event& event : run.trace.events) {
        sampled = sampled || event.kind == Kind::skip;
        const bool skip = event.kind == Kind::skip;
        if (event.kind == Kind::send || (skip && event.skip_sends))
            sent += skip ? event.messages : 1;
        else if (event.kind == Kind::recv || skip)
            received += skip ? event.messages : 1;
    }
    CHECK(sampled);
    CHECK(sent == count);
    CHECK(received == count);
    for (const Message& message : run.match->messages)
        CHECK(message.outcome != Outcome::lost);
}

TEST_CASE("zmq_trace run keeps a command's status, and show reads the trace")
{
    Folder folder;
    const std::string file = folder.path / "a.trace";
    CHECK(run_to_end({"zmq_trace", "run", "-q", "-o", file, "--", "sh", "-c",
                      "exit 7"})
              .status == 7);
    const Result run = run_to_end(
        {"zmq_trace", "run", "-o", file, "--", peers + "trace_threads"});
    CHECK(run.status == 0);
    CHECK(count_lines(run.err, "task 3") >= 2);
    const Result shown = run_to_end({"zmq_trace", "show", file});
    CHECK(shown.status == 0);
    CHECK(count_lines(shown.out, "done task 9") == 2);
    CHECK(run_to_end({"zmq_trace", "show"}).status == 2);
    CHECK(run_to_end({"zmq_trace", "show", "/nonexistent"}).status == 1);
    const Result json = run_to_end({"zmq_trace", "show", file, "--json"});
    CHECK(json.out.find("\"outcome\": \"received\"") != std::string::npos);
}

TEST_CASE("a diagram names its processes, folds, and says the same in words")
{
    std::string text =
        R"({"t":1,"pid":1,"ev":"process","name":"<a>","program":"a","epoch":5}
{"t":1,"pid":2,"ev":"process","name":"b","program":"b","epoch":5}
{"t":2,"pid":1,"ev":"socket","s":1,"type":"PUSH"}
{"t":2,"pid":2,"ev":"socket","s":1,"type":"PULL"}
{"t":3,"pid":1,"ev":"bind","s":1,"endpoint":"tcp://127.0.0.1:1"}
{"t":3,"pid":2,"ev":"connect","s":1,"endpoint":"tcp://127.0.0.1:1"}
)";
    constexpr int count = 10'000;
    for (int i = 0; i < count; ++i)
        for (const int end : {0, 1})
            text += fmt::format(
                R"({{"t":{},"pid":{},"ev":"{}","s":1,"bytes":5,"f":[[5,"{:x}","m{:04}"]]}}
)",
                10 + 10 * i + end, 1 + end, end == 0 ? "send" : "recv", i, i);
    Folder folder;
    const std::string file = folder.path / "long.trace";
    std::ofstream{file} << text;
    const Run run{file};
    const Drawing drawing{run.trace, *run.match, {}};
    const std::string svg = drawing.svg();
    CHECK(svg.find("&lt;a&gt;") != std::string::npos);
    CHECK(svg.find("<a>") == std::string::npos);
    CHECK(svg.find("… 9,995 more messages …") != std::string::npos);
    CHECK(svg.size() < 40'000);
    CHECK(drawing.text().find("<a> sends “m0000” to b.") != std::string::npos);
    CHECK(drawing.replay("").find("application/json") != std::string::npos);
    CHECK_THROWS(drawing.replay("{"));
}

TEST_CASE("the price of the trace is printed as a table")
{
    const Result table = run_to_end({"bench_trace", "--rounds", "1"});
    CAPTURE(table.err);
    CHECK(table.status == 0);
    CHECK(count_lines(table.out, "a request and its reply") == 1);
    CHECK(count_lines(table.out, "one of ") == 2);
    CHECK(run_to_end({"bench_trace", "--measure", "hat"}).status == 1);
}
