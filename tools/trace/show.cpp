#include "show.hpp"

#include "text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <iterator>

namespace zmq_trace {

namespace {

std::size_t at(int index)
{
    return static_cast<std::size_t>(index);
}

std::string padded(const std::string& text, std::size_t columns)
{
    const std::size_t used = letters(text);
    return used >= columns ? text : text + std::string(columns - used, ' ');
}

struct Words
{
    std::string verb;
    std::string what;
    std::string with;
};

Words of_send(const Trace& trace, const Matcher& match, const Event& event)
{
    const Message& message = match.messages[at(event.message)];
    std::string with;
    for (const Receipt& receipt : message.receipts) {
        with += with.empty() ? "→ " : ", ";
        with += owner(trace, trace.events[at(receipt.event)].socket);
        if (receipt.ambiguous)
            with += "?";
    }
    if (const std::string bad = misfortune(trace, message); !bad.empty())
        with += (with.empty() ? "✗ " : "; ✗ ") + bad;
    return {"send", fmt::format("{}  ({})", short_text(event), sizes(event)),
            with.empty() ? "→ …" : with};
}

Words of_receive(const Trace& trace, const Matcher& match, const Event& event)
{
    std::string with;
    if (event.message >= 0) {
        const Event& send =
            trace.events[at(match.messages[at(event.message)].send)];
        with = fmt::format("← {}, {:.3f} ms", owner(trace, send.socket),
                           static_cast<double>(event.t - send.t) / 1e6);
    }
    return {"recv", fmt::format("{}  ({})", short_text(event), sizes(event)),
            with};
}

Words words(const Trace& trace, const Matcher& match, const Event& event)
{
    switch (event.kind) {
    case Kind::send:
        return of_send(trace, match, event);
    case Kind::recv:
        return of_receive(trace, match, event);
    case Kind::subscribe:
    case Kind::unsubscribe:
    case Kind::identity:
        return {
            std::string{name_of(event.kind)}, short_text(event.frames[0]), {}};
    case Kind::skip:
        return {"skip",
                fmt::format("{} {} messages left out of the trace: too many "
                            "at once",
                            grouped(event.messages),
                            event.skip_sends ? "sent" : "received"),
                {}};
    case Kind::proxy:
        return {"proxy",
                "forwards to its " + trace.sockets[at(event.back)].type,
                {}};
    case Kind::proxy_end:
        return {"proxy", "ends", {}};
    default:
        return {std::string{name_of(event.kind)}, cut(event.text, 60), {}};
    }
}

const char* colour_of(const Trace& trace, const Matcher& match,
                      const Event& event)
{
    if (event.kind == Kind::fail || event.kind == Kind::skip)
        return "31";
    if (event.kind == Kind::send)
        return misfortune(trace, match.messages[at(event.message)]).empty()
                   ? "32"
                   : "31";
    return event.kind == Kind::recv ? "36" : "2";
}

} // namespace

std::string Printer::line(const Trace& trace, const Matcher& match, int number)
{
    const Event& event = trace.events[at(number)];
    if (event.socket < 0 || event.kind == Kind::socket)
        return {};
    const std::string& name = trace.processes[at(event.process)].name;
    for (; named < trace.processes.size(); ++named)
        name_width = std::max(name_width, letters(trace.processes[named].name));
    const Words said = words(trace, match, event);
    std::string text = fmt::format(
        "{:>10.6f}  {}  {:<6}  {:<9}  {}{}",
        static_cast<double>(event.t - trace.start) / 1e9,
        padded(name, name_width), trace.sockets[at(event.socket)].type,
        said.verb, said.with.empty() ? said.what : padded(said.what, 32),
        said.with.empty() ? "" : "  " + said.with);
    if (!coloured)
        return text;
    return fmt::format("\x1b[{}m{}\x1b[0m", colour_of(trace, match, event),
                       text);
}

namespace {

struct Count
{
    std::uint64_t sent = 0;
    std::uint64_t received = 0;
    std::uint64_t bytes_out = 0;
    std::uint64_t bytes_in = 0;
    std::uint64_t lost = 0;
    std::uint64_t strange = 0;
    std::uint64_t sampled = 0;
    std::string endpoints;
};

std::vector<Count> count(const Trace& trace, const Matcher& match)
{
    std::vector<Count> counts(trace.sockets.size());
    for (const Event& event : trace.events) {
        if (event.socket < 0)
            continue;
        Count& one = counts[at(event.socket)];
        const bool skip = event.kind == Kind::skip;
        if (event.kind == Kind::send || (skip && event.skip_sends)) {
            one.sent += skip ? event.messages : 1;
            one.bytes_out += event.bytes;
        } else if (event.kind == Kind::recv || skip) {
            one.received += skip ? event.messages : 1;
            one.bytes_in += event.bytes;
        } else if (event.kind == Kind::bind || event.kind == Kind::connect) {
            if (one.endpoints.size() < 60)
                one.endpoints += (one.endpoints.empty() ? "" : " ") +
                                 fmt::format("{} {}", name_of(event.kind),
                                             short_endpoint(event.text));
        }
        one.sampled += skip ? event.messages : 0;
    }
    for (const Message& message : match.messages)
        if (message.outcome == Outcome::lost ||
            message.outcome == Outcome::no_subscriber ||
            message.outcome == Outcome::no_peer)
            ++counts[at(trace.events[at(message.send)].socket)].lost;
    for (const int event : match.strangers)
        ++counts[at(trace.events[at(event)].socket)].strange;
    return counts;
}

} // namespace

std::string summary(const Trace& trace, const Matcher& match)
{
    std::string text;
    const auto out = std::back_inserter(text);
    std::size_t names = 7;
    for (const Process& process : trace.processes)
        names = std::max(names, letters(process.name));
    fmt::format_to(out, "{}  {:<6}  {:>9}  {:>12}  {:>9}  {:>12}  {:>9}  {}\n",
                   padded("process", names), "socket", "sent", "bytes",
                   "received", "bytes", "unmatched", "endpoints");
    const std::vector<Count> counts = count(trace, match);
    std::uint64_t sampled = 0;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        const Count& one = counts[i];
        const Socket& socket = trace.sockets[i];
        sampled += one.sampled;
        fmt::format_to(
            out, "{}  {:<6}  {:>9}  {:>12}  {:>9}  {:>12}  {:>9}  {}\n",
            padded(trace.processes[at(socket.process)].name, names),
            socket.type, grouped(one.sent), grouped(one.bytes_out),
            grouped(one.received), grouped(one.bytes_in),
            one.sampled ? "?" : grouped(one.lost + one.strange), one.endpoints);
    }
    if (sampled > 0)
        fmt::format_to(out,
                       "{} messages were only counted: a process sent or "
                       "received too many at once.\n",
                       grouped(sampled));
    if (trace.bad_lines > 0 || trace.cut)
        fmt::format_to(out, "{} lines of the trace made no sense{}.\n",
                       grouped(trace.bad_lines),
                       trace.cut ? ", and it ends in the middle of one" : "");
    return text;
}

namespace {

using nlohmann::json;

double seconds(const Trace& trace, std::int64_t t)
{
    return static_cast<double>(t - trace.start) / 1e9;
}

json frames_of(const Event& event)
{
    json list = json::array();
    for (const Frame& frame : event.frames) {
        json one{{"size", frame.size}};
        if (frame.recorded)
            one["text"] = short_text(frame, 64);
        list.push_back(std::move(one));
    }
    return list;
}

json message_json(const Trace& trace, const Matcher& match,
                  const Message& message)
{
    const Event& send = trace.events[at(message.send)];
    json receipts = json::array();
    for (const Receipt& receipt : message.receipts) {
        const Event& event = trace.events[at(receipt.event)];
        json one{{"t", seconds(trace, event.t)},
                 {"socket", event.socket},
                 {"ambiguous", receipt.ambiguous}};
        if (receipt.copy)
            one["copy"] = true;
        for (const int device : receipt.devices)
            one["through"].push_back(match.devices[at(device)].front);
        receipts.push_back(std::move(one));
    }
    return {{"t", seconds(trace, send.t)},
            {"socket", send.socket},
            {"bytes", send.bytes},
            {"frames", frames_of(send)},
            {"outcome", name_of(message.outcome)},
            {"receives", std::move(receipts)},
            {"lost_to", message.lost_to}};
}

} // namespace

std::string as_json(const Trace& trace, const Matcher& match)
{
    json all{{"version", 1},
             {"start", static_cast<double>(trace.epoch) / 1e9},
             {"bad_lines", trace.bad_lines},
             {"cut", trace.cut},
             {"processes", json::array()},
             {"sockets", json::array()},
             {"devices", json::array()},
             {"messages", json::array()},
             {"unmatched_receives", json::array()},
             {"events", json::array()}};
    for (const Process& process : trace.processes)
        all["processes"].push_back({{"name", process.name},
                                    {"pid", process.pid},
                                    {"program", process.program}});
    for (const Socket& socket : trace.sockets)
        all["sockets"].push_back(
            {{"process", socket.process}, {"type", socket.type}});
    for (const Device& device : match.devices)
        all["devices"].push_back({{"kind", device.kind},
                                  {"frontend", device.front},
                                  {"backend", device.back},
                                  {"capture", device.capture},
                                  {"control", device.control}});
    for (const Message& message : match.messages)
        all["messages"].push_back(message_json(trace, match, message));
    for (const int number : match.strangers) {
        const Event& event = trace.events[at(number)];
        all["unmatched_receives"].push_back({{"t", seconds(trace, event.t)},
                                             {"socket", event.socket},
                                             {"frames", frames_of(event)}});
    }
    for (const Event& event : trace.events) {
        if (event.kind == Kind::send || event.kind == Kind::recv)
            continue;
        json one{{"t", seconds(trace, event.t)},
                 {"process", event.process},
                 {"what", name_of(event.kind)}};
        if (event.socket >= 0)
            one["socket"] = event.socket;
        if (!event.text.empty())
            one["text"] = event.text;
        if (!event.frames.empty())
            one["frames"] = frames_of(event);
        if (event.kind == Kind::skip)
            one["messages"] = event.messages;
        all["events"].push_back(std::move(one));
    }
    return all.dump(1, ' ', false, json::error_handler_t::replace) + "\n";
}

} // namespace zmq_trace
