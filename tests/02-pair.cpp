#include "support/helpers.hpp"

#include <doctest/doctest.h>
#include <zmq.hpp>
#include <zmq_addon.hpp>

#include <cerrno>
#include <csignal>

using namespace std::chrono_literals;

namespace {

constexpr int patience = 10'000; // ms, before a wait is called a failure
constexpr int moment = 500;      // ms, for what is said never to come

zmq::socket_t pair_socket(zmq::context_t& context)
{
    zmq::socket_t socket{context, zmq::socket_type::pair};
    socket.set(zmq::sockopt::linger, 0);
    socket.set(zmq::sockopt::rcvtimeo, patience);
    socket.set(zmq::sockopt::sndtimeo, patience);
    return socket;
}

std::string receive(zmq::socket_t& socket)
{
    zmq::message_t message;
    return socket.recv(message) ? message.to_string() : "nothing";
}

// Waits until the sockets that a monitored one accepted are gone again.
class Departures : public zmq::monitor_t
{
public:
    explicit Departures(zmq::socket_t& socket)
    {
        init(socket, "inproc://departures", ZMQ_EVENT_DISCONNECTED);
    }
    void wait_for_one()
    {
        for (const int before = count; count == before;)
            REQUIRE(check_event(patience));
    }

private:
    void on_event_disconnected(const zmq_event_t& /*event*/,
                               const char* /*address*/) override
    {
        ++count;
    }
    int count = 0;
};

// A server that has talked with a client that is gone.
struct Deserted
{
    zmq::context_t context;
    zmq::socket_t server = pair_socket(context);
    std::string endpoint;

    Deserted()
    {
        Departures departures{server};
        server.bind("tcp://127.0.0.1:*");
        endpoint = server.get(zmq::sockopt::last_endpoint);
        zmq::socket_t client = pair_socket(context);
        client.connect(endpoint);
        server.send(zmq::str_buffer("to the first"));
        CHECK(receive(client) == "to the first");
        client.close();
        departures.wait_for_one();
    }
};

} // namespace

TEST_CASE("a server sends one message, a client two, as often as they like")
{
    Process server{{"pair_server", "--bind", "tcp://127.0.0.1:*"}};
    const std::string endpoint = server.endpoint();
    const Result client = run_to_end({"pair_client", "--connect", endpoint});
    CHECK(client.status == 0);
    CHECK(count_lines(client.out, "Received: Server message to client3") == 4);
    CHECK(server.finish() == 0);
    std::string said = "listening on " + endpoint + "\n";
    for (const std::string n : {"1", "2", "3", "4"})
        said += "Sending message " + n +
                "\n"
                "Received: client message to server1\n"
                "Received: client message to server2\n";
    CHECK(server.out() == said);
}

TEST_CASE("a second client is ignored, and the first goes on")
{
    Process server{
        {"pair_server", "--bind", "tcp://127.0.0.1:*", "--count", "2"}};
    const std::string endpoint = server.endpoint();
    Process first{
        {"pair_client", "--connect", endpoint, "--count", "2", "--step"}};
    first.wait_for("Received");
    const Result second =
        run_to_end({"pair_client", "--connect", endpoint, "--timeout", "500"});
    CHECK(second.status == 1);
    CHECK(count_lines(second.out, "Received") == 0);
    CHECK(count_lines(second.err, "no message within 500 ms") == 1);
    first.enter();
    first.wait_for("Received");
    first.enter();
    CHECK(first.finish() == 0);
    CHECK(server.finish() == 0);
    CHECK(count_lines(server.out(), "Received") == 4);
}

TEST_CASE("a client that comes again gets nothing, whether it left or died")
{
    for (const bool dies : {false, true}) {
        Process server{{"pair_server", "--bind", "tcp://127.0.0.1:*"}};
        const std::string endpoint = server.endpoint();
        std::vector<std::string> command{"pair_client", "--connect", endpoint,
                                         "--count", "1"};
        if (dies)
            command.emplace_back("--step"); // dies before it answers
        Process client{command};
        client.wait_for("Received");
        if (dies) {
            crash(client);
        } else {
            CHECK(client.finish() == 0);
            server.wait_for("Sending message 2");
        }
        const Result again = run_to_end(
            {"pair_client", "--connect", endpoint, "--timeout", "500"});
        CHECK(again.status == 1);
        CHECK(count_lines(again.out, "Received") == 0);
        CHECK(server.stop() == 0);
        CHECK(server.err().empty());
    }
}

TEST_CASE("a server that only sends waits for the client that left, for ever")
{
    Deserted scene;
    scene.server.set(zmq::sockopt::sndtimeo, moment);
    const auto send = [&] {
        return scene.server.send(zmq::str_buffer("to anybody"),
                                 zmq::send_flags::none);
    };
    while (send()) { // lost, until libzmq has noticed
    }
    zmq::socket_t again = pair_socket(scene.context);
    again.set(zmq::sockopt::rcvtimeo, moment);
    again.connect(scene.endpoint);
    CHECK_FALSE(send());
    CHECK(receive(again) == "nothing");
}

TEST_CASE("a server that receives lets it go, and takes the next")
{
    Deserted scene;
    scene.server.set(zmq::sockopt::rcvtimeo, moment);
    CHECK(receive(scene.server) == "nothing");
    zmq::socket_t again = pair_socket(scene.context);
    again.connect(scene.endpoint);
    CHECK(scene.server.send(zmq::str_buffer("to the second"),
                            zmq::send_flags::none));
    CHECK(receive(again) == "to the second");
}

TEST_CASE("a message of several frames is reported and dropped")
{
    Process server{{"pair_server", "--bind", "tcp://127.0.0.1:*"}};
    zmq::context_t context;
    zmq::socket_t client = pair_socket(context);
    client.connect(server.endpoint());
    CHECK(receive(client) == "Server message to client3");
    zmq::multipart_t odd;
    odd.addstr("two");
    odd.addstr("frames");
    odd.send(client);
    client.send(zmq::str_buffer("\x1b[31m"));
    client.send(zmq::str_buffer("fine"));
    server.wait_for("Received: fine");
    CHECK(count_lines(server.out(), "Received: \\x1b[31m") == 1);
    CHECK(receive(client) == "Server message to client3");
    CHECK(server.stop() == 0);
    CHECK(server.err() == "dropped a message of 2 frames\n");
}

TEST_CASE("a server without a client, and a client without a server, can stop")
{
    Process server{{"pair_server", "--bind", "tcp://127.0.0.1:*"}};
    server.wait_for("Sending message 1");
    CHECK(server.stop() == 0);
    Process client{{"pair_client", "--connect", own_endpoint()}};
    client.wait_for("connected to");
    CHECK(client.stop() == 0);
}

TEST_CASE("two threads talk over inproc, any number of messages each way")
{
    const Result program = run_to_end({"pair_threads"});
    CHECK(program.status == 0);
    CHECK(program.out == "worker: ready\n"
                         "main: count to 3\n"
                         "worker: 1\n"
                         "worker: 2\n"
                         "worker: 3\n"
                         "worker: done\n");
    Process endless{{"pair_threads", "--count", "18446744073709551615"}};
    endless.wait_for("worker: 1");
    CHECK(endless.stop() == 0);
}
