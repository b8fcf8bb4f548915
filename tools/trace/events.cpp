#include "events.hpp"

#include "text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <stdexcept>
#include <system_error>

namespace zmq_trace {

namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 17> kinds{
    "socket",    "bind",        "connect",   "unbind", "disconnect", "monitor",
    "subscribe", "unsubscribe", "identity",  "send",   "recv",       "skip",
    "fail",      "proxy",       "proxy_end", "close",  "exit"};

constexpr std::size_t longest_line = 1 << 16;
constexpr std::size_t longest_name = 64;
constexpr std::int64_t last_time = std::int64_t{1} << 62; // ns

// Whatever goes wrong with a line: it is dropped.
struct BadLine
{
};

std::int64_t number(const json& object, const char* key)
{
    const auto found = object.find(key);
    if (found == object.end() || !found->is_number_integer())
        throw BadLine{};
    return found->get<std::int64_t>();
}

std::int64_t number_or(const json& object, const char* key, std::int64_t none)
{
    return object.contains(key) ? number(object, key) : none;
}

std::int64_t time_or(const json& object, const char* key, std::int64_t none)
{
    const std::int64_t t = number_or(object, key, none);
    if (t < 0 || t > last_time) // so that differences can be taken
        throw BadLine{};
    return t;
}

std::string text(const json& object, const char* key)
{
    const auto found = object.find(key);
    if (found == object.end() || !found->is_string())
        throw BadLine{};
    return shown(found->get_ref<const std::string&>());
}

std::uint64_t from_hex(const std::string& digits)
{
    std::uint64_t value = 0;
    const char* const end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, value, 16);
    if (stop != end || error != std::errc{})
        throw BadLine{};
    return value;
}

std::string bytes_of(const std::string& hex)
{
    std::string bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
        bytes += static_cast<char>(from_hex(hex.substr(i, 2)));
    return bytes;
}

// [size, "hash"], [size, "hash", "text"] or [size, "hash", null, "hex"]
Frame frame(const json& parts)
{
    if (!parts.is_array() || parts.size() < 2 ||
        !parts[0].is_number_unsigned() || !parts[1].is_string())
        throw BadLine{};
    Frame result{parts[0].get<std::uint64_t>(),
                 from_hex(parts[1].get_ref<const std::string&>()),
                 {},
                 parts.size() > 2};
    if (parts.size() > 2 && parts[2].is_string())
        result.start = parts[2].get<std::string>();
    else if (parts.size() > 3 && parts[3].is_string())
        result.start = bytes_of(parts[3].get_ref<const std::string&>());
    return result;
}

std::vector<Frame> frames(const json& object)
{
    std::vector<Frame> result;
    const auto found = object.find("f");
    if (found == object.end())
        return result;
    if (!found->is_array())
        throw BadLine{};
    result.reserve(found->size());
    for (const json& parts : *found)
        result.push_back(frame(parts));
    return result;
}

void fill(Event& event, const json& object)
{
    if (event.kind == Kind::send || event.kind == Kind::recv ||
        event.kind == Kind::subscribe || event.kind == Kind::unsubscribe ||
        event.kind == Kind::identity) {
        event.frames = frames(object);
        event.more = static_cast<std::uint64_t>(number_or(object, "more", 0));
        event.bytes = static_cast<std::uint64_t>(number_or(object, "bytes", 0));
        event.partial = object.contains("partial");
        if (object.contains("via"))
            event.via = text(object, "via");
        if (event.frames.empty())
            throw BadLine{};
    } else if (event.kind == Kind::skip) {
        event.messages = static_cast<std::uint64_t>(number(object, "messages"));
        event.bytes = static_cast<std::uint64_t>(number(object, "bytes"));
        event.skip_sends = text(object, "of") == "send";
    } else if (event.kind == Kind::fail) {
        event.text = text(object, "of") + ": " + text(object, "error");
    } else if (object.contains("endpoint")) {
        event.text = text(object, "endpoint");
    }
}

} // namespace

std::string_view name_of(Kind kind)
{
    return kinds[static_cast<std::size_t>(kind)];
}

std::optional<Event> Reader::read(std::string_view line)
{
    ++all.lines;
    if (line.size() > longest_line) {
        ++all.bad_lines;
        return {};
    }
    try {
        return parse(line);
    } catch (const BadLine&) {
    } catch (const json::exception&) {
        // A full disk can cut a line, and another process goes on after it.
        const auto next = line.rfind("{\"t\":");
        if (next != std::string_view::npos && next > 0) {
            ++all.bad_lines;
            return read(line.substr(next));
        }
    }
    ++all.bad_lines;
    return {};
}

std::optional<Event> Reader::parse(std::string_view line)
{
    const json object = json::parse(line);
    if (!object.is_object())
        throw BadLine{};
    const std::int64_t pid = number(object, "pid");
    const std::string kind = text(object, "ev");
    Event event;
    event.t = time_or(object, "t", -1);
    event.thread = static_cast<int>(number_or(object, "tid", 0));
    if (kind == "process") {
        introduce({static_cast<int>(pid),
                   cut(text(object, "name"), longest_name),
                   cut(text(object, "program"), longest_name), "", event.t},
                  time_or(object, "epoch", 0));
        process_of[pid] = static_cast<int>(all.processes.size()) - 1;
        return {};
    }

    const auto known = process_of.find(pid);
    const auto position = std::find(kinds.begin(), kinds.end(), kind);
    if (known == process_of.end() || position == kinds.end())
        throw BadLine{};
    event.process = known->second;
    event.kind = static_cast<Kind>(position - kinds.begin());
    const auto id = [&](const char* key) {
        return (static_cast<std::uint64_t>(event.process) << 32) |
               (static_cast<std::uint64_t>(number(object, key)) & 0xffffffff);
    };
    if (event.kind == Kind::socket) {
        all.sockets.push_back(
            {event.process, static_cast<int>(number(object, "s")),
             cut(text(object, "type"), 8),
             static_cast<std::uint64_t>(number_or(object, "context", 0))});
        socket_of[id("s")] = static_cast<int>(all.sockets.size()) - 1;
        ++all.processes[static_cast<std::size_t>(event.process)].sockets;
    }
    const auto socket = [&](const char* key) {
        const auto found =
            object.contains(key) ? socket_of.find(id(key)) : socket_of.end();
        return found == socket_of.end() ? -1 : found->second;
    };
    event.socket = socket("s");
    event.back = socket("back");
    event.capture = socket("capture");
    event.control = socket("control");
    const bool is_proxy =
        event.kind == Kind::proxy || event.kind == Kind::proxy_end;
    if (event.kind != Kind::exit &&
        (event.socket < 0 || (is_proxy && event.back < 0)))
        throw BadLine{};
    fill(event, object);
    return event;
}

// Processes of one name get a number, from the second one on.
void Reader::introduce(Process process, std::int64_t epoch)
{
    if (process.name.empty())
        process.name = "process";
    process.given = process.name;
    if (const int count = ++named[process.given]; count > 1)
        process.name = fmt::format("{} #{}", process.given, count);
    if (all.epoch == 0) {
        all.start = process.start;
        all.epoch = epoch;
    }
    all.processes.push_back(std::move(process));
}

Trace read_trace(const std::string& path)
{
    std::ifstream file{path, std::ios::binary};
    if (!file)
        throw std::runtime_error{fmt::format(
            "{}: {}", path, std::generic_category().message(errno))};
    Trace trace;
    Reader reader{trace};
    std::string line;
    while (std::getline(file, line)) {
        if (file.eof()) { // no end of line
            trace.cut = !line.empty();
            break;
        }
        if (auto event = reader.read(line))
            trace.events.push_back(std::move(*event));
    }
    if (trace.processes.empty())
        throw std::runtime_error{fmt::format(
            "{}: no process is noted in it; a trace is made by run/trace",
            path)};
    std::stable_sort(trace.events.begin(), trace.events.end(),
                     [](const Event& a, const Event& b) { return a.t < b.t; });
    if (!trace.events.empty()) {
        trace.epoch += trace.events.front().t - trace.start;
        trace.start = trace.events.front().t;
    }
    return trace;
}

} // namespace zmq_trace
