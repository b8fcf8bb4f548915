// Puts what several processes print into the order in which they printed it.
//
//     transcript collect DIRECTORY
//     transcript run DIRECTORY NAME COMMAND [ARGUMENT...]
//
// Pipes would lose that order: one reads them one after the other. So `run`
// gives a command a datagram socket as its stdout and stderr, and all of these
// end in the one socket of `collect`, where the kernel keeps a single queue.
//
// `collect` writes an event a line to stdout, fields separated by U+001F:
// seconds since 1970, kind, name, text. The kinds: `ready` (once, before any
// `run` may start), `pid` (of the command), `out` (a line that it printed) and
// `end` (how it ended, as shells count: 0–255, 128 + signal). It ends when its
// stdout is closed.

#include <fmt/core.h>

#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace {

constexpr char separator = '\x1f';
constexpr std::size_t longest_line = 3000;     // more is shown on a new line
constexpr std::size_t longest_write = 1 << 18; // what one datagram may hold

// A datagram that starts with this is from `run` itself, not from its command.
constexpr std::string_view own_word = "\x1f";

[[noreturn]] void fail(const std::string& what)
{
    throw std::system_error{errno, std::generic_category(), what};
}

sockaddr_un address_of(const std::filesystem::path& path)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.native().size() >= sizeof address.sun_path)
        throw std::runtime_error{path.native() + ": too long for a socket"};
    path.native().copy(address.sun_path, sizeof address.sun_path - 1);
    return address;
}

// A datagram socket of that name.
int open_socket(const std::filesystem::path& path)
{
    const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const sockaddr_un address = address_of(path);
    std::filesystem::remove(path);
    if (fd < 0 || bind(fd, reinterpret_cast<const sockaddr*>(&address),
                       sizeof address) != 0)
        fail(path.native());
    return fd;
}

std::filesystem::path inbox(const std::filesystem::path& directory)
{
    return directory / ".inbox";
}

void write_event(std::string_view kind, std::string_view name,
                 std::string_view text)
{
    timeval now{};
    gettimeofday(&now, nullptr);
    fmt::print("{}.{:06}{}{}{}{}{}{}\n", now.tv_sec, now.tv_usec, separator,
               kind, separator, name, separator, text);
    std::fflush(stdout);
}

// Collects what one process printed until it makes a line.
class Lines
{
public:
    void add(const std::string& name, std::string_view bytes)
    {
        for (const char byte : bytes) {
            if (byte == '\n' || line.size() == longest_line)
                flush(name);
            if (byte != '\n' && byte != '\0' && byte != separator)
                line += byte;
        }
    }

    void flush(const std::string& name)
    {
        write_event("out", name, line);
        line.clear();
    }

    bool is_empty() const { return line.empty(); }

private:
    std::string line;
};

void note(std::map<std::string, Lines>& lines, const std::string& name,
          std::string_view datagram)
{
    if (!datagram.starts_with(own_word)) {
        lines[name].add(name, datagram);
        return;
    }
    datagram.remove_prefix(own_word.size());
    if (!lines[name].is_empty())
        lines[name].flush(name);
    const std::size_t blank = datagram.find(' ');
    write_event(datagram.substr(0, blank), name, datagram.substr(blank + 1));
}

int collect(const std::filesystem::path& directory)
{
    const int fd = open_socket(inbox(directory));
    std::map<std::string, Lines> lines;
    std::vector<char> buffer(longest_write);
    write_event("ready", "", "");
    pollfd waits[] = {{fd, POLLIN, 0}, {STDOUT_FILENO, 0, 0}};
    while (std::ferror(stdout) == 0) {
        if (poll(waits, 2, -1) < 0 && errno != EINTR)
            fail("poll");
        if (waits[1].revents != 0)
            break; // nobody reads any more
        sockaddr_un sender{};
        socklen_t length = sizeof sender;
        const ssize_t size =
            recvfrom(fd, buffer.data(), buffer.size(), MSG_DONTWAIT,
                     reinterpret_cast<sockaddr*>(&sender), &length);
        if (size >= 0)
            note(lines, std::filesystem::path{sender.sun_path}.filename(),
                 {buffer.data(), static_cast<std::size_t>(size)});
    }
    return 0;
}

void tell(int fd, const std::string& text)
{
    const std::string datagram = std::string{own_word} + text;
    if (write(fd, datagram.data(), datagram.size()) < 0)
        fail("telling the collector");
}

// Becomes the command, its output going to the collector. It ends with this
// program, whatever ends that.
[[noreturn]] void become(int output, char** command)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    execvp(command[0], command);
    fmt::print(stderr, "{}: {}\n", command[0], std::strerror(errno));
    std::_Exit(errno == ENOENT ? 127 : 126); // what shells say
}

int run_command(const std::filesystem::path& directory, const std::string& name,
                char** command)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL); // and then so does the command
    const int output = open_socket(directory / name);
    const sockaddr_un address = address_of(inbox(directory));
    if (connect(output, reinterpret_cast<const sockaddr*>(&address),
                sizeof address) != 0)
        fail(inbox(directory).native());

    const pid_t child = fork();
    if (child < 0)
        fail("fork");
    if (child == 0)
        become(output, command);
    for (const int stop_signal : {SIGINT, SIGTERM, SIGHUP})
        std::signal(stop_signal, SIG_IGN); // for the command to obey
    tell(output, fmt::format("pid {}", child));

    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    const int result =
        WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    tell(output, fmt::format("end {}", result));
    return result;
}

} // namespace

int main(int argc, char** argv)
{
    const std::string_view verb = argc > 1 ? argv[1] : "";
    try {
        if (verb == "collect" && argc == 3)
            return collect(argv[2]);
        if (verb == "run" && argc > 4)
            return run_command(argv[2], argv[3], argv + 4);
        fmt::print(stderr, "Usage: transcript collect DIRECTORY\n"
                           "       transcript run DIRECTORY NAME COMMAND "
                           "[ARGUMENT...]\n");
        return 2;
    } catch (const std::exception& error) {
        fmt::print(stderr, "transcript: {}\n", error.what());
        return 1;
    }
}
