// What holds for every launcher, shown on that of chapter 3.

#include "support/folder.hpp"
#include "support/process.hpp"

#include <doctest/doctest.h>

#include <cctype>
#include <csignal>
#include <filesystem>
#include <fstream>

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

const std::string launcher = WORKBOOK_ROOT "/run/03-request-reply";

// A folder for what a launcher leaves behind, which must be nothing.
struct Scratch : Folder
{
    // The launcher's command, its temporary files going to this folder.
    std::vector<std::string> launch(const std::vector<std::string>& arguments,
                                    const std::string& what = launcher) const
    {
        std::vector<std::string> command{"/usr/bin/env",
                                         "TMPDIR=" + path.string(),
                                         "WORKBOOK_BIN=" WORKBOOK_BIN, what};
        command.insert(command.end(), arguments.begin(), arguments.end());
        return command;
    }

    // Our temporary folder stands in the command line of each process of a
    // launcher, so that those that outlived it can be found.
    void check_nothing_is_left() const
    {
        CHECK(fs::is_empty(path));
        for (const auto& entry : fs::directory_iterator{"/proc"}) {
            std::ifstream file{entry.path() / "cmdline"};
            std::string words; // none when the process has just ended
            std::getline(file, words, '\1');
            CHECK_MESSAGE(!names_address(words), words);
            CHECK_MESSAGE(words.find(path.string() + "/") == std::string::npos,
                          words);
        }
    }

    // 127.0.0.1 is in 127.0.0.12, which another test may have, and not named.
    bool names_address(const std::string& words) const
    {
        std::size_t at = words.find(address);
        while (at != std::string::npos &&
               std::isdigit(words[at + address.size()]) != 0)
            at = words.find(address, at + 1);
        return at != std::string::npos;
    }

    // The port of own_endpoint() is the one that the chapter uses.
    std::string address = own_endpoint().substr(6, own_endpoint().size() - 11);
};

// A launcher with scenarios for these tests.
std::string write_launcher(const fs::path& folder, const std::string& body)
{
    const fs::path file = folder / "launcher";
    std::ofstream{file} << "#!/usr/bin/env bash\n"
                           "set -euo pipefail\n"
                           "source " WORKBOOK_ROOT "/run/lib/launcher.sh\n"
                        << body << "launch \"$@\"\n";
    fs::permissions(file, fs::perms::owner_all);
    return file;
}

} // namespace

TEST_CASE("a launcher lists its scenarios, a line each")
{
    const Result list = run_to_end({launcher, "--list"});
    CHECK(list.status == 0);
    CHECK(list.out.starts_with("two-servers "));
    CHECK(list.out.find("they take turns.\n") != std::string::npos);
}

TEST_CASE("a launcher explains itself and refuses what it does not know")
{
    CHECK(run_to_end({launcher, "--help"}).status == 0);
    for (const std::string word :
         {"--no-such-option", "no-such-scenario", "--address=x"}) {
        const Result refusal = run_to_end({launcher, word});
        CHECK(refusal.status == 2);
        CHECK(refusal.out.empty());
        CHECK(refusal.err.find(word) != std::string::npos);
    }
    CHECK(run_to_end({launcher, "--address", "8.8.8.8"}).status == 2);
    CHECK(run_to_end({launcher, "--address"}).status == 2);
}

TEST_CASE("a launcher without an argument plays the first scenario, from any "
          "folder, without a terminal, in plain text, and leaves nothing")
{
    const Scratch scratch;
    Process play{scratch.launch({"--address", scratch.address})};
    CHECK(play.finish() == 0);
    CHECK(play.err().empty());
    CHECK(play.out().find('\x1b') == std::string::npos);
    CHECK(count_lines(play.out(), "client   | Received reply") == 6);
    scratch.check_nothing_is_left();
}

TEST_CASE("Ctrl-C and SIGTERM stop a scenario and all of its processes")
{
    const Scratch scratch;
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
        Process play{scratch.launch(
            {"restart-after-request", "--address", scratch.address})};
        play.wait_for("SIGKILL");
        play.wait_for("listening on");
        play.signal(number);
        CHECK(play.finish() == 128 + number);
        scratch.check_nothing_is_left();
    }
}

TEST_CASE("a killed launcher takes its processes with it")
{
    const Scratch scratch;
    Process play{scratch.launch(
        {"restart-after-request", "--address", scratch.address})};
    play.wait_for("SIGKILL");
    play.wait_for("listening on");
    play.signal(SIGKILL);
    CHECK(play.finish() == 128 + SIGKILL); // once all have closed its output
}

TEST_CASE("a process that fails unasked fails the scenario, by its name")
{
    const Scratch scratch;
    const std::string failing = write_launcher(
        scratch.path, "# A server beside one that cannot start.\n"
                      "clash() {\n"
                      "  listen first reqrep_server --bind "
                      "tcp://127.0.0.1:5556\n"
                      "  start second reqrep_server --bind "
                      "tcp://127.0.0.1:5556\n"
                      "  wait_for first 'never said'\n"
                      "}\n");
    Process play{scratch.launch({"--address", scratch.address}, failing)};
    CHECK(play.finish() == 1);
    fs::remove(failing);
    CHECK(count_lines(play.out(), "is another one running?") == 1);
    CHECK(count_lines(play.err(), "second ended with status 1") == 1);
    scratch.check_nothing_is_left();
}

TEST_CASE("a process that is not there fails the scenario")
{
    const Scratch scratch;
    const std::string failing =
        write_launcher(scratch.path, "# Nothing of that name.\n"
                                     "missing() {\n"
                                     "  play it no_such_program\n"
                                     "}\n");
    Process play{scratch.launch({}, failing)};
    CHECK(play.finish() == 1);
    play.wait_for("no_such_program");
}

TEST_CASE("a taken port is named, with the way to go on, and nothing starts")
{
    const Scratch scratch;
    Process other{{"reqrep_server", "--bind", own_endpoint()}};
    other.endpoint();
    Process play{scratch.launch({"--address", scratch.address})};
    CHECK(play.finish() == 1);
    CHECK(play.out().empty());
    CHECK(play.err().find("port 5556 of " + scratch.address + " is taken") !=
          std::string::npos);
    CHECK(play.err().find("run/03-request-reply two-servers --address auto") !=
          std::string::npos);
    CHECK(other.stop() == 0);
}

TEST_CASE("what a scenario says is recorded in the order in which it happened")
{
    const Scratch scratch;
    const fs::path record = scratch.path / "record";
    Process play{scratch.launch(
        {"--address", scratch.address, "--record", record.string()})};
    REQUIRE(play.finish() == 0);
    std::ifstream file{record};
    double before = 0;
    std::string order;
    for (std::string line; std::getline(file, line);) {
        const double time = std::stod(line);
        CHECK(time >= before);
        before = time;
        if (line.find("Sending request 1:") != std::string::npos)
            order += "sent ";
        if (order == "sent " &&
            line.find("Received request") != std::string::npos)
            order += "received ";
        if (line.find("Received reply 1:") != std::string::npos)
            order += "replied";
    }
    CHECK(order == "sent received replied");
}

TEST_CASE("with --trace a launcher shows the messages, by its processes' names")
{
    const Scratch scratch;
    const fs::path trace = scratch.path / "a.trace";
    Process play{
        scratch.launch({"two-servers", "--trace", "--address", scratch.address,
                        "--trace-file", trace.string()})};
    CHECK(play.finish() == 0);
    CHECK(count_lines(play.out(), "client   | Received reply") == 6);
    // A line does not wait long for the receive: on a busy machine it may say
    // "→ …". What was saved knows.
    const Result saved = run_to_end({"zmq_trace", "show", trace});
    const int unknown = count_lines(play.err(), "→ …");
    for (const std::string server : {"server1", "server2"}) {
        CHECK(count_lines(play.err(), "→ " + server) + unknown >= 3);
        CHECK(count_lines(play.err(), "← " + server) == 3);
        CHECK(count_lines(saved.out, "→ " + server) == 3);
        CHECK(count_lines(saved.out, "← " + server) == 3);
    }
    CHECK(count_lines(play.err(), "bind       tcp://" + scratch.address) == 2);
    CHECK(count_lines(play.err(), "Saved as " + trace.string()) == 1);
    CHECK(fs::remove(trace));
    scratch.check_nothing_is_left();
}

TEST_CASE("with --trace a launcher stops and fails as it does without")
{
    const Scratch scratch;
    const fs::path trace = scratch.path / "a.trace";
    const std::string failing =
        write_launcher(scratch.path, "# A server that cannot start.\n"
                                     "fails-at-once() {\n"
                                     "  play it reqrep_server --bind x\n"
                                     "}\n");
    CHECK(
        run_to_end(scratch.launch({"--trace", "--trace-file", trace}, failing))
            .status == 1);
    fs::remove(failing);
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
        Process play{
            scratch.launch({"restart-after-request", "--trace", "--trace-file",
                            trace, "--address", scratch.address})};
        play.wait_for("SIGKILL");
        play.wait_for("listening on");
        play.signal(number);
        CHECK(play.finish() == 128 + number);
        fs::remove(trace);
        scratch.check_nothing_is_left();
    }
}
