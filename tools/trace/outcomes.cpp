#include "match_state.hpp"

#include <algorithm>

namespace zmq_trace {

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

// Equal messages are told apart as far as may be, group by group.
void Matcher::settle_groups()
{
    for (Known& sender : state->sockets)
        for (auto& [cut, readers] : sender.indexes)
            for (auto& [reader, index] : readers)
                for (auto& [key, group] : index.groups) {
                    if (reader != for_all)
                        align(all, messages, group, reader);
                    mark_ambiguous(all, messages, group, reader, state->target);
                }
}

namespace {

// What speaks for and against the loss of a message, over all its routes.
struct Chances
{
    bool unknown = false;   // what was recorded does not tell
    bool connected = false; // somebody could get it
    bool command = false;   // and that was a device's control socket
    bool wanted = false;    // somebody had subscribed to it
};

bool has(const Trace& all, const Message& message, int socket)
{
    return std::any_of(message.receipts.begin(), message.receipts.end(),
                       [&](const Receipt& receipt) {
                           return all.events[at(receipt.event)].socket ==
                                  socket;
                       });
}

// Whether a subscriber wanted the message when it was sent.
Passes wants(const Trace& all, const Known& subscriber, const Event& send)
{
    Passes best = Passes::no;
    for (const auto& [subscribed, until] : subscriber.subscriptions) {
        const Event& event = all.events[at(subscribed)];
        if (event.t > send.t || (until && *until < send.t))
            continue;
        const Passes pass = passes(event.frames[0], send);
        if (pass != Passes::no && best != Passes::yes)
            best = pass;
    }
    return best;
}

Outcome outcome_of(const Chances& chances, bool arrived, bool lost,
                   bool fans_out)
{
    if (arrived && !lost)
        return Outcome::received;
    if (chances.command)
        return Outcome::command;
    if (chances.unknown)
        return Outcome::unknown;
    if (!chances.connected && !fans_out)
        return Outcome::no_peer;
    if (fans_out && !chances.wanted)
        return arrived ? Outcome::received : Outcome::no_subscriber;
    return Outcome::lost;
}

} // namespace

void Matcher::decide(Message& message)
{
    const Event& send = all.events[at(message.send)];
    const bool to_all = sends_to_all(all.sockets[at(send.socket)].type);
    Chances chances;
    chances.unknown =
        state->sockets[at(send.socket)].sampled || state->graph.is_cut();
    for (const Route& route : state->graph.routes_from(send.socket)) {
        if (route.until < send.t)
            continue;
        const Known& receiver = state->sockets[at(route.to)];
        chances.connected |= route.since <= send.t || !to_all;
        chances.command |= state->controls.count(route.to) > 0;
        chances.unknown |= receiver.sampled;
        if (!to_all || route.copy || state->passed_by.count(route.to) > 0 ||
            all.sockets[at(route.to)].type != "SUB" ||
            receiver.closed < send.t || route.since > send.t)
            continue;
        const Passes pass = wants(all, receiver, send);
        chances.unknown |= pass == Passes::unknown;
        chances.wanted |= pass == Passes::yes;
        if (pass == Passes::yes && !has(all, message, route.to) &&
            std::find(message.lost_to.begin(), message.lost_to.end(),
                      route.to) == message.lost_to.end())
            message.lost_to.push_back(route.to);
    }
    if (chances.unknown)
        message.lost_to.clear();
    const bool arrived =
        std::any_of(message.receipts.begin(), message.receipts.end(),
                    [](const Receipt& receipt) { return !receipt.copy; });
    message.outcome =
        outcome_of(chances, arrived, !message.lost_to.empty(), to_all);
}

void Matcher::finish()
{
    settle_groups();
    learn_from_replies();
    for (const Device& device : devices) {
        state->controls.insert(device.control);
        state->passed_by.insert({device.front, device.back});
    }
    for (Message& message : messages) {
        for (const Receipt& receipt : message.receipts)
            all.events[at(receipt.event)].message =
                static_cast<int>(&message - messages.data());
        if (message.outcome != Outcome::subscription)
            decide(message);
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

} // namespace zmq_trace
