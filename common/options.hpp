#pragma once

#include "common/endpoint.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

/// A command line that makes no sense; run() ends the program with status 2.
/// A program may throw it too, for what only it can check.
struct UsageError : std::runtime_error
{
    using std::runtime_error::runtime_error;
};

/// The command line of a program: a thin front of CLI11, which is compiled
/// once here because it takes seconds to compile.
///
/// Each add() names an option, the variable that it sets and, by that
/// variable's value at the time, the default that `--help` shows. A name
/// without dashes is a positional argument. Options whose names start with
/// `--bind` or `--connect` have their endpoints checked for that use.
class Options
{
public:
    /// @param purpose one sentence, shown at the top of `--help`
    explicit Options(std::string purpose);
    Options(const Options&) = delete;
    Options& operator=(const Options&) = delete;
    ~Options();

    /// One endpoint.
    void add(const std::string& name, Endpoint& value,
             const std::string& description);
    /// Any number of endpoints: the option may be repeated, and the first
    /// one given replaces all defaults.
    void add(const std::string& name, std::vector<Endpoint>& values,
             const std::string& description);
    /// Text, taken as it is.
    void add(const std::string& name, std::string& value,
             const std::string& description);
    /// Texts: the option may be repeated, and the first one given replaces
    /// all defaults.
    void add(const std::string& name, std::vector<std::string>& values,
             const std::string& description);
    /// A whole number from 0 up.
    void add(const std::string& name, std::uint64_t& value,
             const std::string& description);
    /// A whole number from low to high.
    void add(const std::string& name, int& value, int low, int high,
             const std::string& description);
    /// A time in milliseconds, from 0 up.
    void add(const std::string& name, std::chrono::milliseconds& value,
             const std::string& description);
    /// A switch: off unless given, and given without a value.
    void add(const std::string& name, bool& value,
             const std::string& description);

    /// Reads the command line into the variables.
    /// @return false when it asked for help, which has then been printed
    /// @throws UsageError that quotes what is wrong
    bool parse(int argc, const char* const* argv);

    /// The endpoints of the `--bind…` options, as `--bind tcp://…`.
    std::vector<std::string> listening() const;

    /// @throws std::runtime_error when an ipc endpoint of a `--bind…` option
    ///         has a listener, from which libzmq would take it in silence
    void check_ipc_is_free() const;

private:
    struct Parser;
    std::unique_ptr<Parser> parser;
};
