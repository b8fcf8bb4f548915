#include "common/socket_watch.hpp"
#include "support/process.hpp"

#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <doctest/doctest.h>
#include <zmq.hpp>

#include <csignal>

using namespace std::chrono_literals;

namespace {

const std::vector<std::string> workers{"stream_poller", "coroutine_poller"};

// A peer that binds, on a port that the kernel chose.
struct Peer
{
    Peer(zmq::context_t& context, zmq::socket_type type) : socket{context, type}
    {
        socket.set(zmq::sockopt::linger, 0);
        socket.set(zmq::sockopt::rcvtimeo, 20'000);
        socket.set(zmq::sockopt::sndtimeo, 20'000);
        socket.bind("tcp://127.0.0.1:*");
    }

    void send(const std::vector<std::string>& frames)
    {
        for (std::size_t i = 0; i < frames.size(); ++i)
            REQUIRE(socket.send(zmq::buffer(frames[i]),
                                i + 1 < frames.size() ? zmq::send_flags::sndmore
                                                      : zmq::send_flags::none));
    }

    std::string endpoint() const
    {
        return socket.get(zmq::sockopt::last_endpoint);
    }

    zmq::socket_t socket;
};

// Who commands (PUSH) and who publishes (XPUB, which hears who subscribes).
struct Peers
{
    zmq::context_t context;
    Peer commander{context, zmq::socket_type::push};
    Peer publisher{context, zmq::socket_type::xpub};

    Process start(const std::string& worker)
    {
        Process process{{worker, "--connect-commands", commander.endpoint(),
                         "--connect-topics", publisher.endpoint()}};
        zmq::message_t subscription;
        REQUIRE(publisher.socket.recv(subscription));
        CHECK(subscription.to_string() == "\x01"
                                          "9 ");
        return process;
    }
};

// Two sockets in one process: what one sends is there at once.
struct Pair
{
    zmq::context_t context;
    zmq::socket_t peer{context, zmq::socket_type::pair};
    zmq::socket_t socket{context, zmq::socket_type::pair};
    asio::io_context loop;

    Pair()
    {
        socket.bind("inproc://pair");
        peer.connect("inproc://pair");
    }

    void peer_sends(int count)
    {
        for (int n = 0; n < count; ++n)
            peer.send(zmq::str_buffer("message"));
    }
};

bool receive(zmq::socket_t& socket)
{
    zmq::message_t message;
    return socket.recv(message, zmq::recv_flags::dontwait).has_value();
}

// Takes one message each time when the socket can receive, and counts them.
struct Receiver
{
    explicit Receiver(Pair& pair) : watch{pair.loop, pair.socket}, from{pair}
    {
        wait();
    }

    void wait()
    {
        watch.async_wait(ZMQ_POLLIN, [this] {
            received += receive(from.socket) ? 1 : 0;
            wait();
        });
    }

    SocketWatch watch;
    Pair& from;
    int received = 0;
};

// Runs the loop until something is so, as long as it may take, up to 20 s.
template <typename Condition>
bool happens(asio::io_context& loop, const Condition& condition)
{
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    while (!condition() && std::chrono::steady_clock::now() < deadline)
        loop.run_one_for(100ms);
    return condition();
}

Result play(const std::vector<std::string>& command)
{
    Result result = run_to_end(command);
    CHECK(result.status == 0);
    return result;
}

} // namespace

TEST_CASE("the worker obeys commands and processes updates, until Exit")
{
    for (const std::string& worker : workers) {
        CAPTURE(worker);
        Peers peers;
        Process process = peers.start(worker);
        for (int round = 0; round < 3; ++round) {
            peers.commander.send({"Continue"});
            process.wait_for("Command: Continue");
            peers.publisher.send({"8 server#5558"});
            peers.publisher.send({"9 server#5558"});
            process.wait_for("Processing: 9 server#5558");
        }
        peers.commander.send({"Exit"});
        CHECK(process.finish() == 0);
        CHECK(process.out_lines().back() == "Command: Exit");
        CHECK(count_lines(process.out(), "server#") == 3);
        CHECK(process.err().empty());
    }
}

TEST_CASE("of a burst of messages the worker misses none")
{
    for (const std::string& worker : workers) {
        CAPTURE(worker);
        Peers peers;
        Process process = peers.start(worker);
        for (int n = 0; n < 500; ++n) {
            peers.publisher.send({"9 server#" + std::to_string(n)});
            peers.commander.send({"Continue"});
        }
        process.wait_for("Processing: 9 server#499");
        peers.commander.send({"Exit"});
        CHECK(process.finish() == 0);
        CHECK(count_lines(process.out(), "Command: Continue") == 500);
        CHECK(count_lines(process.out(), "Processing: ") == 500);
    }
}

TEST_CASE("SIGINT and SIGTERM stop a worker with status 0")
{
    for (const std::string& worker : workers)
        for (const int signal : {SIGINT, SIGTERM}) {
            Peers peers;
            Process process = peers.start(worker);
            process.signal(signal);
            CHECK(process.finish() == 0);
            CHECK(process.err().empty());
        }
}

TEST_CASE("what makes no sense is reported and dropped")
{
    for (const std::string& worker : workers) {
        CAPTURE(worker);
        Peers peers;
        Process process = peers.start(worker);
        const std::string long_text(10'000, '9');
        for (const std::string& text : {std::string{}, std::string{"exit"},
                                        std::string{"\x1b[31m"}, long_text}) {
            peers.commander.send({text});
            process.wait_for("no command");
            peers.publisher.send({"9 " + text});
            process.wait_for("no \"9 server#ID\"");
        }
        peers.commander.send({"Exit", "now"});
        process.wait_for("no command");
        peers.publisher.send({"9 server#" + long_text});
        process.wait_for("no \"9 server#ID\"");
        peers.commander.send({"Exit"});
        CHECK(process.finish() == 0);
        CHECK(process.err().find('\x1b') == std::string::npos);
        CHECK(count_lines(process.err(), "Dropped") == 10);
    }
}

TEST_CASE("one recv a wake-up gets one of ten messages")
{
    CHECK(play({"naive_poller"}).out == "wake-ups: 1, received: 1 of 10\n");
    CHECK(play({"naive_poller", "--drain"}).out ==
          "wake-ups: 1, received: 10 of 10\n");
}

TEST_CASE("a send before the wait eats the wake-up")
{
    CHECK(play({"naive_poller", "--drain", "--send"}).out ==
          "wake-ups: 0, received: 0 of 10\n");
}

TEST_CASE("a SocketWatch gets all ten, also after a send")
{
    CHECK(play({"careful_poller"}).out == "received: 10 of 10\n");
    CHECK(play({"careful_poller", "--send"}).out == "received: 10 of 10\n");
}

TEST_CASE("a million messages both ways, and none is missed")
{
    const std::string all = "sent 1000000, received 1000000, missing 0\n";
    Process poll{{"exchange_by_poll", "--bind", "tcp://127.0.0.1:*", "--count",
                  "1000000"}};
    Process loop{{"exchange_by_loop", "--connect", poll.endpoint(), "--count",
                  "1000000"}};
    CHECK(loop.finish() == 0);
    CHECK(poll.finish() == 0);
    CHECK(loop.out().find(all) != std::string::npos);
    CHECK(poll.out().find(all) != std::string::npos);
    CHECK(loop.err().empty());
    MESSAGE("poll: ", poll.out_lines().back());
    MESSAGE("loop: ", loop.out_lines().back());
}

TEST_CASE("a loop that waits for messages is not busy")
{
    Pair pair;
    Receiver receiver{pair};
    CHECK(pair.loop.run_for(200ms) < 10); // handlers called, not messages
    pair.peer_sends(10);
    CHECK(happens(pair.loop, [&] { return receiver.received == 10; }));
    CHECK(pair.loop.run_for(200ms) < 10);
}

TEST_CASE("a send in a handler of another kind is followed by look_again")
{
    Pair pair;
    Receiver receiver{pair};
    pair.loop.poll(); // waits for the descriptor now
    bool look_again = false;
    SUBCASE("and the messages are received")
    {
        look_again = true;
    }
    SUBCASE("or they are not") {}
    asio::post(pair.loop, [&] {
        pair.peer_sends(3);
        pair.socket.send(zmq::str_buffer("eats the wake-up"));
        if (look_again)
            receiver.watch.look_again();
    });
    if (look_again)
        CHECK(happens(pair.loop, [&] { return receiver.received == 3; }));
    pair.loop.run_for(200ms);
    CHECK(receiver.received == (look_again ? 3 : 0));
}

TEST_CASE("a send in a handler of the watch needs no look_again")
{
    Pair pair;
    Receiver receiver{pair};
    receiver.watch.async_wait(ZMQ_POLLOUT, [&] {
        pair.peer_sends(3);
        pair.socket.send(zmq::str_buffer("eats the wake-up"));
    });
    CHECK(happens(pair.loop, [&] { return receiver.received == 3; }));
}

TEST_CASE("a loop ends once nobody waits any more")
{
    // Whoever has brought the message, the watch or another's look: the
    // descriptor is not waited for any longer.
    Pair pair;
    SocketWatch watch{pair.loop, pair.socket};
    bool received = false;
    watch.async_wait(ZMQ_POLLIN, [&] { received = receive(pair.socket); });
    pair.loop.poll(); // waits for the descriptor now
    bool waits_again = false;
    SUBCASE("at once") {}
    SUBCASE("or after one more wait")
    {
        waits_again = true;
    }
    asio::post(pair.loop, [&] {
        pair.peer_sends(1);
        watch.look_again();
        if (waits_again) // when the descriptor has just been let go
            asio::post(pair.loop, [&] {
                asio::post(pair.loop, [&] {
                    watch.async_wait(ZMQ_POLLIN, [&] { receive(pair.socket); });
                    pair.peer_sends(1);
                });
            });
    });
    pair.loop.run_for(20s);
    CHECK(pair.loop.stopped());
    CHECK(received);
    CHECK(!receive(pair.socket));
}

TEST_CASE("a socket that cannot send yet is waited for")
{
    Pair pair;
    zmq::socket_t push{pair.context, zmq::socket_type::push};
    zmq::socket_t pull{pair.context, zmq::socket_type::pull};
    push.bind("inproc://later");
    SocketWatch watch{pair.loop, push};
    bool ready = false;
    watch.async_wait(ZMQ_POLLOUT, [&] { ready = true; });
    pair.loop.poll();
    CHECK(!ready);
    pull.connect("inproc://later");
    CHECK(happens(pair.loop, [&] { return ready; }));
}

TEST_CASE("a context that is shut down calls the handler, where recv throws")
{
    Pair pair;
    SocketWatch watch{pair.loop, pair.socket};
    bool thrown = false;
    watch.async_wait(ZMQ_POLLIN, [&] {
        CHECK_THROWS_AS(receive(pair.socket), zmq::error_t);
        thrown = true;
    });
    pair.loop.poll();
    CHECK(!thrown);
    pair.context.shutdown();
    CHECK(happens(pair.loop, [&] { return thrown; }));
}

TEST_CASE("a watch that is gone calls nobody, and leaves the socket usable")
{
    Pair pair;
    {
        Receiver receiver{pair};
        pair.peer_sends(1);
        pair.loop.poll_one(); // a handler is now about to be called
    }
    pair.loop.run();
    CHECK(receive(pair.socket));
    pair.peer_sends(1);
    CHECK(receive(pair.socket));
}

TEST_CASE("two who wait for the same of one socket are an error")
{
    Pair pair;
    Receiver receiver{pair};
    CHECK_THROWS_AS(receiver.watch.async_wait(ZMQ_POLLIN, [] {}),
                    std::logic_error);
    CHECK_THROWS_AS(receiver.watch.async_wait(0, [] {}), std::logic_error);
}
