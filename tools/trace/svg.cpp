#include "draw.hpp"

#include "text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>

namespace zmq_trace {

namespace {

// Colours are variables, so that a page can choose the theme; without one the
// reader's system does.
constexpr std::string_view style = R"(<style>
.zmq-trace-svg{--zt-back:#fff;--zt-lane:#f5f6f8;--zt-edge:#d5d9e0;
--zt-text:#1d2330;--zt-soft:#5b6472;--zt-bad:#c02626;
--zt-0:#1a5fb4;--zt-1:#1c7a3c;--zt-2:#8a3ab0;--zt-3:#a85400;--zt-4:#0e7482;
--zt-5:#a8295f;background:var(--zt-back);
font:12px ui-sans-serif,system-ui,"Segoe UI","DejaVu Sans",sans-serif}
@media (prefers-color-scheme:dark){.zmq-trace-svg{--zt-back:#14171c;
--zt-lane:#1d2229;--zt-edge:#3a424e;--zt-text:#e6e9ee;--zt-soft:#a3adba;
--zt-bad:#ff8078;--zt-0:#7db4ff;--zt-1:#74d296;--zt-2:#d29bf0;--zt-3:#f2b068;
--zt-4:#66d0de;--zt-5:#ff93bd}}
.zmq-trace-svg text{fill:var(--zt-text)}
.zmq-trace-svg .title{font-size:15px;font-weight:600}
.zmq-trace-svg .name{font-size:13px;font-weight:600}
.zmq-trace-svg .lane{fill:var(--zt-lane);stroke:var(--zt-edge)}
.zmq-trace-svg .device{fill:var(--zt-edge);opacity:.55}
.zmq-trace-svg .soft{fill:var(--zt-soft);font-size:11px}
.zmq-trace-svg .type{font-weight:600;font-size:11px}
.zmq-trace-svg .life{stroke:var(--zt-soft);stroke-width:1.4}
.zmq-trace-svg .gone{stroke-dasharray:2 4;opacity:.6}
.zmq-trace-svg .label,.zmq-trace-svg .note{stroke:var(--zt-lane);
stroke-width:4px;stroke-linejoin:round;paint-order:stroke;font-size:11.5px}
.zmq-trace-svg .label{font-family:ui-monospace,"DejaVu Sans Mono",monospace}
.zmq-trace-svg .note{font-size:11px;fill:var(--zt-soft)}
.zmq-trace-svg .wire{fill:none;stroke:var(--zt-own);stroke-width:1.6}
.zmq-trace-svg .inside{stroke-dasharray:3 3}
.zmq-trace-svg .maybe .wire{stroke-dasharray:6 3}
.zmq-trace-svg .tip,.zmq-trace-svg .mark{fill:var(--zt-own);stroke:none}
.zmq-trace-svg .hollow{fill:var(--zt-lane);stroke:var(--zt-own);
stroke-width:1.6}
.zmq-trace-svg .bad{--zt-own:var(--zt-bad)}
.zmq-trace-svg .bad text,.zmq-trace-svg .reason{fill:var(--zt-bad);
font-size:11px}
.zmq-trace-svg .cross{stroke:var(--zt-bad);stroke-width:2.2;fill:none}
.zmq-trace-svg .fold{fill:var(--zt-back);stroke:var(--zt-edge);
stroke-dasharray:4 3}
.zmq-trace-svg .p0{--zt-own:var(--zt-0)}.zmq-trace-svg .p1{--zt-own:var(--zt-1)}
.zmq-trace-svg .p2{--zt-own:var(--zt-2)}.zmq-trace-svg .p3{--zt-own:var(--zt-3)}
.zmq-trace-svg .p4{--zt-own:var(--zt-4)}.zmq-trace-svg .p5{--zt-own:var(--zt-5)}
</style>
)";

std::size_t at(int index)
{
    return static_cast<std::size_t>(index);
}

std::string safe(std::string_view text)
{
    std::string result;
    for (const char c : text)
        switch (c) {
        case '&':
            result += "&amp;";
            break;
        case '<':
            result += "&lt;";
            break;
        case '>':
            result += "&gt;";
            break;
        case '"':
            result += "&quot;";
            break;
        default:
            result += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
        }
    return result;
}

struct Point
{
    double x = 0;
    double y = 0;
};

// Collects the drawing's text.
class Canvas
{
public:
    template <typename... Values>
    void put(fmt::format_string<Values...> text, Values&&... values)
    {
        fmt::format_to(std::back_inserter(all), text,
                       std::forward<Values>(values)...);
        all += '\n';
    }

    void words(Point p, std::string_view kind, std::string_view text,
               std::string_view anchor = "start")
    {
        put(R"(<text class="{}" x="{:.0f}" y="{:.0f}" text-anchor="{}">{}</text>)",
            kind, p.x, p.y, anchor, safe(text));
    }

    void tip(Point from, Point to)
    {
        const double angle = std::atan2(to.y - from.y, to.x - from.x);
        const auto corner = [&](double turn) {
            return Point{to.x - 9 * std::cos(angle + turn),
                         to.y - 9 * std::sin(angle + turn)};
        };
        const Point one = corner(0.42);
        const Point two = corner(-0.42);
        put(R"(<path class="tip" d="M{:.1f} {:.1f}L{:.1f} {:.1f}L{:.1f} {:.1f}Z"/>)",
            to.x, to.y, one.x, one.y, two.x, two.y);
    }

    void cross(Point p)
    {
        put(R"(<path class="cross" d="M{0:.1f} {2:.1f}L{1:.1f} {3:.1f}M{0:.1f} {3:.1f}L{1:.1f} {2:.1f}"/>)",
            p.x - 5, p.x + 5, p.y - 5, p.y + 5);
    }

    std::string all;
};

// The rows of a drawn message: its send and its receives.
struct Rows
{
    int send = -1;
    std::vector<std::pair<int, int>> receives; // item, receipt
};

// Draws the parts of one diagram.
class Painter
{
public:
    Painter(const Trace& a_trace, const Matcher& a_match,
            const Layout& a_layout)
        : trace{a_trace}, match{a_match}, layout{a_layout}
    {
    }

    std::string body()
    {
        lanes();
        times();
        lifelines();
        messages();
        others();
        return std::move(canvas.all);
    }

private:
    double x_of(int socket) const
    {
        const int column = layout.column_of[at(socket)];
        return column < 0 ? layout.width - 20 : layout.columns[at(column)].x;
    }

    int hue(int socket) const { return trace.sockets[at(socket)].process % 6; }

    std::string wire(const std::vector<Point>& points, bool inside = false)
    {
        std::string d;
        for (const Point& p : points)
            fmt::format_to(std::back_inserter(d), "{}{:.1f} {:.1f}",
                           d.empty() ? 'M' : 'L', p.x, p.y);
        canvas.put(R"(<path class="wire{}" d="{}"/>)", inside ? " inside" : "",
                   d);
        return d;
    }

    void lanes()
    {
        for (const Lane& lane : layout.lanes) {
            canvas.put(
                R"(<rect class="lane" x="{:.1f}" y="42" width="{:.1f}" height="{:.1f}" rx="8"/>)",
                lane.x + 0.5, lane.width, layout.height - 42 - 8);
            const double middle = lane.x + lane.width / 2;
            const std::string& name = trace.processes[at(lane.process)].name;
            canvas.put(R"(<g class="p{}" data-process="{}">)", lane.process % 6,
                       safe(name));
            canvas.words({middle, 62}, "name",
                         lane.device.empty() ? name
                                             : name + " · " + lane.device,
                         "middle");
            for (const int number : lane.columns) {
                const Column& column = layout.columns[at(number)];
                double y = 80;
                for (std::size_t i = 0; i < column.header.size(); ++i, y += 15)
                    canvas.words({column.x, y}, i == 0 ? "type" : "soft",
                                 column.header[i], "middle");
            }
            canvas.put("</g>");
        }
        for (const Device& device : match.devices) {
            const int front = layout.column_of[at(device.front)];
            const int back = layout.column_of[at(device.back)];
            if (front < 0 || back < 0)
                continue;
            const double left = std::min(layout.columns[at(front)].x,
                                         layout.columns[at(back)].x);
            const double right = std::max(layout.columns[at(front)].x,
                                          layout.columns[at(back)].x);
            canvas.put(
                R"(<rect class="device" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" rx="4"><title>{}: forwards what comes in; its own times are not observed</title></rect>)",
                left, layout.head + 4, right - left,
                layout.height - layout.head - 24, device.kind);
        }
    }

    void times()
    {
        std::string before;
        for (const Item& item : layout.items) {
            if (item.gap > 0)
                canvas.words({layout.lanes[0].x - 10, item.y - 20}, "soft",
                             fmt::format("{:.1f} s later", item.gap), "end");
            const double s = static_cast<double>(item.t - trace.start) / 1e9;
            std::string text = s < 1 ? fmt::format("{:.1f} ms", s * 1e3)
                                     : fmt::format("{:.3f} s", s);
            if (text != before)
                canvas.words({layout.lanes[0].x - 10, item.y + 4}, "soft", text,
                             "end");
            before = std::move(text);
        }
    }

    // From a socket's first row to its end; dotted where its process was not
    // seen any more, as after a kill.
    void lifelines()
    {
        std::vector<bool> ended(trace.processes.size(), false);
        std::vector<bool> closed(trace.sockets.size(), false);
        for (const Event& event : trace.events) {
            if (event.kind == Kind::exit)
                ended[at(event.process)] = true;
            if (event.kind == Kind::close)
                closed[at(event.socket)] = true;
        }
        std::map<int, std::pair<double, double>> span;
        std::vector<double> last(trace.processes.size(), layout.head);
        for (const Item& item : layout.items) {
            if (item.socket < 0)
                continue;
            auto [place, fresh] = span.try_emplace(item.socket, item.y, item.y);
            place->second.second = item.y;
            double& end = last[at(trace.sockets[at(item.socket)].process)];
            end = std::max(end, item.y);
        }
        for (const auto& [socket, rows] : span) {
            const int process = trace.sockets[at(socket)].process;
            const bool unseen = !closed[at(socket)] && !ended[at(process)];
            const double bottom = layout.height - 16;
            const double end = closed[at(socket)] ? rows.second
                               : unseen           ? last[at(process)] + 10
                                                  : bottom;
            const double x = x_of(socket);
            canvas.put(R"(<path class="life" d="M{0:.1f} {1:.1f}V{2:.1f}"/>)",
                       x, rows.first - 10, end);
            if (unseen && end < bottom)
                canvas.put(
                    R"(<path class="life gone" d="M{:.1f} {:.1f}V{:.1f}"><title>Nothing more was seen of this process, not even its end</title></path>)",
                    x, end, bottom);
        }
    }

    // The way of a message from its send to one receive, through devices.
    void arrow(const Message& message, const Receipt& receipt, double from_y,
               double to_y)
    {
        Point from{x_of(trace.events[at(message.send)].socket), from_y};
        const Point to{x_of(trace.events[at(receipt.event)].socket), to_y};
        const double step =
            (to_y - from_y) / static_cast<double>(receipt.devices.size() + 1);
        for (std::size_t i = 0; i < receipt.devices.size(); ++i) {
            const Device& device = match.devices[at(receipt.devices[i])];
            const int in = receipt.entries[i];
            const int out = receipt.copy && i + 1 == receipt.devices.size()
                                ? device.capture
                            : in == device.front ? device.back
                                                 : device.front;
            const Point entry{x_of(in), from.y + step};
            const Point exit{x_of(out), entry.y};
            wire({from, entry});
            canvas.tip(from, entry);
            wire({entry, exit}, true);
            canvas.put(
                R"(<circle class="mark" cx="{:.1f}" cy="{:.1f}" r="3"/>)",
                exit.x, exit.y);
            from = exit;
        }
        const double side = to.x > from.x ? -1 : to.x < from.x ? 1 : 0;
        wire({from, {to.x + side, to.y}});
        canvas.tip(from, {to.x + side, to.y});
    }

    void lost_arrow(Point from, double toward)
    {
        const double length = std::min(std::abs(toward - from.x) * 0.72, 190.0);
        const Point to{from.x + (toward > from.x ? length : -length),
                       from.y + 12};
        wire({from, to});
        canvas.cross(to);
    }

    // The side on which there is something to point at.
    double direction(const Message& message) const
    {
        const double x = x_of(trace.events[at(message.send)].socket);
        for (const Receipt& receipt : message.receipts) {
            const int next = receipt.entries.empty()
                                 ? trace.events[at(receipt.event)].socket
                                 : receipt.entries[0];
            if (x_of(next) != x)
                return x_of(next) > x ? 1 : -1;
        }
        if (!message.lost_to.empty())
            return x_of(message.lost_to[0]) > x ? 1 : -1;
        return x + 150 < layout.width ? 1 : -1;
    }

    void message(int number, const Rows& rows)
    {
        const Message& one = match.messages[at(number)];
        const Event& send = trace.events[at(one.send)];
        const Point start{x_of(send.socket), layout.items[at(rows.send)].y};
        const double side = direction(one);
        const std::string bad = misfortune(trace, one);
        int last = rows.send;
        for (const auto& [item, receipt] : rows.receives)
            last = std::max(last, item);

        canvas.put(
            R"(<g class="message step p{}{}" data-step="{}" data-until="{}"><title>{}</title>)",
            hue(send.socket),
            one.receipts.empty() && !bad.empty() ? " lost" : "", rows.send,
            last,
            safe(sentence(trace, match, one.send) + " " + sizes(send) + "."));
        for (const auto& [item, number_of] : rows.receives) {
            const Receipt& receipt = one.receipts[at(number_of)];
            canvas.put(R"(<g class="way{}" data-until="{}">)",
                       receipt.ambiguous ? " maybe" : "", item);
            arrow(one, receipt, start.y, layout.items[at(item)].y);
            if (receipt.ambiguous)
                canvas.words({x_of(layout.items[at(item)].socket) + 8,
                              layout.items[at(item)].y + 4},
                             "note", "?");
            canvas.put("</g>");
        }
        for (const int socket : one.lost_to)
            lost_arrow(start, x_of(socket));
        if (one.receipts.empty() && one.lost_to.empty()) {
            const Point to{start.x + side * 46, start.y};
            wire({start, to});
            if (one.outcome == Outcome::command ||
                one.outcome == Outcome::unknown)
                canvas.tip(start, to);
            else
                canvas.cross(to);
            canvas.words({to.x + side * 11, to.y + 5}, "note reason", bad,
                         side > 0 ? "start" : "end");
        }
        canvas.put("</g>");
    }

    // After all arrows, so that none crosses the words.
    void label(int number, const Rows& rows)
    {
        const Message& one = match.messages[at(number)];
        const Event& send = trace.events[at(one.send)];
        const Point start{x_of(send.socket), layout.items[at(rows.send)].y};
        const double side = direction(one);
        int last = rows.send;
        for (const auto& [item, receipt] : rows.receives)
            last = std::max(last, item);
        canvas.put(R"(<g class="step p{}" data-step="{}" data-until="{}">)",
                   hue(send.socket), rows.send, last);
        canvas.put(R"(<circle class="mark" cx="{:.1f}" cy="{:.1f}" r="2.6"/>)",
                   start.x, start.y);
        canvas.words({start.x + side * 8, start.y - 6}, "label",
                     short_text(send, 24), side > 0 ? "start" : "end");
        canvas.put("</g>");
    }

    void messages()
    {
        std::map<int, Rows> rows;
        for (int i = 0; i < static_cast<int>(layout.items.size()); ++i) {
            const Item& item = layout.items[at(i)];
            if (item.message < 0)
                continue;
            if (item.what == Item::What::send)
                rows[item.message].send = i;
            else if (item.receipt >= 0)
                rows[item.message].receives.emplace_back(i, item.receipt);
        }
        for (const auto& [number, of_one] : rows)
            if (of_one.send >= 0)
                message(number, of_one);
        for (const auto& [number, of_one] : rows)
            if (of_one.send >= 0)
                label(number, of_one);
    }

    void fold(const Item& item, int step)
    {
        const double left = layout.lanes.front().x;
        canvas.put(
            R"(<g class="step" data-step="{}"><rect class="fold" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="22" rx="11"/>)",
            step, left + 6, item.y - 11, layout.width - left - 26);
        std::string text = fmt::format(
            "… {} more {}{} …", grouped(item.folded),
            item.folded == 1 ? "message" : "messages",
            item.folded_lost == 0 ? ""
            : item.folded_lost == item.folded
                ? ", all lost"
                : fmt::format(", {} of them lost", grouped(item.folded_lost)));
        canvas.words({left + 20, item.y + 4}, "note", text);
        canvas.put("</g>");
    }

    void note(const Item& item, int step)
    {
        const Event& event = trace.events[at(item.event)];
        const double x = x_of(item.socket);
        const bool bad = event.kind == Kind::fail;
        canvas.put(R"(<g class="step p{}{}" data-step="{}"><title>{}</title>)",
                   hue(item.socket), bad ? " bad" : "", step,
                   safe(sentence(trace, match, item.event)));
        if (event.kind == Kind::bind)
            canvas.put(
                R"(<rect class="mark" x="{:.1f}" y="{:.1f}" width="9" height="9"/>)",
                x - 4.5, item.y - 4.5);
        else if (event.kind == Kind::connect)
            canvas.put(
                R"(<circle class="hollow" cx="{:.1f}" cy="{:.1f}" r="4.5"/>)",
                x, item.y);
        else if (event.kind == Kind::close)
            canvas.put(R"(<path class="life" d="M{:.1f} {:.1f}H{:.1f}"/>)",
                       x - 6, item.y, x + 6);
        else if (bad)
            canvas.cross({x, item.y});
        else
            canvas.put(
                R"(<path class="hollow" d="M{0:.1f} {1:.1f}l5 5l-5 5l-5 -5z"/>)",
                x, item.y - 5);
        const bool fits =
            x + 12 + 5.9 * static_cast<double>(letters(item.text)) <
            layout.width - 12;
        canvas.words({x + (fits ? 10 : -10), item.y + 4}, "note", item.text,
                     fits ? "start" : "end");
        canvas.put("</g>");
    }

    // Received from somebody who was not watched.
    void stranger(const Item& item, int step)
    {
        const double x = x_of(item.socket);
        canvas.put(R"(<g class="step p{}" data-step="{}"><title>{}</title>)",
                   hue(item.socket), step,
                   safe(sentence(trace, match, item.event)));
        wire({{x - 40, item.y - 6}, {x - 1, item.y}});
        canvas.tip({x - 40, item.y - 6}, {x - 1, item.y});
        canvas.words({x - 44, item.y - 4}, "label",
                     "? " + short_text(trace.events[at(item.event)], 14),
                     "end");
        canvas.put("</g>");
    }

    void others()
    {
        for (int i = 0; i < static_cast<int>(layout.items.size()); ++i) {
            const Item& item = layout.items[at(i)];
            if (item.what == Item::What::fold)
                fold(item, i);
            else if (item.what == Item::What::note)
                note(item, i);
            else if (item.what == Item::What::receive && item.receipt < 0)
                stranger(item, i);
        }
    }

    const Trace& trace;
    const Matcher& match;
    const Layout& layout;
    Canvas canvas;
};

} // namespace

std::string Drawing::svg() const
{
    const double wide = std::max(layout.width, 320.0);
    std::string text = fmt::format(
        R"(<svg xmlns="http://www.w3.org/2000/svg" class="zmq-trace-svg" role="img" aria-labelledby="{0}-title {0}-desc" width="{1:.0f}" height="{2:.0f}" viewBox="0 0 {1:.0f} {2:.0f}">
<title id="{0}-title">{3}</title>
<desc id="{0}-desc">{4}</desc>
{5}<text class="title" x="14" y="26">{3}</text>
)",
        safe(picture.id), wide, layout.height, safe(title()),
        safe(description()), style);
    if (!layout.lanes.empty())
        text += Painter{trace, match, layout}.body();
    return text + "</svg>\n";
}

} // namespace zmq_trace
