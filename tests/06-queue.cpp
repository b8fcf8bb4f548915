#include "support/device.hpp"

#include <doctest/doctest.h>
#include <zmq.hpp>
#include <zmq_addon.hpp>

using namespace std::chrono_literals;

namespace {

Process start_server(const Device& device, const std::string& id,
                     std::vector<std::string> more = {})
{
    more.insert(more.end(), {"--id", id});
    return device.join("queue_server", more);
}

Result ask(const Device& device, const std::string& count,
           const std::string& timeout = "0")
{
    return run_to_end({"reqrep_client", "--connect", device.frontend, "--count",
                       count, "--timeout", timeout});
}

// Asks until this server has had its turn: then the queue knows of it.
void ask_until_heard(const Device& device, const std::string& id)
{
    for (int n = 0; n < 1000; ++n)
        if (count_lines(ask(device, "1").out, "from server " + id) == 1)
            return;
    FAIL("server ", id, " never got a turn");
}

// Lets a client that waits for Enter ask, and returns what it heard.
std::string next_reply(Process& client)
{
    client.enter();
    return client.wait_for("Received reply");
}

} // namespace

TEST_CASE("a queue deals requests to its servers in turn")
{
    const Device queue{{"queue_device"}};
    Process one = start_server(queue, "1");
    Process two = start_server(queue, "2");
    ask_until_heard(queue, "1");
    ask_until_heard(queue, "2");
    const Result client = ask(queue, "6");
    CHECK(client.status == 0);
    CHECK(count_lines(client.out, "World from server 1") == 3);
    CHECK(count_lines(client.out, "World from server 2") == 3);
    CHECK(one.stop() == 0);
    CHECK(two.stop() == 0);
}

TEST_CASE("several clients at once get all of their replies")
{
    Device queue{{"queue_device"}};
    Process server = start_server(queue, "1");
    std::vector<Process> clients;
    for (const std::string id : {"1", "2", "3"})
        clients.emplace_back(std::vector<std::string>{
            "queue_client", "--connect", queue.frontend, "--id", id, "--count",
            "50"});
    for (Process& client : clients) {
        CHECK(client.finish() == 0);
        CHECK(count_lines(client.out(), "World from server 1") == 50);
    }
    CHECK(server.stop() == 0);
    for (const std::string id : {"1", "2", "3"})
        CHECK(count_lines(server.out(), "Hello from " + id) == 50);
    CHECK(queue.process.stop() == 0);
}

TEST_CASE("servers join and leave while a client asks")
{
    const Device queue{{"queue_device"}};
    Process one = start_server(queue, "1");
    Process client{{"reqrep_client", "--connect", queue.frontend, "--count",
                    "0", "--timeout", "2000", "--step"}};
    CHECK(next_reply(client).ends_with("World from server 1"));
    Process two = start_server(queue, "2");
    while (!next_reply(client).ends_with("World from server 2")) {
    }
    CHECK(one.stop() == 0);
    await_hang_up(queue.backend);
    for (int n = 0; n < 4; ++n)
        CHECK(next_reply(client).ends_with("World from server 2"));
    CHECK(client.stop() == 0);
}

TEST_CASE("a request waits in the queue for the first server")
{
    const Device queue{{"queue_device"}};
    Process client{{"queue_client", "--connect", queue.frontend}};
    CHECK(client.runs_for(200ms));
    Process server = start_server(queue, "7");
    CHECK(client.finish() == 0);
    CHECK(count_lines(client.out(), "World from server 7") == 3);
}

TEST_CASE("a server gets the way back, an empty frame and the body")
{
    const Device queue{{"queue_device"}};
    Process server = queue.join("envelope_server");
    const Result client = ask(queue, "1");
    CHECK(count_lines(client.out, "by the way that Hello came") == 1);
    CHECK(server.stop() == 0);
    CHECK(count_lines(server.out(), "Frame 1 of 3, 5 bytes: ") == 1);
    CHECK(count_lines(server.out(), "Frame 2 of 3, 0 bytes: ") == 1);
    CHECK(count_lines(server.out(), "Frame 3 of 3, 5 bytes: Hello") == 1);
}

TEST_CASE("a REP behind the queue wants the empty frame")
{
    const Device queue{{"queue_device"}};
    Process server = start_server(queue, "1");
    zmq::context_t context;
    zmq::socket_t client{context, zmq::socket_type::dealer};
    client.set(zmq::sockopt::linger, 0);
    client.set(zmq::sockopt::rcvtimeo, 20'000);
    client.connect(queue.frontend);
    client.send(zmq::str_buffer("Hello without"));
    zmq::multipart_t with;
    with.addstr("");
    with.addstr("Hello with");
    (void)with.send(client);
    CHECK(with.recv(client));
    CHECK(server.stop() == 0);
    CHECK(count_lines(server.out(), "Received request") == 1);
    CHECK(count_lines(server.out(), "Hello with") == 1);
}

TEST_CASE("a request dies with its server, and the queue has no copy")
{
    const Device queue{{"queue_device"}};
    Process one = start_server(queue, "1", {"--step"});
    Process client{
        {"reqrep_client", "--connect", queue.frontend, "--count", "1"}};
    one.wait_for("Received request");
    crash(one);
    Process two = start_server(queue, "2");
    CHECK(client.runs_for(500ms));
    CHECK(client.stop() == 0);
    CHECK(two.stop() == 0);
    CHECK(count_lines(two.out(), "Received request") == 0);
}

TEST_CASE("a client's timeout cures that: the next server answers")
{
    const Device queue{{"queue_device"}};
    Process one = start_server(queue, "1", {"--step"});
    Process client{{"reqrep_client", "--connect", queue.frontend, "--count",
                    "1", "--timeout", "300"}};
    one.wait_for("Received request");
    crash(one);
    Process two = start_server(queue, "2");
    CHECK(client.finish() == 0);
    CHECK(count_lines(client.out(), "No reply within 300 ms") >= 1);
    CHECK(count_lines(client.out(), "World from server 2") == 1);
}

TEST_CASE("a frozen server gets its share, unless there are heartbeats")
{
    for (const std::string heartbeat : {"0", "100"}) {
        const Device queue{{"queue_device", "--heartbeat", heartbeat}};
        Process frozen = start_server(queue, "1");
        Process well = start_server(queue, "2");
        ask_until_heard(queue, "1");
        ask_until_heard(queue, "2");
        frozen.signal(SIGSTOP);
        const Result client = ask(queue, "6", "400");
        CHECK(client.status == 0);
        CHECK(count_lines(client.out, "World from server 2") == 6);
        const int lost = count_lines(client.out, "No reply within");
        if (heartbeat == "0")
            CHECK(lost >= 5);
        else
            CHECK(lost <= 3);
        frozen.signal(SIGCONT);
        CHECK(frozen.stop() == 0);
    }
}

TEST_CASE("a server in Python does as well")
{
    if (!has_pyzmq())
        return;
    const Device queue{{"queue_device"}};
    Process server{{WORKBOOK_ROOT "/chapters/06-queue/queue_server.py",
                    "--connect", queue.backend, "--id", "5"}};
    const Result client =
        run_to_end({"queue_client", "--connect", queue.frontend});
    CHECK(count_lines(client.out, "World from server 5, in Python") == 3);
    CHECK(server.stop() == 0);
}

TEST_CASE("the price of a queue is printed as a table")
{
    check_price(Device{{"queue_device"}}, "queue");
    CHECK(run_to_end({"device_bench", "hat"}).status == 2);
}
