#include "support/helpers.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <fstream>

namespace {

// An endpoint on an address of this test's own.
std::string at(int port)
{
    const std::string own = own_endpoint();
    return own.substr(0, own.rfind(':') + 1) + std::to_string(port);
}

std::vector<std::string> four_servers(const std::string& count)
{
    return {"request_reply_processes",
            "--count",
            count,
            "--bind",
            at(5550),
            "--bind",
            at(5552),
            "--bind",
            at(5554),
            "--bind",
            at(5556)};
}

std::vector<int> children_of(const Process& process)
{
    const std::string pid = std::to_string(process.pid());
    std::ifstream file{"/proc/" + pid + "/task/" + pid + "/children"};
    REQUIRE(file);
    std::vector<int> children;
    for (int child = 0; file >> child;)
        children.push_back(child);
    return children;
}

Process start_supervisor(const std::vector<std::string>& more)
{
    std::vector<std::string> command{"supervisor", "--bind", at(5550)};
    command.insert(command.end(), more.begin(), more.end());
    return Process{command};
}

void kill_its_child(Process& supervisor, int number = SIGKILL)
{
    const auto children = children_of(supervisor);
    REQUIRE(children.size() == 1);
    kill(children[0], number);
}

} // namespace

TEST_CASE("one command starts four servers and a client that asks in turn")
{
    Process processes{four_servers("2")};
    CHECK(processes.finish() == 0);
    std::string replies;
    for (const std::string& line : processes.out_lines())
        if (line.starts_with("client: "))
            replies += line.substr(8) + "\n";
    const std::string round =
        "World from 5550\nWorld from 5552\nWorld from 5554\nWorld from 5556\n";
    CHECK(replies == round + round);
    for (const std::string port : {"5550", "5552", "5554", "5556"})
        CHECK(count_lines(processes.out(), "server " + port + ": Hello") == 2);
    CHECK(processes.err().empty());
}

TEST_CASE("one server that cannot start stops all, and says why in a line")
{
    Process other{{"reqrep_server", "--bind", at(5554)}};
    other.endpoint();
    Process processes{four_servers("0")};
    CHECK(processes.finish() == 1); // once all have closed their output
    CHECK(count_lines(processes.err(), "") == 1);
    CHECK(processes.err().find("--bind " + at(5554) + ": Address already") !=
          std::string::npos);
    CHECK(processes.err().find(":5550") == std::string::npos);
}

TEST_CASE("one process that is killed stops all")
{
    Process processes{four_servers("0")};
    processes.wait_for("client: World from 5556");
    const auto children = children_of(processes);
    REQUIRE(children.size() == 5);
    kill(children[2], SIGKILL);
    CHECK(processes.finish() == 1);
    CHECK(count_lines(processes.err(), "a process was killed") == 1);
}

TEST_CASE("a signal to the one command stops all of its processes")
{
    for (const int number : {SIGINT, SIGTERM}) {
        Process processes{four_servers("0")};
        processes.wait_for("client: World from 5556");
        processes.signal(number);
        CHECK(processes.finish() == 0); // once all have closed their output
    }
}

TEST_CASE("a command that is killed leaves none of its processes behind")
{
    Process processes{four_servers("0")};
    processes.wait_for("client: World from 5556");
    crash(processes);

    Process supervisor = start_supervisor({"--bind", at(5552)});
    supervisor.endpoint();
    supervisor.endpoint();
    crash(supervisor);
}

TEST_CASE("an endpoint that another process cannot find is refused")
{
    for (const std::string endpoint :
         {"inproc://here", "tcp://127.0.0.1:*", "tcp://127.0.0.1:0"}) {
        const Result refusal =
            run_to_end({"request_reply_processes", "--bind", endpoint});
        CHECK(refusal.status == 2);
        CHECK(refusal.err.find("the client must know the port") !=
              std::string::npos);
    }
}

TEST_CASE("a socket from before the fork gives EINTR, and the context spins")
{
    const Result program = run_to_end({"fork_with_context"});
    CHECK(program.status == 0);
    CHECK(program.out ==
          "child: cannot send: Interrupted system call (EINTR)\n"
          "child: returns, so ~context_t runs\n"
          "parent: the child span until it had used up 300 ms of "
          "processor time\n"
          "parent: its own sockets work: still here\n");
}

TEST_CASE("_exit() spares a child the context's destructor")
{
    const Result program = run_to_end({"fork_with_context", "--exit"});
    CHECK(program.status == 0);
    CHECK(program.out == "child: cannot send: Interrupted system call (EINTR)\n"
                         "parent: the child ended with 0\n"
                         "parent: its own sockets work: still here\n");
}

TEST_CASE("a context of its own, made after the fork, works and ends")
{
    const Result program = run_to_end({"context_after_fork"});
    CHECK(program.status == 0);
    CHECK(count_lines(program.out, "parent: received Hello from the child") ==
          1);
    CHECK(count_lines(program.out, "child: received Hello from the parent") ==
          1);
    CHECK(program.out.ends_with("parent: the child ended with 0\n"));
}

TEST_CASE("a server that was killed starts again, and pauses double")
{
    Process supervisor =
        start_supervisor({"--pause", "10", "--longest", "600000"});
    for (const std::string pause : {"10", "20", "40"}) {
        supervisor.endpoint();
        kill_its_child(supervisor);
        supervisor.wait_for("was killed, starts again in " + pause + " ms");
    }
    supervisor.endpoint();
    const Result client =
        run_to_end({"reqrep_client", "--connect", at(5550), "--count", "1"});
    CHECK(client.status == 0);
    CHECK(supervisor.stop() == 0);
}

TEST_CASE("a pause is never longer than the longest")
{
    Process supervisor =
        start_supervisor({"--pause", "500000", "--longest", "600000"});
    supervisor.endpoint();
    kill_its_child(supervisor);
    supervisor.wait_for("starts again in 500000 ms");
    while (children_of(supervisor).empty()) {
    }
    kill_its_child(supervisor); // in its pause
    supervisor.wait_for("starts again in 600000 ms");
    CHECK(supervisor.stop() == 0); // also in a pause
}

TEST_CASE("after a life longer than the longest pause, pauses are short again")
{
    Process supervisor = start_supervisor({"--pause", "10", "--longest", "0"});
    for (int death = 0; death < 3; ++death) {
        supervisor.endpoint();
        kill_its_child(supervisor);
        supervisor.wait_for("starts again in 10 ms");
    }
    CHECK(supervisor.stop() == 0);
}

TEST_CASE("clients that ask again are served by servers that die again")
{
    Process supervisor =
        start_supervisor({"--pause", "1", "--crash-after", "2"});
    supervisor.endpoint();
    const Result client = run_to_end({"reqrep_client", "--connect", at(5550),
                                      "--count", "4", "--timeout", "300"});
    CHECK(client.status == 0);
    CHECK(count_lines(client.out, "Received reply") == 4);
    CHECK(count_lines(client.out, "No reply within") >= 3);
    CHECK(supervisor.stop() == 0);
    CHECK(count_lines(supervisor.out(), "was killed") >= 3);
}

TEST_CASE("a server that was stopped, or cannot start, is not started again")
{
    Process supervisor = start_supervisor({});
    supervisor.endpoint();
    kill_its_child(supervisor, SIGTERM);
    CHECK(supervisor.finish() == 0);

    Process other{{"reqrep_server", "--bind", at(5550)}};
    other.endpoint();
    Process failing = start_supervisor({"--bind", at(5552)});
    CHECK(failing.finish() == 1);
    CHECK(count_lines(failing.err(), "") == 1);
    CHECK(count_lines(failing.err(), at(5550) + ": Address already") == 1);
}

TEST_CASE("a server that does not stop is killed")
{
    Process supervisor = start_supervisor({});
    supervisor.endpoint();
    kill_its_child(supervisor, SIGSTOP);
    CHECK(supervisor.stop() == 0);
}
