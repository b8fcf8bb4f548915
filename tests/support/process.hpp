#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

/// A program of the workbook, run as a person would run it: its output is
/// awaited with deadlines, and it is gone, with all that it started, when this
/// object is, or when the test dies.
///
/// Every wait that fails throws std::runtime_error with the command, its
/// stdout and its stderr, which doctest prints.
class Process
{
public:
    /// Starts it. A command without a slash is a program in build/bin.
    explicit Process(std::vector<std::string> command);
    Process(Process&&) noexcept;
    Process& operator=(Process&&) noexcept;
    ~Process();

    /// Waits for a line of stdout or stderr that holds the text and comes
    /// after those that earlier calls returned.
    /// @return that line
    std::string wait_for(std::string_view text);

    /// Waits for `listening on ENDPOINT`.
    /// @return the endpoint
    std::string endpoint();

    /// Presses Enter.
    void enter();
    /// Writes to its stdin.
    void write(std::string_view text);
    /// Ends its stdin.
    void close_stdin();

    /// Sends a signal to it alone.
    void signal(int number);

    /// Waits for its end.
    /// @return the exit status, 128 + signal when a signal ended it
    int finish();

    /// SIGTERM, then finish().
    int stop();

    /// Whether it still runs after this time: for those that are said to
    /// wait for ever.
    bool runs_for(std::chrono::milliseconds time);

    /// What it has printed so far (all, after finish()).
    std::string out() const;
    std::string err() const;
    std::vector<std::string> out_lines() const;

    int pid() const;

private:
    struct Running;
    std::unique_ptr<Running> running;
};

/// Runs a program to its end.
struct Result
{
    int status;
    std::string out;
    std::string err;
};
Result run_to_end(std::vector<std::string> command);

/// Where the programs under test are.
std::string program_path(std::string_view name);

/// A tcp endpoint whose port stays free while a server is away: on a loopback
/// address (127.x.y.z) that belongs to this test process alone.
std::string own_endpoint();

/// Number of lines that hold the text.
int count_lines(const std::string& output, std::string_view text);
