// What holds for the command line of every program of the workbook.

#include "support/process.hpp"

#include <doctest/doctest.h>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <map>
#include <regex>
#include <sstream>

namespace {

std::vector<std::string> programs()
{
    std::vector<std::string> names;
    std::istringstream list{WORKBOOK_PROGRAMS};
    for (std::string name; std::getline(list, name, ',');)
        names.push_back(name);
    return names;
}

// What a program says to --help, asked once.
const Result& help_of(const std::string& program)
{
    static std::map<std::string, Result> known;
    if (!known.contains(program))
        known[program] = run_to_end({program, "--help"});
    return known[program];
}

// The options of a program that take a value of that type, by its --help.
std::vector<std::string> options_of_type(const std::string& program,
                                         const std::string& type)
{
    const std::string& help = help_of(program).out;
    const std::regex pattern{"(--[a-z-]+) " + type + "[= \n]"};
    std::vector<std::string> options;
    for (std::sregex_iterator found{help.begin(), help.end(), pattern}, end;
         found != end; ++found)
        options.push_back((*found)[1]);
    return options;
}

bool is_bind(const std::string& option)
{
    return option.starts_with("--bind");
}

// One line on stderr, starting with the program's name, and that status.
void check_refusal(const std::vector<std::string>& command, int status,
                   const std::string& quoted)
{
    const Result result = run_to_end(command);
    CAPTURE(command);
    CAPTURE(result.err);
    CHECK(result.status == status);
    CHECK(result.err.starts_with(command.front() + ": "));
    CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
    CHECK(result.err.find(quoted) != std::string::npos);
}

// A tcp port of 127.0.0.1 that somebody else has.
class TakenPort
{
public:
    TakenPort() : fd{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)}
    {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* const plain = reinterpret_cast<sockaddr*>(&address);
        REQUIRE(bind(fd, plain, size) == 0);
        REQUIRE(listen(fd, 1) == 0);
        REQUIRE(getsockname(fd, plain, &size) == 0);
        endpoint = "tcp://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    }
    TakenPort(const TakenPort&) = delete;
    TakenPort& operator=(const TakenPort&) = delete;
    ~TakenPort() { close(fd); }

    std::string endpoint;

private:
    int fd;
};

} // namespace

TEST_CASE("--help shows a sentence, the options and their defaults")
{
    for (const std::string& program : programs()) {
        const Result& help = help_of(program);
        CAPTURE(help.out);
        CHECK(help.status == 0);
        CHECK(help.err.empty());
        CHECK(std::regex_search(help.out, std::regex{R"(^[A-Z][^\n]*\.\n)"}));
        CHECK(help.out.find("--help") != std::string::npos);
        for (const std::string type : {"ENDPOINT", "N", "MS"})
            for (const std::string& option : options_of_type(program, type))
                CHECK(help.out.find(option + " " + type + "=") !=
                      std::string::npos);
    }
}

TEST_CASE("an unknown option is refused")
{
    for (const std::string& program : programs())
        check_refusal({program, "--no-such-option"}, 2, "--no-such-option");
}

TEST_CASE("a bad number is refused")
{
    for (const std::string option : {"--id", "--work"})
        for (const std::string number :
             {"many", "-1", "1.5", "", "99999999999999999999"})
            check_refusal({"monitored_server", option + "=" + number}, 2,
                          option);
    for (const std::string& program : programs())
        for (const std::string type : {"N", "MS"})
            for (const std::string& option : options_of_type(program, type))
                check_refusal({program, option + "=-1"}, 2, option);
}

TEST_CASE("a bad endpoint is refused")
{
    const std::map<std::string, std::string> for_bind{
        {"tcp://localhost:5556", "127.0.0.1"},
        {"ipc:///no/such/folder/socket", "there is no folder"},
        {"ipc:///etc/passwd", "not a socket"},
    };
    const std::map<std::string, std::string> for_connect{
        {"tcp://127.0.0.1:0", "port"},
        {"tcp://127.0.0.1:*", "port"},
        {"tcp://*:5556", "host"},
        {"tcp://no.such.host.invalid:5556", "no host"},
        {"ipc://*", "path"},
    };
    std::map<std::string, std::string> for_both{
        {"127.0.0.1:5556", "tcp://HOST:PORT"},
        {"http://127.0.0.1:5556", "tcp://HOST:PORT"},
        {"tcp://127.0.0.1", "tcp://HOST:PORT"},
        {"tcp://127.0.0.1:99999", "65535"},
        {"tcp://127.0.0.1:56a", "65535"},
        {"tcp:// 127.0.0.1:5556", "blank"},
        {"ipc://" + std::string(108, 'x'), "107"},
        {"ipc://", "path"},
        {"inproc://", "inproc://NAME"},
        {"", "ENDPOINT"},
    };
    // All of it where one binds and one connects, and that it is checked at
    // all in each program.
    for (const bool binds : {true, false}) {
        auto endpoints = for_both;
        endpoints.merge(std::map{binds ? for_bind : for_connect});
        for (const auto& [endpoint, complaint] : endpoints)
            check_refusal({binds ? "reqrep_server" : "reqrep_client",
                           (binds ? "--bind=" : "--connect=") + endpoint},
                          2, complaint);
    }
    for (const std::string& program : programs())
        for (const std::string& option : options_of_type(program, "ENDPOINT"))
            check_refusal(
                {program, option + (is_bind(option) ? "=tcp://localhost:5556"
                                                    : "=tcp://127.0.0.1:0")},
                2, is_bind(option) ? "127.0.0.1" : "port");
}

TEST_CASE("a port in use is refused with what to do")
{
    const TakenPort taken;
    for (const std::string& program : programs()) {
        const auto options = options_of_type(program, "ENDPOINT");
        for (const std::string& option : options) {
            if (!is_bind(option))
                continue;
            std::vector<std::string> command{program,
                                             option + "=" + taken.endpoint};
            for (const std::string& other : options)
                if (is_bind(other) && other != option)
                    command.push_back(other + "=tcp://127.0.0.1:*");
            check_refusal(command, 1,
                          "Address already in use: is another one running?");
        }
    }
}

TEST_CASE("an ipc path in use is refused, not taken over")
{
    const std::string endpoint =
        "ipc:///tmp/zmq-workbook-test." + std::to_string(getpid());
    Process first{{"reqrep_server", "--bind", endpoint}};
    first.endpoint();
    check_refusal({"reqrep_server", "--bind", endpoint}, 1,
                  "Address already in use");
    const Result client =
        run_to_end({"reqrep_client", "--connect", endpoint, "--count", "1"});
    CHECK(client.status == 0);
    CHECK(first.stop() == 0);
    unlink(endpoint.substr(6).c_str());
}

TEST_CASE("output that cannot be written is a failure")
{
    const std::string command =
        program_path("req_out_of_step") + " > /dev/full";
    const Result result = run_to_end({"/bin/sh", "-c", command});
    CHECK(result.status == 1);
    CHECK(result.err.find("write") != std::string::npos);
}

TEST_CASE("SIGINT and SIGTERM stop a program with status 0")
{
    for (const int number : {SIGINT, SIGTERM}) {
        Process server{{"reqrep_server", "--bind", "tcp://127.0.0.1:*"}};
        server.endpoint();
        server.signal(number);
        CHECK(server.finish() == 0);
    }
}

TEST_CASE("a program that waits for Enter stops on a signal as well")
{
    using namespace std::chrono_literals;
    Process client{{"reqrep_client", "--connect", own_endpoint(), "--step"}};
    CHECK(client.runs_for(300ms)); // it waits by then
    CHECK(client.stop() == 0);
}
