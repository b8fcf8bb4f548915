#pragma once

// What a Matcher knows: for match.cpp and outcomes.cpp alone.

#include "graph.hpp"
#include "match.hpp"

#include <limits>
#include <map>
#include <unordered_set>

namespace zmq_trace {

constexpr int after_delimiter = -1; ///< compare what follows the empty frame
constexpr int for_all = -1;         ///< a message for one receiver, any of them
constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();

inline std::size_t at(int index)
{
    return static_cast<std::size_t>(index);
}

inline bool sends_to_all(const std::string& type)
{
    return type == "PUB" || type == "XPUB";
}

/// What both sides see of a message, as a number; none if there is no such
/// part.
/// @param cut how many frames in front only one side sees
std::optional<std::uint64_t> key_of(const Event& event, int cut);

/// Messages in order, which are received from the front.
struct Queue
{
    std::vector<int> messages;
    std::size_t first = 0; ///< all before it are out of the question
};

/// Messages of equal content: of one sender, and if that is one that sends to
/// all, for one receiver. Otherwise those whose receiver is known wait in
/// queues of their own, so that what nobody ever receives holds up nobody.
struct Group : Queue
{
    std::unique_ptr<std::unordered_map<int, Queue>> meant_for; ///< few have it
};

struct Index
{
    std::unordered_map<std::uint64_t, Group> groups; ///< by key
    std::size_t done = 0; ///< of the sender's messages, how many are in it
};

/// What is known of a socket.
struct Known
{
    std::vector<int> sent; ///< messages, in order
    std::vector<std::pair<int, std::optional<std::int64_t>>> subscriptions;
    std::int64_t first_subscription = never;
    std::int64_t closed = never;
    std::unordered_map<std::uint64_t, int> peer_called; ///< ROUTER: by identity
    std::unordered_map<int, std::map<int, Index>> indexes; ///< by cut, receiver
    int answers = -1; ///< REP: whose request it has read
    int request = -1; ///< REP: the event of that
    bool sampled = false;
    bool listens_to_monitor = false;
};

struct Matcher::State
{
    State(const Trace& trace, const std::vector<Device>& devices)
        : graph{trace, devices}
    {
    }

    Graph graph;
    std::vector<Known> sockets;
    std::vector<int> target; ///< of a message: the socket, where that is known
    std::vector<int> request_of; ///< of a REP's reply: the event of its request
    std::vector<bool> taken;     ///< of a message for one receiver: it has it
    /// Of a message: it could have been another that was received.
    std::vector<bool> doubted;
    std::unordered_map<std::string, int> process_of; ///< by pid
    std::size_t processes = 0;                       ///< that are in there
    std::unordered_map<std::string, int> end_of;     ///< tcp connections
    std::unordered_set<std::uint64_t> linked;        ///< pairs of known ends
    std::unordered_map<int, std::unordered_set<std::string>> monitored;
    std::unordered_set<int> controls;  ///< control sockets, for finish()
    std::unordered_set<int> passed_by; ///< ends of devices: no destination
};

} // namespace zmq_trace
