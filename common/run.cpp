#include "common/run.hpp"

#include <fmt/format.h>
#include <zmq.hpp>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <string>

namespace {

constexpr int failed = 1;
constexpr int wrong_command_line = 2;

// What a reader can do about an error of bind, which does not say by itself
// which endpoint it was.
std::string advice(int error)
{
    switch (error) {
    case EADDRINUSE:
        return "is another one running? Choose another with --bind";
    case EADDRNOTAVAIL:
    case ENODEV:
        return "this machine has no such address";
    case EACCES:
        return "ports below 1024 and other people's folders need more rights";
    default:
        return {};
    }
}

std::string explain(const zmq::error_t& error, const Options& options)
{
    const std::string what_to_do = advice(error.num());
    if (what_to_do.empty())
        return error.what();
    return fmt::format("{}: {}: {}", fmt::join(options.listening(), " or "),
                       error.what(), what_to_do);
}

bool stdout_is_written()
{
    return std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
}

} // namespace

int run(Options& options, int argc, char** argv,
        const std::function<void()>& work)
{
    std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
    const std::string program =
        argc > 0 ? std::filesystem::path{argv[0]}.filename() : "program";
    const auto fail = [&](int status, const std::string& reason) {
        fmt::print(stderr, "{}: {}\n", program, reason);
        return status;
    };

    try {
        if (options.parse(argc, argv)) {
            options.check_ipc_is_free();
            work();
        }
    } catch (const UsageError& error) {
        return fail(wrong_command_line,
                    fmt::format("{} (see {} --help)", error.what(), program));
    } catch (const zmq::error_t& error) {
        if (error.num() != ETERM)
            return fail(failed, explain(error, options));
    } catch (const std::exception& error) {
        return fail(failed, error.what());
    }
    if (!stdout_is_written())
        return fail(failed, "could not write all of its output");
    return 0;
}
