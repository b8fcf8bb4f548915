#include "match_state.hpp"

#include <algorithm>

namespace zmq_trace {

namespace {

// Where the part of a message starts that both sides see.
std::optional<std::size_t> start_of(const Event& event, int cut)
{
    const std::vector<Frame>& frames = event.frames;
    if (cut >= 0)
        return at(cut) < frames.size() ? std::optional{at(cut)} : std::nullopt;
    for (std::size_t i = 0; i + 1 < frames.size(); ++i)
        if (frames[i].size == 0)
            return i + 1;
    return {};
}

bool hides_envelope(const std::string& type)
{
    return type == "REQ" || type == "REP";
}

// How many frames in front the sender and the receiver see alone.
std::pair<int, int> cuts(const Trace& all, const Route& route)
{
    const std::string& from = all.sockets[at(route.from)].type;
    const std::string& to = all.sockets[at(route.to)].type;
    if (hides_envelope(from) && hides_envelope(to))
        return {0, 0};
    if (hides_envelope(from))
        return {0, after_delimiter};
    if (hides_envelope(to))
        return {after_delimiter, 0};
    return {(from == "ROUTER") + std::max(-route.added, 0),
            (to == "ROUTER") + std::max(route.added, 0)};
}

std::string device_kind(const std::string& front, const std::string& back)
{
    const auto are = [&](const char* one, const char* other) {
        return (front == one && back == other) ||
               (front == other && back == one);
    };
    if (are("ROUTER", "DEALER"))
        return "queue";
    if (are("XSUB", "XPUB") || are("SUB", "PUB") || are("SUB", "XPUB") ||
        are("XSUB", "PUB"))
        return "forwarder";
    return are("PULL", "PUSH") ? "streamer" : "proxy";
}

// "A B" as the other end sees it: "B A".
std::string turned(const std::string& ends)
{
    const auto blank = ends.find(' ');
    return blank == std::string::npos
               ? ends
               : ends.substr(blank + 1) + " " + ends.substr(0, blank);
}

std::uint64_t pair_of(int one, int other)
{
    return (static_cast<std::uint64_t>(one) << 32) |
           static_cast<std::uint32_t>(other);
}

} // namespace

std::optional<std::uint64_t> key_of(const Event& event, int cut)
{
    const auto start = start_of(event, cut);
    if (!start)
        return {};
    std::uint64_t key = event.more;
    for (std::size_t i = *start; i < event.frames.size(); ++i) {
        const Frame& frame = event.frames[i];
        key = (key ^ frame.hash ^ (frame.size << 1)) * 0x9e3779b97f4a7c15u;
        key ^= key >> 29;
    }
    return key;
}

Matcher::Matcher(Trace& trace)
    : all{trace}, state{std::make_unique<State>(trace, devices)}
{
}

Matcher::~Matcher() = default;

void Matcher::learn(const Event& event)
{
    if (event.kind != Kind::recv || !event.via.starts_with("tcp "))
        return;
    const std::string own = event.via.substr(4);
    state->end_of[own] = event.socket;
    const auto peer = state->end_of.find(turned(own));
    if (peer == state->end_of.end())
        return;
    state->linked.insert(pair_of(event.socket, peer->second));
    state->linked.insert(pair_of(peer->second, event.socket));
}

void Matcher::sent(int number)
{
    Event& event = all.events[at(number)];
    Known& socket = state->sockets[at(event.socket)];
    event.message = static_cast<int>(messages.size());
    messages.emplace_back().send = number;
    const std::string& type = all.sockets[at(event.socket)].type;
    int target = -1;
    if (type == "REP") {
        target = socket.answers;
        socket.answers = -1;
    } else if (type == "ROUTER") {
        const auto peer = socket.peer_called.find(event.frames[0].hash);
        target = peer == socket.peer_called.end() ? -1 : peer->second;
    }
    state->target.push_back(target);
    state->request_of.push_back(type == "REP" ? socket.request : -1);
    socket.request = -1;
    state->taken.push_back(false);
    state->doubted.push_back(false);
    if (!event.partial) // libzmq sends whole messages only
        socket.sent.push_back(event.message);
    if (type == "XSUB" || type == "SUB")
        messages.back().outcome = Outcome::subscription;
}

// A message that could be the one that was received.
struct Matcher::Candidate
{
    const Route* route = nullptr;
    Queue* queue = nullptr;
    int message = -1;
};

void Matcher::received(int number)
{
    Event& event = all.events[at(number)];
    Known& receiver = state->sockets[at(event.socket)];
    const std::string& type = all.sockets[at(event.socket)].type;
    if (type == "REP")
        receiver.request = number;
    if (event.partial || type == "XPUB" || receiver.listens_to_monitor)
        return; // subscriptions and reports come from the library
    const std::vector<Candidate> candidates = candidates_for(event);
    if (candidates.empty()) {
        strangers.push_back(number);
        receiver.answers = -1;
        return;
    }
    const auto [best, in_doubt] = choose(candidates);
    take(best, number, in_doubt);
    const std::string& from = all.sockets[at(best.route->from)].type;
    if (type == "REP")
        receiver.answers = in_doubt || from == "PUSH" ? -1 : best.route->from;
    if (type == "ROUTER" && !in_doubt && best.route->devices.empty())
        receiver.peer_called[event.frames[0].hash] = best.route->from;
}

// The socket at the other end of the connection, as far as that is known.
int Matcher::socket_behind(const Event& event) const
{
    if (event.via.starts_with("tcp ")) {
        const auto end = state->end_of.find(turned(event.via.substr(4)));
        if (end != state->end_of.end())
            return end->second;
    }
    if (all.sockets[at(event.socket)].type != "ROUTER")
        return -1;
    const Known& router = state->sockets[at(event.socket)];
    const auto peer = router.peer_called.find(event.frames[0].hash);
    return peer == router.peer_called.end() ? -1 : peer->second;
}

// The process there, which ipc tells.
int Matcher::process_behind(const Event& event)
{
    if (!event.via.starts_with("ipc "))
        return -1;
    for (std::size_t& i = state->processes; i < all.processes.size(); ++i)
        state->process_of[std::to_string(all.processes[i].pid)] =
            static_cast<int>(i);
    const auto process = state->process_of.find(event.via.substr(4));
    return process == state->process_of.end() ? -1 : process->second;
}

// The first message that fits, of each way by which one could have come.
std::vector<Matcher::Candidate> Matcher::candidates_for(const Event& event)
{
    const std::vector<Route>& routes = state->graph.routes_to(event.socket);
    const int source = socket_behind(event);
    const int process = process_behind(event);
    const bool pinned =
        source >= 0 &&
        std::any_of(routes.begin(), routes.end(), [&](const Route& route) {
            return route.last_hop == source;
        });
    std::vector<Candidate> candidates;
    for (const Route& route : routes) {
        const bool fits =
            pinned ? route.last_hop == source
                   : process < 0 ||
                         all.sockets[at(route.last_hop)].process == process;
        if (!fits)
            continue;
        const Candidate candidate = first_by(route, event);
        if (candidate.queue != nullptr)
            candidates.push_back(candidate);
    }
    if (!pinned && event.via.starts_with("tcp "))
        leave_out_linked(event.socket, candidates);
    return candidates;
}

// A sender whose connection is known did not use this, unknown one.
void Matcher::leave_out_linked(int receiver,
                               std::vector<Candidate>& candidates) const
{
    const auto others_end = std::stable_partition(
        candidates.begin(), candidates.end(), [&](const Candidate& one) {
            return state->linked.count(
                       pair_of(receiver, one.route->last_hop)) == 0;
        });
    if (others_end != candidates.begin())
        candidates.erase(others_end, candidates.end());
}

std::int64_t Matcher::sent_at(int message) const
{
    return all.events[at(messages[at(message)].send)].t;
}

bool Matcher::fans_out(const Route& route) const
{
    return route.copy || sends_to_all(all.sockets[at(route.from)].type);
}

// The messages of the same content that may have come this way.
Group* Matcher::group_of(const Route& route, const Event& event)
{
    const auto [sender_cut, receiver_cut] = cuts(all, route);
    const auto key = key_of(event, receiver_cut);
    if (!key)
        return nullptr;
    Known& sender = state->sockets[at(route.from)];
    const int reader = fans_out(route) ? event.socket : for_all;
    Index& index = sender.indexes[sender_cut][reader];
    for (; index.done < sender.sent.size(); ++index.done) {
        const int message = sender.sent[index.done];
        const Event& send = all.events[at(messages[at(message)].send)];
        const auto sent_key = key_of(send, sender_cut);
        if (!sent_key)
            continue;
        Group& group = index.groups[*sent_key];
        group.messages.push_back(message);
        if (const int target = state->target[at(message)];
            reader == for_all && target >= 0) {
            if (!group.meant_for)
                group.meant_for =
                    std::make_unique<std::unordered_map<int, Queue>>();
            (*group.meant_for)[target].messages.push_back(message);
        }
    }
    const auto found = index.groups.find(*key);
    return found == index.groups.end() ? nullptr : &found->second;
}

// The first message of a queue that is not out of the question, if it was
// sent in time.
template <typename IsOut>
Matcher::Candidate Matcher::first_in(Queue& queue, const Route& route,
                                     std::int64_t latest, IsOut is_out)
{
    while (queue.first < queue.messages.size() &&
           is_out(queue.messages[queue.first]))
        ++queue.first;
    if (queue.first == queue.messages.size())
        return {};
    const int message = queue.messages[queue.first];
    return sent_at(message) <= latest ? Candidate{&route, &queue, message}
                                      : Candidate{};
}

// The first message of equal content that can have come by this route.
Matcher::Candidate Matcher::first_by(const Route& route, const Event& event)
{
    Group* const group = group_of(route, event);
    if (group == nullptr)
        return {};
    const std::int64_t latest = std::min(event.t, route.until);
    if (fans_out(route)) {
        const bool subscribes =
            !route.copy && all.sockets[at(event.socket)].type == "SUB";
        const Known& receiver = state->sockets[at(event.socket)];
        return first_in(*group, route, latest, [&](int message) {
            return subscribes && sent_at(message) < receiver.first_subscription;
        });
    }
    const Candidate open = first_in(*group, route, latest, [&](int message) {
        return state->taken[at(message)] || state->target[at(message)] >= 0;
    });
    if (!group->meant_for)
        return open;
    const auto mine = group->meant_for->find(event.socket);
    if (mine == group->meant_for->end())
        return open;
    const Candidate meant =
        first_in(mine->second, route, latest,
                 [&](int message) { return state->taken[at(message)]; });
    if (open.queue == nullptr || meant.queue == nullptr)
        return open.queue == nullptr ? meant : open;
    return open.message < meant.message ? open : meant;
}

// The one that was sent first; whether it could have been another.
std::pair<Matcher::Candidate, bool>
Matcher::choose(const std::vector<Candidate>& candidates)
{
    const Candidate best =
        *std::min_element(candidates.begin(), candidates.end(),
                          [](const Candidate& a, const Candidate& b) {
                              return a.message < b.message;
                          });
    bool in_doubt = state->doubted[at(best.message)];
    for (const Candidate& one : candidates)
        if (one.message != best.message)
            in_doubt = state->doubted[at(one.message)] = true;
    return {best, in_doubt};
}

void Matcher::take(const Candidate& best, int number, bool in_doubt)
{
    const Route& route = *best.route;
    Queue& queue = *best.queue;
    if (!fans_out(route))
        state->taken[at(best.message)] = true;
    else if (queue.first < queue.messages.size() &&
             queue.messages[queue.first] == best.message)
        ++queue.first;
    all.events[at(number)].message = best.message;
    messages[at(best.message)].receipts.push_back(
        {number, in_doubt, route.devices, route.entries, route.copy});
}

namespace {

// Ends the oldest subscription to that topic: they are counted.
void unsubscribe(const Trace& all, Known& socket, const Event& event)
{
    const Frame& ended = event.frames[0];
    for (auto& [subscribed, until] : socket.subscriptions) {
        const Frame& topic = all.events[at(subscribed)].frames[0];
        if (until || topic.hash != ended.hash || topic.size != ended.size)
            continue;
        until = event.t;
        return;
    }
}

} // namespace

void Matcher::add_device(const Event& proxy)
{
    const auto same = [&](const Device& device) {
        return device.front == proxy.socket && device.back == proxy.back;
    };
    if (std::any_of(devices.begin(), devices.end(), same))
        return;
    devices.push_back({proxy.socket, proxy.back, proxy.capture, proxy.control,
                       device_kind(all.sockets[at(proxy.socket)].type,
                                   all.sockets[at(proxy.back)].type)});
    state->graph.device_added();
}

void Matcher::add(int number)
{
    state->sockets.resize(all.sockets.size());
    const Event& event = all.events[at(number)];
    if (event.socket < 0)
        return; // of a process
    Known& socket = state->sockets[at(event.socket)];
    switch (event.kind) {
    case Kind::bind:
    case Kind::connect:
        if (state->monitored[event.process].count(event.text))
            socket.listens_to_monitor = true;
        state->graph.attach(event.socket, event.text, event.kind == Kind::bind,
                            event.t);
        break;
    case Kind::unbind:
    case Kind::disconnect:
        state->graph.detach(event.socket, event.text,
                            event.kind == Kind::unbind, event.t);
        break;
    case Kind::monitor:
        state->monitored[event.process].insert(event.text);
        break;
    case Kind::subscribe:
        socket.subscriptions.emplace_back(number, std::nullopt);
        socket.first_subscription =
            std::min(socket.first_subscription, event.t);
        break;
    case Kind::unsubscribe:
        unsubscribe(all, socket, event);
        break;
    case Kind::send:
        sent(number);
        break;
    case Kind::recv:
        received(number);
        break;
    case Kind::skip:
        socket.sampled = true;
        break;
    case Kind::proxy:
        add_device(event);
        break;
    case Kind::close:
        socket.closed = event.t;
        break;
    default:
        break;
    }
}

Passes passes(const Frame& topic, const Event& message)
{
    const Frame& first = message.frames[0];
    if (topic.size == 0)
        return Passes::yes;
    if (topic.size > first.size)
        return Passes::no;
    if (!topic.recorded || !first.recorded)
        return topic.size == first.size && topic.hash == first.hash
                   ? Passes::yes
                   : Passes::unknown;
    const std::size_t compared =
        std::min(topic.start.size(), first.start.size());
    if (topic.start.compare(0, compared, first.start, 0, compared) != 0)
        return Passes::no;
    return compared == topic.size ? Passes::yes : Passes::unknown;
}

std::unique_ptr<Matcher> match(Trace& trace)
{
    auto result = std::make_unique<Matcher>(trace);
    for (const Event& event : trace.events)
        result->learn(event);
    for (int i = 0; i < static_cast<int>(trace.events.size()); ++i)
        result->add(i);
    result->finish();
    return result;
}

} // namespace zmq_trace
