#include "layout.hpp"

#include "text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace zmq_trace {

namespace {

constexpr double margin = 14; // px, as everything here
constexpr double time_column = 66;
constexpr double lone_column = 186; // of a process with a single socket
constexpr double column_width = 158;
constexpr double lane_gap = 10;
constexpr std::size_t most_columns = 24;
constexpr std::size_t most_notes = 80;
constexpr std::size_t most_endpoints = 3; // in a header
constexpr double worth_a_gap = 0.3;       // seconds

std::size_t at(int index)
{
    return static_cast<std::size_t>(index);
}

// Messages that go the same way to the same end look alike.
std::string signature(const Trace& trace, const Message& message)
{
    std::string text = std::to_string(trace.events[at(message.send)].socket);
    for (const Receipt& receipt : message.receipts)
        text += fmt::format(" {}", trace.events[at(receipt.event)].socket);
    for (const int socket : message.lost_to)
        text += fmt::format(" -{}", socket);
    return text + std::string{name_of(message.outcome)};
}

// Which messages are drawn: of each kind the first few and the last.
std::vector<bool> choose(const Trace& trace, const std::vector<Message>& all,
                         std::size_t limit)
{
    std::vector<bool> kept(all.size(), true);
    if (all.size() <= limit)
        return kept;
    std::map<std::string, std::vector<std::size_t>> alike;
    for (std::size_t i = 0; i < all.size(); ++i)
        alike[signature(trace, all[i])].push_back(i);
    std::size_t first = std::max<std::size_t>(limit / alike.size(), 2) - 1;
    first = std::min<std::size_t>(first, 4);
    kept.assign(all.size(), false);
    std::size_t count = 0;
    for (const auto& [text, indices] : alike) {
        for (std::size_t i = 0; i < indices.size() && count < limit; ++i)
            if (i < first || i + 1 == indices.size()) {
                kept[indices[i]] = true;
                ++count;
            }
    }
    for (std::size_t i = 0; i < all.size(); ++i) // a fold of one is none
        if (!kept[i] && (i == 0 || kept[i - 1]) &&
            (i + 1 == all.size() || kept[i + 1]))
            kept[i] = true;
    return kept;
}

bool is_lost(const Message& message)
{
    return message.outcome == Outcome::lost ||
           message.outcome == Outcome::no_peer ||
           message.outcome == Outcome::no_subscriber;
}

std::string note_text(const Trace& trace, const Event& event)
{
    switch (event.kind) {
    case Kind::bind:
    case Kind::connect:
    case Kind::unbind:
    case Kind::disconnect:
        return fmt::format("{} {}", name_of(event.kind),
                           cut(short_endpoint(event.text), 24));
    case Kind::subscribe:
    case Kind::unsubscribe:
        return fmt::format("{} {}", name_of(event.kind),
                           event.frames[0].size == 0
                               ? "all"
                               : "“" + short_text(event.frames[0], 14) + "”");
    case Kind::fail:
        return cut(event.text, 46);
    case Kind::skip:
        return fmt::format("{} {}, not traced", grouped(event.messages),
                           event.skip_sends ? "sent" : "received");
    case Kind::proxy:
        return "forwards to " + trace.sockets[at(event.back)].type;
    case Kind::close:
        return "close";
    default:
        return {};
    }
}

// The sockets that only hear what becomes of another one's connections. They
// carry no message of the program, so they are not drawn.
std::vector<bool> monitors(const Trace& trace)
{
    std::vector<bool> found(trace.sockets.size(), false);
    std::set<std::pair<int, std::string>> endpoints;
    for (const Event& event : trace.events)
        if (event.kind == Kind::monitor)
            endpoints.emplace(event.process, event.text);
        else if (event.kind == Kind::connect &&
                 endpoints.contains({event.process, event.text}))
            found[at(event.socket)] = true;
    return found;
}

} // namespace

void Layout::choose_items(int limit)
{
    const auto& messages = match.messages;
    const std::vector<bool> kept = choose(trace, messages, at(limit));
    Item* fold = nullptr;
    std::vector<Item> folds;
    for (std::size_t i = 0; i < messages.size(); ++i) {
        const Message& message = messages[i];
        const Event& send = trace.events[at(message.send)];
        if (message.outcome == Outcome::subscription)
            continue;
        if (!kept[i]) {
            if (!fold) {
                folds.push_back({Item::What::fold, send.t, message.send});
                fold = &folds.back();
            }
            ++fold->folded;
            fold->folded_lost += is_lost(message);
            continue;
        }
        fold = nullptr;
        const int number = static_cast<int>(i);
        items.push_back(
            {Item::What::send, send.t, message.send, send.socket, number});
        for (std::size_t k = 0; k < message.receipts.size(); ++k) {
            const Event& event = trace.events[at(message.receipts[k].event)];
            items.push_back({Item::What::receive, event.t,
                             message.receipts[k].event, event.socket, number,
                             static_cast<int>(k)});
        }
    }
    items.insert(items.end(), folds.begin(), folds.end());
    std::size_t strange = 0;
    for (const int number : match.strangers) {
        const Event& event = trace.events[at(number)];
        if (++strange <= at(limit))
            items.push_back(
                {Item::What::receive, event.t, number, event.socket});
    }
}

void Layout::add_notes()
{
    const std::vector<bool> is_monitor = monitors(trace);
    std::size_t count = 0;
    Item* last = nullptr;
    std::vector<Item> notes;
    notes.reserve(most_notes + 1);
    for (std::size_t i = 0; i < trace.events.size(); ++i) {
        const Event& event = trace.events[i];
        std::string text = event.socket < 0 || is_monitor[at(event.socket)]
                               ? std::string{}
                               : note_text(trace, event);
        if (text.empty())
            continue;
        // Subscriptions that follow each other share a row.
        if (last && last->socket == event.socket &&
            event.kind == Kind::subscribe &&
            trace.events[at(last->event)].kind == Kind::subscribe) {
            if (letters(last->text) < 30)
                last->text += ", " + text.substr(text.find(' ') + 1);
            else if (!last->text.ends_with("…"))
                last->text += ", …";
            continue;
        }
        if (++count > most_notes)
            break;
        notes.push_back(
            {Item::What::note, event.t, static_cast<int>(i), event.socket});
        notes.back().text = std::move(text);
        last = &notes.back();
    }
    items.insert(items.end(), notes.begin(), notes.end());
    std::stable_sort(items.begin(), items.end(),
                     [](const Item& a, const Item& b) { return a.t < b.t; });
}

void Layout::choose_columns()
{
    column_of.assign(trace.sockets.size(), -1);
    std::vector<std::int64_t> begin(trace.sockets.size(), -1);
    std::vector<std::int64_t> end(trace.sockets.size(), 0);
    for (const Event& event : trace.events) {
        if (event.socket < 0)
            continue;
        if (begin[at(event.socket)] < 0)
            begin[at(event.socket)] = event.t;
        end[at(event.socket)] = event.t;
    }
    std::vector<bool> drawn(trace.sockets.size(), false);
    for (const Item& item : items)
        if (item.socket >= 0)
            drawn[at(item.socket)] = true;
    for (const Device& device : match.devices)
        drawn[at(device.front)] = drawn[at(device.back)] = true;

    std::vector<std::vector<int>> sockets_of(trace.processes.size());
    for (int socket = 0; socket < static_cast<int>(trace.sockets.size());
         ++socket)
        if (drawn[at(socket)])
            sockets_of[at(trace.sockets[at(socket)].process)].push_back(socket);

    for (int process = 0; process < static_cast<int>(trace.processes.size());
         ++process) {
        Lane lane;
        lane.process = process;
        for (const int socket : sockets_of[at(process)]) {
            const Socket& one = trace.sockets[at(socket)];
            const auto free = std::find_if(
                lane.columns.begin(), lane.columns.end(), [&](int column) {
                    const int before = columns[at(column)].sockets.back();
                    return trace.sockets[at(before)].type == one.type &&
                           end[at(before)] <= begin[at(socket)];
                });
            if (free != lane.columns.end()) {
                column_of[at(socket)] = *free;
                columns[at(*free)].sockets.push_back(socket);
            } else if (columns.size() < most_columns) {
                column_of[at(socket)] = static_cast<int>(columns.size());
                lane.columns.push_back(column_of[at(socket)]);
                columns.push_back({process, {socket}, {one.type}});
            } else {
                ++undrawn_sockets;
            }
        }
        if (!lane.columns.empty())
            lanes.push_back(std::move(lane));
    }
    for (const Device& device : match.devices)
        for (Lane& lane : lanes)
            if (trace.sockets[at(device.front)].process == lane.process)
                lane.device = device.kind;
    std::erase_if(items, [&](const Item& item) {
        return item.socket >= 0 && column_of[at(item.socket)] < 0;
    });
}

// Who talks to a device's front goes left of it, who talks to its back right.
void Layout::order_lanes()
{
    std::map<int, int> side;
    const auto of = [&](int event) {
        return trace.sockets[at(trace.events[at(event)].socket)].process;
    };
    for (const Message& message : match.messages)
        for (const Receipt& receipt : message.receipts) {
            if (receipt.devices.empty() || receipt.copy)
                continue;
            const Device& device = match.devices[at(receipt.devices[0])];
            const int way = receipt.entries[0] == device.front ? 1 : -1;
            side[of(message.send)] -= way;
            side[of(receipt.event)] += way;
        }
    const auto rank = [&](const Lane& lane) {
        const int sum = lane.device.empty() ? side[lane.process] : 0;
        return sum < 0 ? -1 : sum > 0 ? 1 : 0;
    };
    if (!side.empty())
        std::stable_sort(
            lanes.begin(), lanes.end(),
            [&](const Lane& a, const Lane& b) { return rank(a) < rank(b); });
}

void Layout::place_columns()
{
    for (const Event& event : trace.events) {
        if ((event.kind != Kind::bind && event.kind != Kind::connect) ||
            column_of[at(event.socket)] < 0)
            continue;
        auto& header = columns[at(column_of[at(event.socket)])].header;
        const std::string line = cut(note_text(trace, event), 24);
        if (std::find(header.begin(), header.end(), line) != header.end())
            continue;
        if (header.size() <= most_endpoints)
            header.push_back(line);
        else if (header.back() != "…")
            header.emplace_back("…");
    }
    double x = margin + time_column;
    std::size_t lines = 1;
    for (Lane& lane : lanes) {
        lane.x = x;
        const double each =
            lane.columns.size() > 1 ? column_width : lone_column;
        const std::string& name = trace.processes[at(lane.process)].name;
        lane.width = std::max(each * static_cast<double>(lane.columns.size()),
                              static_cast<double>(letters(name)) * 8.5 + 60);
        const double share =
            lane.width / static_cast<double>(lane.columns.size());
        for (std::size_t i = 0; i < lane.columns.size(); ++i) {
            Column& column = columns[at(lane.columns[i])];
            column.x = x + share * (static_cast<double>(i) + 0.5);
            lines = std::max(lines, column.header.size());
        }
        x += lane.width + lane_gap;
    }
    width = x - lane_gap + margin;
    head = 52 + 22 + 15 * static_cast<double>(lines);
}

void Layout::place_rows()
{
    double y = head + 16;
    std::int64_t before = items.empty() ? 0 : items.front().t;
    for (Item& item : items) {
        const double passed = static_cast<double>(item.t - before) / 1e9;
        if (passed > worth_a_gap) {
            item.gap = passed;
            y += 22;
        }
        before = item.t;
        if (item.what == Item::What::fold)
            y += 8;
        item.y = y;
        y += item.what == Item::What::fold      ? 34
             : item.what == Item::What::receive ? 20
                                                : 24;
    }
    height = y + margin;
}

Layout::Layout(const Trace& all, const Matcher& matched, int limit)
    : trace{all}, match{matched}
{
    choose_items(limit);
    add_notes();
    choose_columns();
    order_lanes();
    place_columns();
    place_rows();
}

} // namespace zmq_trace
