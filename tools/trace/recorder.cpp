#include "recorder.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <mutex>

namespace zmq_trace {

namespace {

constexpr std::int64_t longest_file = 1ll << 29; // bytes, by each process
constexpr std::int64_t window = 100'000'000;     // ns
constexpr int messages_a_window = 2'000;
constexpr int messages_at_once = 100'000;
constexpr int high_descriptor = 900; // out of the program's way

std::atomic<int> file{-1};
std::atomic<bool> off{false};
std::atomic<bool> introduced{false};
std::atomic<std::int64_t> written{0};
std::atomic<int> pid{0};
std::atomic<std::int64_t> window_start{0};
std::atomic<int> in_window{0};
std::atomic<int> from_stock{0};
thread_local int tid = 0;
std::mutex opening;

const char* path()
{
    static const char* const name = std::getenv("ZMQ_TRACE_FILE");
    return name;
}

// ZMQ_TRACE_LIMIT: so many messages are noted and no more, however slowly they
// come; the rest is a flood. For tests, which must not depend on speed.
int limit()
{
    static const int messages = [] {
        const char* const text = std::getenv("ZMQ_TRACE_LIMIT");
        return text ? std::atoi(text) : 0;
    }();
    return messages;
}

bool is_stock_left()
{
    return from_stock.load(std::memory_order_relaxed) <
           (limit() > 0 ? limit() : messages_at_once);
}

void give_up(const char* why)
{
    if (off.exchange(true))
        return;
    char text[512];
    const int length =
        std::snprintf(text, sizeof text,
                      "zmq_trace: %.300s: %s; process %d goes on untraced\n",
                      path(), why, process_id());
    if (length > 0)
        (void)!::write(2, text, static_cast<std::size_t>(length));
}

int open_file()
{
    const std::lock_guard lock{opening};
    if (file.load() >= 0)
        return file.load();
    const int low =
        ::open(path(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (low < 0)
        return -1;
    const int high = ::fcntl(low, F_DUPFD_CLOEXEC, high_descriptor);
    if (high >= 0)
        ::close(low);
    file.store(high >= 0 ? high : low);
    return file.load();
}

std::int64_t wall_clock()
{
    timespec time{};
    clock_gettime(CLOCK_REALTIME, &time);
    return time.tv_sec * 1'000'000'000 + time.tv_nsec;
}

std::string_view base_name(std::string_view name)
{
    const auto slash = name.rfind('/');
    return slash == std::string_view::npos ? name : name.substr(slash + 1);
}

// The program, or the script that an interpreter runs: `python3 -u x.py`.
std::string_view program_name(char* buffer, std::size_t size)
{
    const int cmdline = ::open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
    const auto length = cmdline < 0 ? 0 : ::read(cmdline, buffer, size);
    if (cmdline >= 0)
        ::close(cmdline);
    std::string_view rest{buffer, length > 0 ? std::size_t(length) : 0};
    std::string_view name = base_name(rest.substr(0, rest.find('\0')));
    const bool interpreted = name.starts_with("python");
    while (interpreted && rest.find('\0') != std::string_view::npos) {
        rest.remove_prefix(rest.find('\0') + 1);
        const auto word = rest.substr(0, rest.find('\0'));
        if (!word.empty() && word.front() != '-')
            return base_name(word);
        if (word == "-c" || word == "-m")
            break;
    }
    return name;
}

// Who has loaded this library. A process that it forks is somebody else.
struct Origin
{
    pid_t pid = getpid();
    char name[16] = "";

    Origin() { prctl(PR_GET_NAME, name); }
};
const Origin origin;

// What a forked process calls itself, by prctl(PR_SET_NAME) or, in its first
// thread, pthread_setname_np(); empty if it has not said.
std::string_view role(char* buffer, std::size_t size)
{
    if (getpid() == origin.pid)
        return {};
    const int comm = ::open("/proc/self/comm", O_RDONLY | O_CLOEXEC);
    const auto length = comm < 0 ? 0 : ::read(comm, buffer, size);
    if (comm >= 0)
        ::close(comm);
    std::string_view name{buffer, length > 0 ? std::size_t(length) : 0};
    name = name.substr(0, name.find('\n'));
    return name == origin.name ? std::string_view{} : name;
}

// A forked process goes by its role, if it has one; else by what it was given.
std::string_view name_of_process(std::string_view its_role,
                                 std::string_view program)
{
    const char* const given = std::getenv("ZMQ_TRACE_NAME");
    if (!its_role.empty())
        return its_role;
    return given && *given ? std::string_view{given} : program;
}

// Says who this is, before its first event.
void introduce(std::int64_t t)
{
    if (introduced.exchange(true))
        return;
    char buffer[1024];
    char role_buffer[32];
    const std::string_view program = program_name(buffer, sizeof buffer);
    const std::string_view its_role = role(role_buffer, sizeof role_buffer);
    Line line;
    begin(line, "process", t);
    line.add("epoch", wall_clock() - (now() - t));
    line.add("ppid", getppid());
    line.add("name", name_of_process(its_role, program).substr(0, 64));
    line.add("program", program.substr(0, 64));
    line.add("version", 1);
    finish(line);
}

void append(std::string_view bytes)
{
    int descriptor = file.load(std::memory_order_relaxed);
    if (descriptor < 0)
        descriptor = open_file();
    ssize_t count = ::write(descriptor, bytes.data(), bytes.size());
    if (count < 0 && errno == EBADF) { // the program closed all it knew not
        file.store(-1);
        count = ::write(open_file(), bytes.data(), bytes.size());
    }
    if (count == static_cast<ssize_t>(bytes.size())) {
        if (written.fetch_add(count) > longest_file)
            give_up("512 MB are enough");
    } else {
        give_up(count < 0 ? strerrordesc_np(errno) : "No space left on device");
    }
}

} // namespace

bool on()
{
    return !off.load(std::memory_order_relaxed) && path() && *path();
}

bool with_content()
{
    static const bool content = [] {
        const char* const no = std::getenv("ZMQ_TRACE_NO_CONTENT");
        return !no || !*no || std::string_view{no} == "0";
    }();
    return content;
}

std::int64_t now()
{
    timespec time{};
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1'000'000'000 + time.tv_nsec;
}

int process_id()
{
    if (pid.load(std::memory_order_relaxed) == 0)
        pid.store(getpid());
    return pid.load(std::memory_order_relaxed);
}

void begin(Line& line, std::string_view event, std::int64_t t)
{
    introduce(t);
    if (tid == 0)
        tid = static_cast<int>(syscall(SYS_gettid));
    line.put("{\"t\":");
    line.put(t);
    line.add("pid", process_id());
    line.add("tid", tid);
    line.add("ev", event);
}

void finish(Line& line)
{
    line.put("}\n");
    if (on() && !line.overflowed())
        append(line.view());
}

Budget spend(std::int64_t t)
{
    std::int64_t start = window_start.load(std::memory_order_relaxed);
    if (t - start > window && window_start.compare_exchange_strong(start, t))
        in_window.store(0, std::memory_order_relaxed);
    const int used = in_window.fetch_add(1, std::memory_order_relaxed);
    if (used < messages_a_window && limit() == 0)
        return Budget::all;
    if (is_stock_left()) {
        from_stock.fetch_add(1, std::memory_order_relaxed);
        return Budget::all;
    }
    return used < 50 * messages_a_window ? Budget::some : Budget::none;
}

bool is_flooded(std::int64_t t)
{
    if (is_stock_left())
        return false;
    return limit() > 0 ||
           (t - window_start.load(std::memory_order_relaxed) <= window &&
            in_window.load(std::memory_order_relaxed) >= messages_a_window);
}

bool is_introduced()
{
    return introduced.load();
}

void start_again_in_child()
{
    pid.store(0);
    tid = 0;
    introduced.store(false);
    written.store(0);
    from_stock.store(0);
}

} // namespace zmq_trace
