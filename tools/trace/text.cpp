#include "text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace zmq_trace {

namespace {

std::size_t at(int index)
{
    return static_cast<std::size_t>(index);
}

unsigned byte_at(std::string_view text, std::size_t i)
{
    return static_cast<unsigned char>(text[i]);
}

// The length of the UTF-8 character at this place; 0 if it is none, or one
// that commands a terminal.
std::size_t character(std::string_view text, std::size_t i)
{
    const unsigned lead = byte_at(text, i);
    if (lead < 0x80)
        return lead >= 0x20 && lead < 0x7f ? 1 : 0;
    const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || i + length > text.size())
        return 0;
    for (std::size_t k = 1; k < length; ++k)
        if ((byte_at(text, i + k) & 0xc0) != 0x80)
            return 0;
    const unsigned second = byte_at(text, i + 1);
    const bool control = lead == 0xc2 && second < 0xa0;
    const bool marks = lead == 0xe2 && (second == 0x80 || second == 0x81);
    return control || marks || (lead == 0xe0 && second < 0xa0) ||
                   (lead == 0xed && second > 0x9f)
               ? 0
               : length;
}

bool is_text(std::string_view bytes, bool cut_off)
{
    for (std::size_t i = 0; i < bytes.size();) {
        const std::size_t length = character(bytes, i);
        if (length == 0)
            return cut_off && i > 0 && bytes.size() - i < 4 &&
                   byte_at(bytes, i) >= 0xc2;
        i += length;
    }
    return true;
}

} // namespace

std::size_t letters(std::string_view text)
{
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

std::string cut(std::string_view text, std::size_t longest)
{
    if (letters(text) <= longest)
        return std::string{text};
    std::size_t end = 0;
    for (std::size_t seen = 0; end < text.size(); ++end)
        if ((byte_at(text, end) & 0xc0) != 0x80 && ++seen == longest)
            break;
    return std::string{text.substr(0, end)} + "…";
}

std::string shown(std::string_view text)
{
    std::string result;
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t length = character(text, i);
        result += length == 0 ? "?" : text.substr(i, length);
        i += std::max<std::size_t>(length, 1);
    }
    return result;
}

std::string grouped(std::uint64_t number)
{
    std::string digits = std::to_string(number);
    for (auto place = static_cast<std::ptrdiff_t>(digits.size()) - 3; place > 0;
         place -= 3)
        digits.insert(at(static_cast<int>(place)), ",");
    return digits;
}

std::string short_text(const Frame& frame, std::size_t longest)
{
    if (frame.size == 0)
        return "(empty)";
    if (!frame.recorded)
        return grouped(frame.size) + " bytes";
    const bool cut_off = frame.size > frame.start.size();
    if (is_text(frame.start, cut_off)) {
        const std::string text = cut(frame.start, longest);
        return cut_off && text.size() == frame.start.size() ? text + "…" : text;
    }
    std::string hex = "0x";
    const std::size_t shown = std::min<std::size_t>(frame.start.size(), 5);
    for (std::size_t i = 0; i < shown; ++i)
        fmt::format_to(std::back_inserter(hex), "{:02x}",
                       byte_at(frame.start, i));
    return frame.size > shown ? hex + "…" : hex;
}

std::string short_text(const Event& event, std::size_t longest)
{
    std::string text;
    std::size_t shown = 0;
    for (const Frame& frame : event.frames) {
        if (shown > 0 && letters(text) + 4 > longest)
            break;
        text += (shown > 0 ? " | " : "") + short_text(frame, longest);
        ++shown;
    }
    if (shown < event.frames.size() || event.more > 0)
        text += " | …";
    return cut(text, longest);
}

std::string sizes(const Event& event)
{
    constexpr std::size_t listed = 4;
    std::string text;
    for (std::size_t i = 0; i < std::min(event.frames.size(), listed); ++i)
        text += (i > 0 ? " + " : "") + grouped(event.frames[i].size);
    const std::size_t rest = event.frames.size() + event.more -
                             std::min(event.frames.size(), listed);
    if (rest > 0)
        text += fmt::format(" + {} frames", rest);
    return text + (text == "1" ? " byte" : " bytes");
}

std::string short_endpoint(std::string_view endpoint)
{
    for (const std::string_view usual :
         {"tcp://127.0.0.1", "tcp://localhost", "inproc://"})
        if (endpoint.starts_with(usual))
            return std::string{endpoint.substr(usual.size())};
    if (endpoint.starts_with("tcp://"))
        return std::string{endpoint.substr(6)};
    if (endpoint.starts_with("ipc://") &&
        endpoint.find('/', 6) != std::string_view::npos)
        return std::string{endpoint.substr(endpoint.rfind('/') + 1)};
    return std::string{endpoint};
}

std::string owner(const Trace& trace, int socket)
{
    const Socket& one = trace.sockets[at(socket)];
    const Process& process = trace.processes[at(one.process)];
    return process.sockets > 1 ? fmt::format("{} ({})", process.name, one.type)
                               : process.name;
}

namespace {

std::string joined(const std::vector<std::string>& parts)
{
    std::string text;
    for (std::size_t i = 0; i < parts.size(); ++i)
        text += (i == 0                 ? ""
                 : i + 1 < parts.size() ? ", "
                                        : " and ") +
                parts[i];
    return text;
}

} // namespace

std::string misfortune(const Trace& trace, const Message& message)
{
    switch (message.outcome) {
    case Outcome::received:
    case Outcome::subscription:
        return {};
    case Outcome::command:
        return "read by the device";
    case Outcome::no_subscriber:
        return "nobody has subscribed to it";
    case Outcome::no_peer:
        return "nobody is connected";
    case Outcome::unknown:
        return "not known whether it arrived";
    case Outcome::lost:
        break;
    }
    std::vector<std::string> losers;
    for (const int socket : message.lost_to)
        losers.push_back(owner(trace, socket));
    return losers.empty() ? "never received"
                          : "never received by " + joined(losers);
}

namespace {

std::string about_send(const Trace& trace, const Matcher& match,
                       const Event& event)
{
    const Message& message = match.messages[at(event.message)];
    std::vector<std::string> who;
    bool ambiguous = false;
    for (const Receipt& receipt : message.receipts) {
        who.push_back(owner(trace, trace.events[at(receipt.event)].socket));
        ambiguous = ambiguous || receipt.ambiguous;
    }
    std::string text = fmt::format("{} sends “{}”", owner(trace, event.socket),
                                   short_text(event));
    if (event.partial)
        return text + ", but not the message's last frame.";
    if (!who.empty())
        text += " to " + joined(who);
    if (!message.receipts.empty() && !message.receipts[0].devices.empty()) {
        const Device& device =
            match.devices[at(message.receipts[0].devices[0])];
        text += fmt::format(
            " through {}",
            trace.processes[at(trace.sockets[at(device.front)].process)].name);
    }
    if (ambiguous)
        text += " (or an equal message: the trace cannot tell)";
    if (const std::string bad = misfortune(trace, message); !bad.empty())
        text += (who.empty() ? ": " : "; ") + bad;
    return text + ".";
}

std::string about_receive(const Trace& trace, const Matcher& match,
                          const Event& event)
{
    std::string text = fmt::format(
        "{} receives “{}”", owner(trace, event.socket), short_text(event));
    if (event.message >= 0)
        text += " from " +
                owner(trace,
                      trace.events[at(match.messages[at(event.message)].send)]
                          .socket);
    return text + ".";
}

} // namespace

std::string sentence(const Trace& trace, const Matcher& match, int number)
{
    const Event& event = trace.events[at(number)];
    if (event.socket < 0)
        return fmt::format("{} ends.", trace.processes[at(event.process)].name);
    const std::string who = owner(trace, event.socket);
    switch (event.kind) {
    case Kind::bind:
        return fmt::format("{} binds {}.", who, event.text);
    case Kind::connect:
        return fmt::format("{} connects to {}.", who, event.text);
    case Kind::unbind:
        return fmt::format("{} unbinds {}.", who, event.text);
    case Kind::disconnect:
        return fmt::format("{} disconnects from {}.", who, event.text);
    case Kind::subscribe:
    case Kind::unsubscribe:
        return fmt::format("{} {} {}.", who,
                           event.kind == Kind::subscribe ? "subscribes to"
                                                         : "unsubscribes from",
                           event.frames[0].size == 0
                               ? "everything"
                               : "“" + short_text(event.frames[0]) + "”");
    case Kind::send:
        return about_send(trace, match, event);
    case Kind::recv:
        return about_receive(trace, match, event);
    case Kind::skip:
        return fmt::format("{} {} {} more messages, which the trace left out.",
                           who, event.skip_sends ? "sent" : "received",
                           grouped(event.messages));
    case Kind::fail:
        return fmt::format("{} fails to {}.", who, event.text);
    case Kind::proxy:
    case Kind::proxy_end:
        return fmt::format("{} {} forwarding between its {} and its {}.",
                           trace.processes[at(event.process)].name,
                           event.kind == Kind::proxy ? "starts" : "stops",
                           trace.sockets[at(event.socket)].type,
                           trace.sockets[at(event.back)].type);
    case Kind::close:
        return fmt::format("{} closes its {} socket.",
                           trace.processes[at(event.process)].name,
                           trace.sockets[at(event.socket)].type);
    default:
        return {};
    }
}

} // namespace zmq_trace
