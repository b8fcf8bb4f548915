#include "match.hpp"

#include "graph.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <tuple>
#include <unordered_set>

namespace zmq_trace {

namespace {

constexpr int after_delimiter = -1; // compare what follows the empty frame
constexpr int for_all = -1;         // a message for one receiver, any of them

std::size_t at(int index)
{
    return static_cast<std::size_t>(index);
}

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

bool hides_envelope(const std::string& type)
{
    return type == "REQ" || type == "REP";
}

// Messages of equal content: in order, of one sender, and if that is one that
// sends to all, for one receiver.
struct Group
{
    std::vector<int> messages;
    std::size_t first = 0; // all before it are taken
};

struct Index
{
    std::unordered_map<std::uint64_t, Group> groups;
    std::size_t done = 0; // of the sender's messages, how many are in it
};

struct Known // of a socket
{
    std::vector<int> sent; // messages, in order
    std::vector<std::pair<int, std::optional<std::int64_t>>> subscriptions;
    std::int64_t first_subscription = std::numeric_limits<std::int64_t>::max();
    std::int64_t closed = std::numeric_limits<std::int64_t>::max();
    std::uint64_t identity = 0;
    std::unordered_map<std::uint64_t, int> peer_called; // ROUTER: by identity
    std::unordered_map<int, std::map<int, Index>> indexes; // by cut, receiver
    int answers = -1; // REP: whose request it has read
    int request = -1; // REP: the event of that
    bool sampled = false;
    bool listens_to_monitor = false;
    bool controls = false; // talks to a device's control socket
};

} // namespace

struct Matcher::State
{
    State(const Trace& trace, const std::vector<Device>& devices)
        : graph{trace, devices}
    {
    }

    Graph graph;
    std::vector<Known> sockets;
    std::vector<int> target; // of a message: the socket, where that is known
    std::vector<int> request_of; // of a REP's reply: the event of its request
    std::vector<bool> taken;     // of a message for one receiver: it has it
    // Of a message: it could have been another that was received.
    std::vector<bool> doubted;
    std::unordered_map<std::string, int> end_of; // tcp connections
    std::unordered_set<std::uint64_t> linked;    // pairs of known ends
    std::unordered_map<int, std::unordered_set<std::string>> monitored;
};

Matcher::Matcher(Trace& trace)
    : all{trace}, state{std::make_unique<State>(trace, devices)}
{
}

Matcher::~Matcher() = default;

namespace {

bool sends_to_all(const std::string& type)
{
    return type == "PUB" || type == "XPUB";
}

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

// A candidate for a receive: a message that could be the one.
struct Candidate
{
    const Route* route = nullptr;
    Group* group = nullptr;
    int message = -1;
};

} // namespace

namespace {

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

namespace {

// Who sent it, as far as the connection tells.
struct Source
{
    int socket = -1;  // the socket at the other end
    int process = -1; // or at least its process
};

} // namespace

void Matcher::received(int number)
{
    Event& event = all.events[at(number)];
    Known& receiver = state->sockets[at(event.socket)];
    const std::string& type = all.sockets[at(event.socket)].type;
    if (type == "REP")
        receiver.request = number;
    if (event.partial || type == "XPUB" || receiver.listens_to_monitor)
        return; // subscriptions and reports come from the library

    Source source;
    if (event.via.starts_with("tcp ")) {
        const auto found = state->end_of.find(turned(event.via.substr(4)));
        if (found != state->end_of.end())
            source.socket = found->second;
    } else if (event.via.starts_with("ipc ")) {
        for (std::size_t i = 0; i < all.processes.size(); ++i)
            if (event.via.substr(4) == std::to_string(all.processes[i].pid))
                source.process = static_cast<int>(i);
    }
    if (type == "ROUTER" && source.socket < 0) {
        const auto known = receiver.peer_called.find(event.frames[0].hash);
        if (known != receiver.peer_called.end())
            source.socket = known->second;
    }

    std::vector<Candidate> candidates;
    const std::vector<Route>& routes = state->graph.routes_to(event.socket);
    const bool pinned =
        source.socket >= 0 &&
        std::any_of(routes.begin(), routes.end(), [&](const Route& route) {
            return route.last_hop == source.socket;
        });
    for (const Route& route : routes) {
        if (pinned && route.last_hop != source.socket)
            continue;
        if (!pinned && source.process >= 0 &&
            all.sockets[at(route.last_hop)].process != source.process)
            continue;
        const auto [sender_cut, receiver_cut] = cuts(all, route);
        const auto key = key_of(event, receiver_cut);
        if (!key)
            continue;
        Known& sender = state->sockets[at(route.from)];
        const bool fans_out =
            route.copy || sends_to_all(all.sockets[at(route.from)].type);
        const int reader = fans_out ? event.socket : for_all;
        Index& index = sender.indexes[sender_cut][reader];
        for (; index.done < sender.sent.size(); ++index.done) {
            const int message = sender.sent[index.done];
            const Event& send = all.events[at(messages[at(message)].send)];
            if (const auto sent_key = key_of(send, sender_cut))
                index.groups[*sent_key].messages.push_back(message);
        }
        const auto found = index.groups.find(*key);
        if (found == index.groups.end())
            continue;
        Group& group = found->second;
        const auto is_done = [&](int message) {
            const Event& send = all.events[at(messages[at(message)].send)];
            return fans_out ? !route.copy && type == "SUB" &&
                                  send.t < receiver.first_subscription
                            : state->taken[at(message)];
        };
        while (group.first < group.messages.size() &&
               is_done(group.messages[group.first]))
            ++group.first;
        for (std::size_t i = group.first; i < group.messages.size(); ++i) {
            const int message = group.messages[i];
            const std::int64_t t = all.events[at(messages[at(message)].send)].t;
            if (t > event.t || t > route.until)
                break;
            const int target = state->target[at(message)];
            if (is_done(message) ||
                (!fans_out && target >= 0 && target != event.socket))
                continue;
            candidates.push_back({&route, &group, message});
            break;
        }
    }
    if (candidates.empty()) {
        strangers.push_back(number);
        receiver.answers = -1;
        return;
    }
    // A sender whose connection is known did not use this, unknown one.
    if (!pinned && event.via.starts_with("tcp ")) {
        const auto others_end = std::stable_partition(
            candidates.begin(), candidates.end(), [&](const Candidate& one) {
                return state->linked.count(
                           pair_of(event.socket, one.route->last_hop)) == 0;
            });
        if (others_end != candidates.begin())
            candidates.erase(others_end, candidates.end());
    }
    const Candidate best =
        *std::min_element(candidates.begin(), candidates.end(),
                          [](const Candidate& a, const Candidate& b) {
                              return a.message < b.message;
                          });
    bool others = state->doubted[at(best.message)];
    for (const Candidate& one : candidates)
        if (one.message != best.message)
            others = state->doubted[at(one.message)] = true;
    const Route& route = *best.route;
    Receipt receipt{number, others, route.devices, route.entries, route.copy};
    const std::string& from = all.sockets[at(route.from)].type;
    if (route.copy || sends_to_all(from)) {
        auto& list = best.group->messages; // one by one: from the front
        best.group->first = at(static_cast<int>(
            std::find(list.begin() +
                          static_cast<std::ptrdiff_t>(best.group->first),
                      list.end(), best.message) -
            list.begin() + 1));
    } else {
        state->taken[at(best.message)] = true;
    }
    event.message = best.message;
    messages[at(best.message)].receipts.push_back(std::move(receipt));
    if (type == "REP")
        receiver.answers = others || from == "PUSH" ? -1 : route.from;
    if (type == "ROUTER" && !others && route.devices.empty())
        receiver.peer_called[event.frames[0].hash] = route.from;
}

void Matcher::add(int number)
{
    Event& event = all.events[at(number)];
    state->sockets.resize(all.sockets.size());
    Known nobody; // for the events of a process, which have no socket
    Known* const socket =
        event.socket >= 0 ? &state->sockets[at(event.socket)] : &nobody;
    switch (event.kind) {
    case Kind::bind:
    case Kind::connect:
        if (state->monitored[event.process].count(event.text))
            socket->listens_to_monitor = true;
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
        socket->subscriptions.emplace_back(number, std::nullopt);
        socket->first_subscription =
            std::min(socket->first_subscription, event.t);
        break;
    case Kind::unsubscribe:
        for (auto& [subscribed, until] : socket->subscriptions) {
            const Frame& topic = all.events[at(subscribed)].frames[0];
            if (until || topic.hash != event.frames[0].hash ||
                topic.size != event.frames[0].size)
                continue;
            until = event.t;
            break;
        }
        break;
    case Kind::identity:
        socket->identity = event.frames[0].hash;
        break;
    case Kind::send:
        sent(number);
        break;
    case Kind::recv:
        received(number);
        break;
    case Kind::skip:
        socket->sampled = true;
        break;
    case Kind::proxy: {
        const auto same = [&](const Device& device) {
            return device.front == event.socket && device.back == event.back;
        };
        if (std::any_of(devices.begin(), devices.end(), same))
            break;
        devices.push_back({event.socket, event.back, event.capture,
                           event.control,
                           device_kind(all.sockets[at(event.socket)].type,
                                       all.sockets[at(event.back)].type)});
        state->graph.device_added();
        break;
    }
    case Kind::close:
        socket->closed = event.t;
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

namespace {

// PUB loses the first messages of a late subscriber: if a group has more
// sends than receives, the receives belong to its last sends.
void align(const Trace& all, std::vector<Message>& messages, const Group& group,
           int reader)
{
    std::vector<Receipt> receipts;
    for (const int message : group.messages) {
        auto& list = messages[at(message)].receipts;
        const auto mine =
            std::find_if(list.begin(), list.end(), [&](const Receipt& one) {
                return all.events[at(one.event)].socket == reader;
            });
        if (mine == list.end())
            continue;
        receipts.push_back(std::move(*mine));
        list.erase(mine);
    }
    auto message = group.messages.rbegin();
    for (auto receipt = receipts.rbegin(); receipt != receipts.rend();
         ++receipt) {
        const std::int64_t t = all.events[at(receipt->event)].t;
        while (all.events[at(messages[at(*message)].send)].t > t)
            ++message;
        messages[at(*message)].receipts.push_back(std::move(*receipt));
        ++message;
    }
}

// Where a message of the same content stayed behind, or went to another
// receiver at the same time, what was matched is one answer of several.
void mark_ambiguous(const Trace& all, std::vector<Message>& messages,
                    const Group& group, int reader,
                    const std::vector<int>& target)
{
    std::int64_t first_left = std::numeric_limits<std::int64_t>::max();
    const auto receipt_of = [&](int message) -> Receipt* {
        for (Receipt& receipt : messages[at(message)].receipts)
            if ((reader == for_all && !receipt.copy) ||
                all.events[at(receipt.event)].socket == reader)
                return &receipt;
        return nullptr;
    };
    const auto send_time = [&](int message) {
        return all.events[at(messages[at(message)].send)].t;
    };
    for (const int message : group.messages)
        if (!receipt_of(message))
            first_left = std::min(first_left, send_time(message));
    Receipt* before = nullptr;
    for (const int message : group.messages) {
        Receipt* const receipt = receipt_of(message);
        if (!receipt || target[at(message)] >= 0)
            continue; // none, or the only one that it was meant for
        if (first_left <= all.events[at(receipt->event)].t)
            receipt->ambiguous = true;
        if (before && all.events[at(before->event)].socket !=
                          all.events[at(receipt->event)].socket) {
            const std::int64_t earlier =
                std::min(all.events[at(before->event)].t,
                         all.events[at(receipt->event)].t);
            if (send_time(message) <= earlier)
                before->ambiguous = receipt->ambiguous = true;
        }
        before = receipt;
    }
}

} // namespace

// A reply that certainly reached a REQ tells whose request it answers: the
// last one that this REQ sent before.
void Matcher::learn_from_replies()
{
    for (std::size_t i = 0; i < messages.size(); ++i) {
        const int request = state->request_of[i];
        if (request < 0 || messages[i].receipts.size() != 1 ||
            messages[i].receipts[0].ambiguous || state->target[i] >= 0)
            continue;
        const Event& reply = all.events[at(messages[i].receipts[0].event)];
        if (all.sockets[at(reply.socket)].type != "REQ")
            continue;
        const std::vector<int>& sent = state->sockets[at(reply.socket)].sent;
        const auto after =
            std::partition_point(sent.begin(), sent.end(), [&](int message) {
                return all.events[at(messages[at(message)].send)].t < reply.t;
            });
        const int matched = all.events[at(request)].message;
        if (after == sent.begin() || matched < 0)
            continue;
        const int asked = *(after - 1);
        Message& one = messages[at(asked)];
        Message& other = messages[at(matched)];
        if (asked != matched) {
            if (key_of(all.events[at(one.send)], 0) !=
                key_of(all.events[at(other.send)], 0))
                continue;
            std::swap(one.receipts, other.receipts);
            for (const int message : {asked, matched})
                for (const Receipt& receipt : messages[at(message)].receipts)
                    all.events[at(receipt.event)].message = message;
        }
        for (Receipt& receipt : one.receipts)
            receipt.ambiguous = false;
    }
}

void Matcher::finish()
{
    for (Known& sender : state->sockets)
        for (auto& [cut, readers] : sender.indexes)
            for (auto& [reader, index] : readers)
                for (auto& [key, group] : index.groups) {
                    if (reader != for_all)
                        align(all, messages, group, reader);
                    mark_ambiguous(all, messages, group, reader, state->target);
                }

    learn_from_replies();
    std::unordered_set<int> controls;
    std::unordered_set<int> passed_by; // they pass on, and are no destination
    for (const Device& device : devices) {
        controls.insert(device.control);
        passed_by.insert({device.front, device.back});
    }
    for (Message& message : messages) {
        for (const Receipt& receipt : message.receipts)
            all.events[at(receipt.event)].message =
                static_cast<int>(&message - messages.data());
        if (message.outcome == Outcome::subscription)
            continue;
        const Event& send = all.events[at(message.send)];
        const auto& routes = state->graph.routes_from(send.socket);
        const bool fans_out = sends_to_all(all.sockets[at(send.socket)].type);
        const auto has_it = [&](int socket) {
            return std::any_of(
                message.receipts.begin(), message.receipts.end(),
                [&](const Receipt& receipt) {
                    return all.events[at(receipt.event)].socket == socket;
                });
        };
        bool unknown =
            state->sockets[at(send.socket)].sampled || state->graph.is_cut();
        bool connected = false;
        bool command = false;
        bool wanted = false;
        for (const Route& route : routes) {
            if (route.until < send.t)
                continue;
            const Known& receiver = state->sockets[at(route.to)];
            connected = connected || route.since <= send.t || !fans_out;
            command = command || controls.count(route.to) > 0;
            unknown = unknown || receiver.sampled;
            if (!fans_out || route.copy || passed_by.count(route.to) > 0 ||
                all.sockets[at(route.to)].type != "SUB" ||
                receiver.closed < send.t || route.since > send.t)
                continue;
            for (const auto& [subscribed, until] : receiver.subscriptions) {
                const Event& event = all.events[at(subscribed)];
                if (event.t > send.t || (until && *until < send.t))
                    continue;
                const Passes pass = passes(event.frames[0], send);
                unknown = unknown || pass == Passes::unknown;
                if (pass != Passes::yes)
                    continue;
                wanted = true;
                if (!has_it(route.to) &&
                    std::find(message.lost_to.begin(), message.lost_to.end(),
                              route.to) == message.lost_to.end())
                    message.lost_to.push_back(route.to);
            }
        }
        const bool arrived =
            std::any_of(message.receipts.begin(), message.receipts.end(),
                        [](const Receipt& receipt) { return !receipt.copy; });
        if (unknown)
            message.lost_to.clear();
        if (arrived && message.lost_to.empty())
            message.outcome = Outcome::received;
        else if (command)
            message.outcome = Outcome::command;
        else if (unknown)
            message.outcome = Outcome::unknown;
        else if (!connected && !fans_out)
            message.outcome = Outcome::no_peer;
        else if (fans_out && !wanted)
            message.outcome =
                arrived ? Outcome::received : Outcome::no_subscriber;
        else
            message.outcome = Outcome::lost;
    }
}

std::string_view name_of(Outcome outcome)
{
    switch (outcome) {
    case Outcome::received:
        return "received";
    case Outcome::lost:
        return "lost";
    case Outcome::no_subscriber:
        return "no subscriber";
    case Outcome::no_peer:
        return "no peer";
    case Outcome::subscription:
        return "subscription";
    case Outcome::command:
        return "command";
    case Outcome::unknown:
        break;
    }
    return "unknown";
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
