#include "support/helpers.hpp"

#include <doctest/doctest.h>

#include <csignal>

using namespace std::chrono_literals;

namespace {

Process start_server(const std::string& endpoint = "tcp://127.0.0.1:*",
                     const std::vector<std::string>& more = {})
{
    std::vector<std::string> command{"reqrep_server", "--bind", endpoint};
    command.insert(command.end(), more.begin(), more.end());
    return Process{command};
}

std::string port_of(const std::string& endpoint)
{
    return endpoint.substr(endpoint.rfind(':') + 1);
}

} // namespace

TEST_CASE("a request is answered with World and the server's port")
{
    Process server = start_server();
    const std::string endpoint = server.endpoint();
    const std::string reply = "World from " + port_of(endpoint);
    const Result client =
        run_to_end({"reqrep_client", "--connect", endpoint, "--count", "2"});
    CHECK(client.status == 0);
    CHECK(client.out == "Sending request 1: Hello\n"
                        "Received reply 1: " +
                            reply +
                            "\n"
                            "Sending request 2: Hello\n"
                            "Received reply 2: " +
                            reply + "\n");
    CHECK(server.stop() == 0);
    CHECK(count_lines(server.out(), "Received request: Hello") == 2);
}

TEST_CASE("one client deals its requests to two servers in turn")
{
    Process one = start_server();
    Process two = start_server();
    const std::string first = one.endpoint();
    const std::string second = two.endpoint();
    Process client{{"reqrep_client", "--count", "6", "--connect", first,
                    "--connect", second}};
    for (int turn = 0; turn < 3; ++turn) {
        client.wait_for("World from " + port_of(first));
        client.wait_for("World from " + port_of(second));
    }
    CHECK(client.finish() == 0);
    CHECK(count_lines(client.out(), "Received reply") == 6);
}

TEST_CASE("a client may come before its server")
{
    const std::string endpoint = own_endpoint();
    Process client{{"reqrep_client", "--connect", endpoint, "--count", "1"}};
    client.wait_for("Sending request 1");
    Process server = start_server(endpoint);
    CHECK(client.finish() == 0);
}

TEST_CASE("a server restarted between two requests is found again")
{
    const std::string endpoint = own_endpoint();
    Process server = start_server(endpoint);
    server.endpoint();
    Process client{
        {"reqrep_client", "--connect", endpoint, "--count", "2", "--step"}};
    client.enter();
    client.wait_for("Received reply 1");
    crash(server);
    await_hang_up(endpoint);
    server = start_server(endpoint);
    server.endpoint();
    client.enter();
    CHECK(client.finish() == 0);
    CHECK(count_lines(client.out(), "Received reply 2") == 1);
}

TEST_CASE("a request made while the server is away is delivered later")
{
    const std::string endpoint = own_endpoint();
    Process server = start_server(endpoint);
    server.endpoint();
    Process client{
        {"reqrep_client", "--connect", endpoint, "--count", "2", "--step"}};
    client.enter();
    client.wait_for("Received reply 1");
    crash(server);
    await_hang_up(endpoint);
    client.enter();
    client.wait_for("Sending request 2");
    server = start_server(endpoint);
    CHECK(client.finish() == 0);
    CHECK(count_lines(client.out(), "Received reply 2") == 1);
}

TEST_CASE("a request that dies with its server is waited for without end")
{
    const std::string endpoint = own_endpoint();
    Process server = start_server(endpoint, {"--step"});
    server.endpoint();
    Process client{{"reqrep_client", "--connect", endpoint, "--count", "1"}};
    server.wait_for("Received request");
    crash(server);
    server = start_server(endpoint);
    server.endpoint();
    CHECK(client.runs_for(1s));
    CHECK(count_lines(server.out(), "Received request") == 0);
    CHECK(client.stop() == 0);
    CHECK(count_lines(client.out(), "Received reply") == 0);
}

TEST_CASE("a timeout and a new socket save the client from that")
{
    const std::string endpoint = own_endpoint();
    Process server = start_server(endpoint, {"--step"});
    server.endpoint();
    Process client{{"reqrep_client", "--connect", endpoint, "--count", "2",
                    "--timeout", "300"}};
    server.wait_for("Received request");
    crash(server);
    client.wait_for("No reply within 300 ms, asking on a new socket");
    server = start_server(endpoint);
    CHECK(client.finish() == 0);
    CHECK(count_lines(client.out(), "Received reply") == 2);
}

TEST_CASE("REQ and REP out of step get EFSM at once")
{
    const Result program = run_to_end({"req_out_of_step"});
    CHECK(program.status == 0);
    const std::string efsm =
        ": Operation cannot be accomplished in current state (EFSM)\n";
    CHECK(program.out == "REQ sends again before the reply" + efsm +
                             "REP replies after the first of two frames" +
                             efsm +
                             "REP replies after the last frame: sent\n"
                             "REP replies a second time" +
                             efsm + "REQ sends after the reply: sent\n");
}

TEST_CASE("a relaxed REQ takes a stale reply unless it correlates")
{
    const std::string line = "the new question's reply, for the client: ";
    CHECK(count_lines(run_to_end({"req_relaxed"}).out,
                      line + "reply to old question") == 1);
    CHECK(count_lines(run_to_end({"req_relaxed", "--correlate"}).out,
                      line + "reply to new question") == 1);
}

TEST_CASE("a server that is not there gets its turn, unless IMMEDIATE is set")
{
    Process server = start_server();
    const std::vector<std::string> command{
        "reqrep_client",   "--count",   "4",           "--connect",
        server.endpoint(), "--connect", own_endpoint()};

    Process waiting{command};
    waiting.wait_for("Sending request 2");
    CHECK(waiting.runs_for(500ms));
    CHECK(waiting.stop() == 0);
    CHECK(count_lines(waiting.out(), "Received reply") == 1);

    std::vector<std::string> immediate = command;
    immediate.emplace_back("--immediate");
    const Result client = run_to_end(immediate);
    CHECK(client.status == 0);
    CHECK(count_lines(client.out, "Received reply") == 4);
}
