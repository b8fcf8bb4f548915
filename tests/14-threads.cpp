#include "support/process.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <numeric>
#include <regex>
#include <sstream>

using namespace std::chrono_literals;

namespace {

#ifdef __SANITIZE_THREAD__
constexpr bool with_thread_sanitizer = true;
#else
constexpr bool with_thread_sanitizer = false;
#endif

// The numbers of the first line that holds the text.
std::vector<int> numbers_of(const std::string& output, const std::string& text)
{
    std::istringstream lines{output};
    std::vector<int> numbers;
    for (std::string line; std::getline(lines, line);) {
        if (line.find(text) == std::string::npos)
            continue;
        const std::regex digits{"[0-9]+"};
        for (std::sregex_iterator found{line.begin(), line.end(), digits}, end;
             found != end; ++found)
            numbers.push_back(std::stoi(found->str()));
        break;
    }
    return numbers;
}

// Everything that went in came out, was dropped, or was not done.
void check_account(const std::string& output)
{
    const std::vector<int> account = numbers_of(output, "Went in");
    REQUIRE(account.size() == 4);
    CHECK(account[0] == account[1] + account[2] + account[3]);
    CHECK(account[1] == count_lines(output, "Came out: "));
}

// The line of a file that a report names as FILE:LINE.
std::string line_at(const std::string& report)
{
    std::smatch place;
    REQUIRE(std::regex_search(report, place,
                              std::regex{"made at ([a-z_.]+):([0-9]+) "}));
    std::ifstream file{WORKBOOK_ROOT "/chapters/14-threads/" + place[1].str()};
    std::string line;
    for (int n = 0; n < std::stoi(place[2]); ++n)
        std::getline(file, line);
    return line;
}

} // namespace

TEST_CASE("numbers flow through two stages, in their order")
{
    const Result program = run_to_end({"relay_pipeline", "--count", "3"});
    CHECK(program.status == 0);
    CHECK(program.err.empty());
    CHECK(program.out == "Came out: 3\n"
                         "Came out: 5\n"
                         "Came out: 7\n"
                         "Went in: 3, came out: 3, dropped: 0, not done: 0\n");
}

TEST_CASE("a stage whose work throws drops that message and goes on")
{
    const Result program =
        run_to_end({"relay_pipeline", "--count", "5", "--bad", "3"});
    CHECK(program.status == 0);
    CHECK(count_lines(program.err, "double: dropped 'what?': not a number") ==
          1);
    CHECK(count_lines(program.out, "Came out: ") == 4);
    CHECK(count_lines(program.out, "Came out: 11") == 1); // the last
    check_account(program.out);
}

TEST_CASE("a stage can stop the pipeline instead, and each message is "
          "accounted for")
{
    for (const std::string count : {"0", "5000"}) {
        const Result program = run_to_end({"relay_pipeline", "--count", count,
                                           "--bad", "100", "--stop-on-error"});
        CHECK(program.status == 1);
        CHECK(count_lines(program.err,
                          "double: stopped at 'what?': not a number") == 1);
        CHECK(count_lines(program.out, "Came out: ") == 99);
        check_account(program.out);
    }
}

TEST_CASE("a pipeline that is told to stop loses nothing")
{
    for (const std::string interval : {"0", "5"}) {
        Process program{
            {"relay_pipeline", "--count", "0", "--interval", interval}};
        program.wait_for("Came out: 21");
        CHECK(program.stop() == 0);
        const std::vector<int> account = numbers_of(program.out(), "Went in");
        REQUIRE(account.size() == 4);
        CHECK(account[0] == account[1]);
        check_account(program.out());
    }
}

TEST_CASE("a record is read as it was written, in four ways, and pixels cost "
          "least apart")
{
    const Result program = run_to_end({"json_or_msgpack", "--count", "3"});
    CHECK(program.status == 0); // it compares what it reads
    constexpr int pixels = 32 * 24;
    const auto bytes = [&](const std::string& way) {
        return numbers_of(program.out, way).at(0);
    };
    CHECK(bytes("JSON, pixels within") > 3 * pixels);
    CHECK(bytes("MessagePack, pixels within") < 2 * pixels);
    CHECK(bytes("JSON, then pixels") < 2 * pixels);
    CHECK(bytes("MessagePack, then pixels") < bytes("JSON, then pixels"));
    CHECK(bytes("MessagePack, then pixels") <
          bytes("MessagePack, pixels within"));
}

TEST_CASE("what is no record is dropped, in either format, and good ones pass")
{
    const Result program = run_to_end({"bad_records"});
    CHECK(program.status == 0);
    CHECK(count_lines(program.err, "Dropped") == 8);
    CHECK(program.out == "JSON: door 7\nMessagePack: door 7\n");
}

TEST_CASE("a shutdown that does not end names each socket in its way, by line")
{
    Process program{{"leaky_shutdown", "--connect", own_endpoint()}};
    const std::string open = program.wait_for("inproc://tasks");
    const std::string closed = program.wait_for("tcp://");
    CHECK(program.finish() == 1);
    CHECK(count_lines(program.out(), "made at") == 2);

    CHECK(open.find("PULL") != std::string::npos);
    CHECK(open.find("by thread worker: still open") != std::string::npos);
    CHECK(line_at(open).find("TrackedSocket tasks") != std::string::npos);
    CHECK(closed.find("PUSH") != std::string::npos);
    CHECK(closed.find("by thread leaky_shutdown: closed") != std::string::npos);
    CHECK(line_at(closed).find("TrackedSocket log") != std::string::npos);
}

TEST_CASE("a closed socket with a message to send is in the way by itself")
{
    const Result program = run_to_end(
        {"leaky_shutdown", "--tidy-worker", "--connect", own_endpoint()});
    CHECK(program.status == 1);
    CHECK(count_lines(program.out, "made at") == 1);
    CHECK(count_lines(program.out, "closed, may linger") == 1);
}

TEST_CASE("a tidy shutdown ends, with nothing in its way")
{
    const Result program =
        run_to_end({"leaky_shutdown", "--tidy-worker", "--no-linger", "--grace",
                    "15000", "--connect", own_endpoint()});
    CHECK(program.status == 0);
    CHECK(program.out == "The worker was interrupted: Context was terminated\n"
                         "Nothing was in the way\n");
}

// Two threads on one socket are a data race, on purpose.
TEST_CASE("two threads on one socket can lose messages, hang or crash" *
          doctest::skip(with_thread_sanitizer))
{
    const Result program = run_to_end({"shared_socket", "--runs", "30"});
    CHECK(program.status == 0);
    const std::vector<int> ends = numbers_of(program.out, "looked fine");
    REQUIRE(ends.size() == 5);
    CHECK(std::accumulate(ends.begin() + 1, ends.end(), 0) == ends[0]);
    CHECK(ends[1] < ends[0]); // each one is likely to go wrong, so one does
}

TEST_CASE("two threads with a socket each do none of that")
{
    const Result program = run_to_end({"shared_socket", "--own-sockets"});
    CHECK(program.status == 0);
    CHECK(program.out == "10 runs: 10 looked fine, 0 lost or mixed messages, "
                         "0 hung, 0 crashed\n");
}
