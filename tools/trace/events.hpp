#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace zmq_trace {

/// A frame of a message, a topic or an identity.
struct Frame
{
    std::uint64_t size = 0;
    std::uint64_t hash = 0;
    std::string start;     ///< its first bytes, if they were recorded
    bool recorded = false; ///< whether they were
};

enum class Kind
{
    socket,
    bind,
    connect,
    unbind,
    disconnect,
    monitor,
    subscribe,
    unsubscribe,
    identity,
    send,
    recv,
    skip, ///< messages that were left out of the trace
    fail,
    proxy,
    proxy_end,
    close,
    exit,
};

std::string_view name_of(Kind kind);

/// What happened: one line of a trace.
struct Event
{
    std::int64_t t = 0; ///< ns, CLOCK_MONOTONIC
    Kind kind{};
    bool partial = false;    ///< a message whose last frame never came
    bool skip_sends = false; ///< for skip: sends, not receives
    int process = -1;
    int socket = -1; ///< index in Trace::sockets, also a proxy's frontend
    int thread = 0;
    int message = -1; ///< index in Match::messages, once matched
    int back = -1;    ///< a proxy's other sockets
    int capture = -1;
    int control = -1;
    std::uint64_t bytes = 0;
    std::uint64_t messages = 0; ///< for skip: how many
    std::uint64_t more = 0;     ///< frames beyond those listed
    std::vector<Frame> frames;
    std::string text; ///< an endpoint; what failed, and why
    std::string via;  ///< the connection that a message came by
};

struct Process
{
    int pid = 0;
    std::string name; ///< unique in the trace
    std::string program;
    std::string given;      ///< its name, which several may have
    std::int64_t start = 0; ///< t of its first event
    int sockets = 0;        ///< how many it opened
};

struct Socket
{
    int process = -1;
    int number = 0;
    std::string type; ///< "REQ"
    std::uint64_t context = 0;
};

/// What a trace file holds. Lines that make no sense are counted and dropped.
struct Trace
{
    std::vector<Process> processes;
    std::vector<Socket> sockets;
    std::vector<Event> events; ///< in the order of their times
    std::int64_t start = 0;    ///< t of the first event
    std::int64_t epoch = 0;    ///< the same moment, ns since 1970
    std::uint64_t bad_lines = 0;
    std::uint64_t lines = 0;
    bool cut = false; ///< the file ended in the middle of a line
};

/// Takes a trace line by line.
class Reader
{
public:
    explicit Reader(Trace& trace) : all{trace} {}

    /// The event of a line; none if it has none, or makes no sense.
    std::optional<Event> read(std::string_view line);

private:
    std::optional<Event> parse(std::string_view line);
    void introduce(Process process, std::int64_t epoch);

    Trace& all;
    std::unordered_map<std::int64_t, int> process_of; // by pid
    std::unordered_map<std::uint64_t, int> socket_of; // by process and number
    std::unordered_map<std::string, int> named;       // processes by name
};

/// Reads a whole file and sorts its events.
/// @throws std::runtime_error when it cannot be read or is no trace
Trace read_trace(const std::string& path);

} // namespace zmq_trace
