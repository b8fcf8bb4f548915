#include "draw.hpp"

#include "text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <stdexcept>

namespace zmq_trace {

namespace {

using nlohmann::json;

std::size_t at(int index)
{
    return static_cast<std::size_t>(index);
}

std::string escaped(std::string_view text)
{
    std::string result;
    for (const char c : text)
        result += c == '&' ? "&amp;" : c == '<' ? "&lt;" : std::string(1, c);
    return result;
}

} // namespace

Drawing::Drawing(const Trace& a_trace, const Matcher& a_match,
                 const Picture& a_picture)
    : trace{a_trace},
      match{a_match},
      picture{a_picture},
      layout{a_trace, a_match, a_picture.limit}
{
}

std::string Drawing::title() const
{
    if (!picture.title.empty())
        return picture.title;
    std::string names;
    constexpr std::size_t most = 4;
    for (std::size_t i = 0; i < layout.lanes.size(); ++i) {
        if (i == most)
            return names +
                   fmt::format(" and {} more", layout.lanes.size() - most);
        const std::string& name =
            trace.processes[at(layout.lanes[i].process)].name;
        names += (i == 0 ? "" : ", ") + name;
    }
    return "Messages between " + (names.empty() ? "nobody" : names);
}

std::string Drawing::moment(std::int64_t t) const
{
    return fmt::format("{:.4f} s", static_cast<double>(t - trace.start) / 1e9);
}

std::string Drawing::step_text(const Item& item) const
{
    if (item.what != Item::What::fold)
        return sentence(trace, match, item.event);
    return fmt::format("{} more messages like these{}.", grouped(item.folded),
                       item.folded_lost == 0
                           ? ""
                           : fmt::format(", of which {} were lost",
                                         grouped(item.folded_lost)));
}

// Sends name their receivers, so receives are told only of strangers.
std::vector<std::string> Drawing::sentences() const
{
    std::vector<std::string> all;
    for (const Item& item : layout.items)
        if (item.what != Item::What::receive || item.receipt < 0)
            all.push_back(
                fmt::format("{}: {}", moment(item.t), step_text(item)));
    if (layout.undrawn_sockets > 0)
        all.push_back(fmt::format("{} more sockets are not drawn.",
                                  layout.undrawn_sockets));
    return all;
}

std::string Drawing::description() const
{
    std::string text =
        fmt::format("A sequence diagram; time flows down. {} messages. ",
                    grouped(match.messages.size()));
    for (const std::string& one : sentences())
        text += one + "\n";
    return text;
}

std::string Drawing::text() const
{
    std::string text = title() + "\n\n";
    for (const std::string& one : sentences())
        text += one + "\n";
    return text;
}

namespace {

// How many messages wait at each receiver: sent to it, not yet received.
class Waiting
{
public:
    Waiting(const Trace& a_trace, const Matcher& match) : trace{a_trace}
    {
        for (const Message& message : match.messages)
            for (const Receipt& receipt : message.receipts) {
                const Event& event = trace.events[at(receipt.event)];
                changes.push_back(
                    {trace.events[at(message.send)].t, event.socket, 1});
                changes.push_back({event.t, event.socket, -1});
            }
        std::stable_sort(
            changes.begin(), changes.end(),
            [](const Change& a, const Change& b) { return a.t < b.t; });
    }

    json until(std::int64_t t)
    {
        for (; next < changes.size() && changes[next].t <= t; ++next)
            counts[changes[next].socket] += changes[next].by;
        json list = json::array();
        for (const auto& [socket, count] : counts)
            if (count > 0)
                list.push_back({owner(trace, socket), count});
        return list;
    }

private:
    struct Change
    {
        std::int64_t t;
        int socket;
        int by;
    };
    const Trace& trace;
    std::vector<Change> changes;
    std::map<int, std::int64_t> counts;
    std::size_t next = 0;
};

// Of several processes with a name, the one that had started last.
std::string speaker(const Trace& trace, const std::string& name, std::int64_t t)
{
    std::string who = name;
    for (const Process& process : trace.processes)
        if (process.given == name && process.start <= t)
            who = process.name;
    return who;
}

json printed_lines(const Trace& trace, const std::string& text)
{
    json result = json::array();
    if (text.empty())
        return result;
    const double start = static_cast<double>(trace.epoch) / 1e9;
    try {
        for (const json& line : json::parse(text)) {
            const double t =
                std::clamp(line.at("t").get<double>() - start, -1e9, 1e9);
            const auto moment =
                trace.start + static_cast<std::int64_t>(t * 1e9);
            result.push_back(
                {{"t", t},
                 {"process",
                  speaker(trace, line.at("process").get<std::string>(),
                          moment)},
                 {"text", line.at("text").get<std::string>()}});
        }
    } catch (const json::exception&) {
        throw std::runtime_error{
            "the lines are not a JSON list of {t, process, text}"};
    }
    return result;
}

} // namespace

std::string Drawing::replay(const std::string& lines) const
{
    json steps = json::array();
    Waiting waiting{trace, match};
    for (const Item& item : layout.items) {
        const double t = static_cast<double>(item.t - trace.start) / 1e9;
        steps.push_back({{"t", t},
                         {"y", item.y},
                         {"text", step_text(item)},
                         {"waiting", waiting.until(item.t)}});
    }
    json processes = json::array();
    for (const Lane& lane : layout.lanes)
        processes.push_back(trace.processes[at(lane.process)].name);
    const json data{{"steps", steps},
                    {"processes", processes},
                    {"lines", printed_lines(trace, lines)}};
    std::string script =
        data.dump(-1, ' ', false, json::error_handler_t::replace);
    for (std::size_t i = 0; (i = script.find('<', i)) != std::string::npos;)
        script.replace(i, 1, "\\u003c"); // it must not end the element

    std::string words;
    for (const std::string& one : sentences())
        words += "<li>" + escaped(one) + "</li>\n";
    return fmt::format(
        "<figure class=\"zmq-trace\" id=\"{}\">\n"
        "<div class=\"zmq-trace-scroll\" tabindex=\"0\" role=\"group\" "
        "aria-label=\"Sequence diagram\">\n{}</div>\n"
        "<details><summary>The same in words</summary>\n<ol>\n{}</ol>\n"
        "</details>\n<script type=\"application/json\">{}</script>\n"
        "</figure>\n",
        picture.id, svg(), words, script);
}

} // namespace zmq_trace
