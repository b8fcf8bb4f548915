#pragma once

#include "events.hpp"

#include <functional>
#include <memory>

namespace zmq_trace {

struct Group;
struct Queue;
struct Route;

/// Where a message arrived.
struct Receipt
{
    int event = -1;
    /// Another message of the same content could have been this one.
    bool ambiguous = false;
    /// The devices that it crossed, in order, and by which socket of each.
    std::vector<int> devices;
    std::vector<int> entries;
    /// A copy, from a device's capture socket.
    bool copy = false;
};

enum class Outcome
{
    received,      ///< by all that should have it
    lost,          ///< by fewer
    no_subscriber, ///< published, and nobody had asked for it
    no_peer,       ///< nobody was connected
    subscription,  ///< for the library: an XSUB's subscription
    command,       ///< for a device, by its control socket
    unknown,       ///< the trace is a sample, or knows no topics
};

std::string_view name_of(Outcome outcome);

/// A message: one send, and what became of it.
struct Message
{
    int send = -1; ///< event
    std::vector<Receipt> receipts;
    std::vector<int> lost_to; ///< subscribers that should have had it
    Outcome outcome = Outcome::received; ///< finish() decides
};

/// A proxy, which joins two sockets (and perhaps copies to a third).
struct Device
{
    int front = -1;
    int back = -1;
    int capture = -1;
    int control = -1;
    std::string kind; ///< "queue", "forwarder", "streamer", "proxy"
};

/// Matches each send with its receives. Events come in the order of their
/// times.
///
/// Messages are compared by what both sides see: a ROUTER's identity frame and
/// the delimiter that REQ and REP hide are left out. Which sockets can talk
/// comes from their endpoints and types, across devices too. Among equal
/// messages the first sent is the first received; where another answer fits as
/// well, the receipt is marked as ambiguous.
class Matcher
{
public:
    explicit Matcher(Trace& trace);
    Matcher(const Matcher&) = delete;
    Matcher& operator=(const Matcher&) = delete;
    ~Matcher();

    /// Tells which sockets are the ends of which connections, ahead of time.
    void learn(const Event& event);
    /// Takes the event with this index in the trace.
    void add(int event);
    /// Decides about losses and ambiguities, when all events are there.
    void finish();

    std::vector<Message> messages;
    std::vector<Device> devices;
    std::vector<int> strangers; ///< receives that nobody seen has sent

private:
    struct State;
    struct Candidate;

    void sent(int event);
    void received(int event);
    void add_device(const Event& proxy);
    int socket_behind(const Event& receive) const;
    int process_behind(const Event& receive);
    std::vector<Candidate> candidates_for(const Event& receive);
    void leave_out_linked(int receiver, std::vector<Candidate>& some) const;
    Candidate first_by(const Route& route, const Event& receive);
    Group* group_of(const Route& route, const Event& receive);
    template <typename IsOut>
    Candidate first_in(Queue& queue, const Route& route, std::int64_t latest,
                       IsOut is_out);
    std::int64_t sent_at(int message) const;
    bool fans_out(const Route& route) const;
    std::pair<Candidate, bool> choose(const std::vector<Candidate>& some);
    void take(const Candidate& best, int event, bool in_doubt);

    void settle_groups();
    void learn_from_replies();
    void decide(Message& message);

    Trace& all;
    std::unique_ptr<State> state;
};

/// All of it at once.
std::unique_ptr<Matcher> match(Trace& trace);

/// Whether a subscription to this topic lets the message pass; unknown if the
/// bytes that decide it were not recorded.
enum class Passes
{
    no,
    yes,
    unknown
};
Passes passes(const Frame& topic, const Event& message);

} // namespace zmq_trace
