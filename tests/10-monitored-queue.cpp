#include "chapters/10-monitored-queue/client_table.hpp"
#include "common/background_device.hpp"
#include "support/helpers.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <unistd.h>
#include <zmq.hpp>
#include <zmq_addon.hpp>

#include <csignal>
#include <functional>
#include <thread>

using namespace std::chrono_literals;
using zmq::socket_type;

namespace {

constexpr auto any_port = "tcp://127.0.0.1:*";

// The queue, and where it listens.
struct Queue
{
    explicit Queue(const char* patience = "60000")
        : process{{"monitored_queue", "--bind-frontend", any_port,
                   "--bind-backend", any_port, "--bind-monitor", any_port,
                   "--patience", patience}}
    {
    }

    Process process;
    std::string frontend = process.endpoint();
    std::string backend = process.endpoint();
    std::string monitor = process.endpoint();
};

// A socket that gives up after 20 s, so that a failure is no hang.
zmq::socket_t connected(zmq::context_t& context, socket_type type,
                        const std::string& endpoint, int mark = 1000)
{
    zmq::socket_t socket{context, type};
    socket.set(zmq::sockopt::linger, 0);
    socket.set(zmq::sockopt::rcvtimeo, 20'000);
    socket.set(zmq::sockopt::sndtimeo, 20'000);
    socket.set(zmq::sockopt::rcvhwm, mark);
    socket.set(zmq::sockopt::sndhwm, mark);
    if (type == socket_type::sub)
        socket.set(zmq::sockopt::subscribe, "");
    socket.connect(endpoint);
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

bool is_ready(zmq::socket_t& socket, short event,
              std::chrono::milliseconds time)
{
    std::array<zmq::pollitem_t, 1> items{{{socket.handle(), 0, event, 0}}};
    return zmq::poll(items, time) > 0;
}

// Returns what comes, until its context is shut down.
class Echo
{
public:
    explicit Echo(const std::string& backend, int mark = 1)
        : thread{[this, backend, mark] {
              auto server =
                  connected(context, socket_type::dealer, backend, mark);
              server.set(zmq::sockopt::rcvtimeo, -1);
              server.set(zmq::sockopt::sndtimeo, -1);
              try {
                  zmq::multipart_t message;
                  while (message.recv(server))
                      message.send(server);
              } catch (const zmq::error_t&) { // ETERM
              }
          }}
    {
    }
    Echo(const Echo&) = delete;
    Echo& operator=(const Echo&) = delete;
    ~Echo() { context.shutdown(); }

private:
    zmq::context_t context;
    std::jthread thread;
};

constexpr int flood_size = 5'000; // of 8 kB: more than the kernel takes

// A client that sends more than all buffers hold, and reads later.
class FloodClient
{
public:
    explicit FloodClient(const std::string& frontend)
        : socket{connected(context, socket_type::dealer, frontend, 1)}
    {
    }

    void send_while_there_is_room(std::chrono::milliseconds wait)
    {
        while (sent < flood_size && is_ready(socket, ZMQ_POLLOUT, wait))
            ask();
    }
    void ask() { send(socket, {"", std::to_string(sent++), padding}); }

    bool has_reply(std::chrono::milliseconds wait)
    {
        return is_ready(socket, ZMQ_POLLIN, wait);
    }
    int reply() { return std::stoi(receive(socket).at(1)); }

    int sent = 0;

private:
    const std::string padding = std::string(8000, '.');
    zmq::context_t context;
    zmq::socket_t socket;
};

// Asks first without a server, then without taking replies, and only then takes
// what comes. What happens half-way is up to the caller.
// @return the numbers of the replies
std::vector<int> flood(
    const Queue& queue, const std::function<void()>& half_way = [] {})
{
    FloodClient client{queue.frontend};
    client.send_while_there_is_room(200ms);
    CHECK(client.sent < flood_size); // it had to wait: nobody serves
    const Echo server{queue.backend};
    client.send_while_there_is_room(200ms);
    half_way();

    std::vector<int> replies;
    while (replies.size() < flood_size && client.has_reply(20s)) {
        replies.push_back(client.reply());
        client.send_while_there_is_room(0ms);
    }
    return replies;
}

void check_complete(const std::vector<int>& replies)
{
    REQUIRE(replies.size() == flood_size);
    for (int n = 0; n < flood_size; ++n)
        REQUIRE(replies[static_cast<std::size_t>(n)] == n);
}

// Serves one client as any good queue does.
void check_good_service(const Queue& queue)
{
    Process server{{"monitored_server", "--connect", queue.backend}};
    server.wait_for("connected to");
    const Result client = run_to_end(
        {"monitored_client", "--connect", queue.frontend, "--count", "3"});
    CHECK(client.status == 0);
    CHECK(count_lines(client.out, "World from server 1") == 3);
    CHECK(server.stop() == 0);
}

} // namespace

TEST_CASE("a monitor sees in and out, the client's name, and every frame")
{
    Queue queue;
    Process monitor{
        {"queue_monitor", "--connect", queue.monitor, "--count", "4"}};
    queue.process.wait_for("A monitor listens");
    Process server{{"monitored_server", "--connect", queue.backend}};
    const Result client =
        run_to_end({"monitored_client", "--connect", queue.frontend, "--name",
                    "anna", "--count", "2"});
    CHECK(client.status == 0);
    CHECK(monitor.finish() == 0);
    const std::string seen = monitor.out();
    CHECK(seen.substr(seen.find('\n') + 1) ==
          "[in] [anna] [] [Hello 1]\n"
          "[out] [anna] [] [World from server 1]\n"
          "[in] [anna] [] [Hello 2]\n"
          "[out] [anna] [] [World from server 1]\n");
    queue.process.wait_for("No monitor listens");
    CHECK(queue.process.stop() == 0);
}

TEST_CASE("nothing is lost or doubled without a monitor")
{
    const Queue queue;
    check_complete(flood(queue));
}

TEST_CASE("nothing is lost or doubled when a monitor comes late and is killed")
{
    Queue queue;
    check_complete(flood(queue, [&] {
        Process monitor{{"queue_monitor", "--connect", queue.monitor}};
        queue.process.wait_for("A monitor listens");
        crash(monitor);
    }));
    queue.process.wait_for("No monitor listens");
}

TEST_CASE("nothing is lost or doubled with a monitor that takes nothing")
{
    Queue queue;
    zmq::context_t context;
    const auto monitor = connected(context, socket_type::sub, queue.monitor, 1);
    queue.process.wait_for("A monitor listens");
    check_complete(flood(queue));
}

TEST_CASE("zmq_proxy drops replies for which its client has no room")
{
    BackgroundDevice queue{socket_type::router, socket_type::dealer};
    queue.frontend.bind(any_port);
    queue.backend.bind(any_port);
    queue.start_thread();
    // A server that always has room: one that waits would stop zmq_proxy.
    const Echo server{queue.backend.endpoints().front(), 0};
    FloodClient client{queue.frontend.endpoints().front()};
    client.send_while_there_is_room(20s);
    REQUIRE(client.sent == flood_size);

    // What comes before the reply to a later request is all that is left.
    int replies = 0;
    while (true) {
        if (!client.has_reply(100ms))
            client.ask();
        else if (client.reply() < flood_size)
            ++replies;
        else
            break;
    }
    CHECK(replies < flood_size);
}

// Many requests wait for the first server. It takes one and no more, for which
// the queue has no room then, and replies to it.
struct FullServer
{
    FullServer(const std::string& frontend, const std::string& backend)
        : client{connected(context, socket_type::dealer, frontend, 1)},
          server{context, socket_type::dealer}
    {
        send(client, {"", "first"});
        const std::string padding(20'000, '.');
        while (is_ready(client, ZMQ_POLLOUT, 200ms))
            send(client, {"", padding});
        server = connected(context, socket_type::dealer, backend, 1);
        send(server, receive(server));
    }

    zmq::context_t context;
    zmq::socket_t client;
    zmq::socket_t server;
};

TEST_CASE("replies pass while servers have no room for requests")
{
    const Queue queue;
    FullServer full{queue.frontend, queue.backend};
    CHECK(receive(full.client).at(1) == "first");
}

TEST_CASE("zmq_proxy carries no reply while servers have no room for requests")
{
    BackgroundDevice queue{socket_type::router, socket_type::dealer};
    queue.frontend.bind(any_port);
    queue.backend.bind(any_port);
    queue.backend.set(zmq::sockopt::sndhwm, 1);
    queue.start_thread();
    FullServer full{queue.frontend.endpoints().front(),
                    queue.backend.endpoints().front()};
    CHECK_FALSE(is_ready(full.client, ZMQ_POLLIN, 300ms));
    while (!is_ready(full.client, ZMQ_POLLIN, 0ms))
        receive(full.server); // this makes room
    CHECK(receive(full.client).at(1) == "first");
}

TEST_CASE("a client that takes nothing holds up the others only for a while")
{
    Queue queue{"100"};
    zmq::context_t context;
    auto greedy = connected(context, socket_type::dealer, queue.frontend, 1);
    {
        const Echo server{queue.backend};
        const std::string padding(10'000, '.');
        for (int n = 0; n < 4'000; ++n)
            send(greedy, {"", padding});
        queue.process.wait_for("its client takes none");
    }
    check_good_service(queue);
    CHECK(queue.process.stop() == 0);
}

TEST_CASE("a request without a server is held, seen, and served later")
{
    Queue queue;
    Process monitor{{"queue_monitor", "--connect", queue.monitor}};
    queue.process.wait_for("A monitor listens");
    Process client{{"monitored_client", "--connect", queue.frontend, "--name",
                    "anna", "--count", "1"}};
    monitor.wait_for("[in] [anna] [] [Hello 1]");
    Process server{{"monitored_server", "--connect", queue.backend}};
    monitor.wait_for("[out] [anna] [] [World from server 1]");
    CHECK(client.finish() == 0);
}

TEST_CASE("odd messages of clients and servers pass or are dropped")
{
    Queue queue;
    zmq::context_t context;
    auto client = connected(context, socket_type::dealer, queue.frontend);
    auto server = connected(context, socket_type::dealer, queue.backend);
    const std::vector<std::vector<std::string>> messages{
        {""}, {"", ""}, {"no envelope"}, {"\xff\x1b[31m", "", ""}};
    for (const auto& message : messages) {
        send(client, message);
        auto request = receive(server);
        send(server, request); // with its address in front
        request.erase(request.begin());
        CHECK(request == message);
        CHECK(receive(client) == message);
    }
    send(server, {"only an address"});
    send(server, {"nobody", "", "reply"});
    send(server, {"", "", ""});
    queue.process.wait_for("Dropped a reply (2 so far): its client is gone");
    server.close();
    check_good_service(queue);
    CHECK(queue.process.stop() == 0);
}

TEST_CASE("odd messages from monitors are no subscriptions")
{
    Queue queue;
    zmq::context_t context;
    auto stranger = connected(context, socket_type::xsub, queue.monitor);
    for (const auto& message : std::vector<std::vector<std::string>>{
             {"\x02"}, {""}, {std::string(1, '\0')}, {"a", "b"}, {"\xff"}})
        send(stranger, message);
    send(stranger, {"\x01"}); // this one is
    queue.process.wait_for("A monitor listens");
    stranger.close();
    queue.process.wait_for("No monitor listens");
    check_good_service(queue);
    CHECK(queue.process.stop() == 0);
    CHECK(count_lines(queue.process.out(), "A monitor listens") == 1);
    CHECK(count_lines(queue.process.out(), "No monitor listens") == 1);
}

TEST_CASE("a table counts requests, replies and what is outstanding")
{
    Queue queue;
    Process monitor{{"queue_monitor", "--connect", queue.monitor, "--table",
                     "--count", "5"}};
    queue.process.wait_for("A monitor listens");
    zmq::context_t context;
    auto client = connected(context, socket_type::dealer, queue.frontend);
    auto server = connected(context, socket_type::dealer, queue.backend);
    for (int n = 0; n < 3; ++n)
        send(client, {"", "question"});
    for (int n = 0; n < 2; ++n)
        send(server, receive(server));
    CHECK(monitor.finish() == 0);
    const std::string row = monitor.out_lines().back();
    CHECK(row.find("       3        2           1 ") != std::string::npos);
}

TEST_CASE("a stopped table is still shown")
{
    Queue queue;
    Process monitor{{"queue_monitor", "--connect", queue.monitor, "--table"}};
    monitor.wait_for("connected to");
    CHECK(monitor.stop() == 0);
    CHECK(count_lines(monitor.out(), "outstanding") == 1);
}

TEST_CASE("a monitor reports and drops what no queue would say")
{
    zmq::context_t context;
    zmq::socket_t liar{context, socket_type::xpub};
    liar.bind(any_port);
    liar.set(zmq::sockopt::rcvtimeo, 20'000);
    const std::string endpoint = liar.get(zmq::sockopt::last_endpoint);
    for (const bool table : {false, true}) {
        std::vector<std::string> command{"queue_monitor", "--connect", endpoint,
                                         "--count", "4"};
        if (table)
            command.emplace_back("--table");
        Process monitor{command};
        CHECK(receive(liar) == std::vector<std::string>{"\x01"});
        send(liar, {"in"});
        send(liar, {"sideways", "client", "body"});
        send(liar, {"", "\x1b[2J"});
        send(liar, {"out", "\x1b[31m", ""});
        CHECK(monitor.finish() == 0);
        CHECK(monitor.out().find('\x1b') == std::string::npos);
        CHECK(count_lines(monitor.out(), "\\x1b[31m") == 1);
        CHECK(count_lines(monitor.err(), "Dropped") == (table ? 3 : 0));
        CHECK(receive(liar).front().front() == '\0'); // it has left
    }
}

TEST_CASE("pyzmq's monitored queue speaks of its messages in the same way")
{
    const auto name = [](const char* role) {
        return fmt::format("ipc://@workbook-test-{}-{}", getpid(), role);
    };
    Process queue{{"/usr/bin/python3",
                   WORKBOOK_ROOT "/tools/bench/pyzmq_monitored_queue.py",
                   name("frontend"), name("backend"), name("monitor")}};
    Process monitor{
        {"queue_monitor", "--connect", name("monitor"), "--count", "4"}};
    Process server{{"monitored_server", "--connect", name("backend")}};
    Process client{{"monitored_client", "--connect", name("frontend"), "--name",
                    "anna", "--count", "0"}};
    CHECK(monitor.finish() == 0);
    CHECK(count_lines(monitor.out(), "[in] [anna] [] [Hello ") == 2);
    CHECK(count_lines(monitor.out(), "[out] [anna] [] [World from server 1]") ==
          2);
    CHECK(client.stop() == 0);
    CHECK(server.stop() == 0);
    queue.close_stdin();
    CHECK(queue.finish() == 0);
}

TEST_CASE("latencies: the rank below which so many per cent lie")
{
    std::deque<ClientTable::Latency> latencies;
    CHECK(ClientTable::percentile(latencies, 50) == "-");
    for (int ms = 200; ms > 0; --ms)
        latencies.emplace_back(ms);
    CHECK(ClientTable::percentile(latencies, 50) == "100.00");
    CHECK(ClientTable::percentile(latencies, 99) == "198.00");
    latencies.resize(1);
    CHECK(ClientTable::percentile(latencies, 99) == "200.00");
}
