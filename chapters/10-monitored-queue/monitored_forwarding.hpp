#pragma once

#include <fmt/core.h>
#include <zmq.hpp>

#include <array>
#include <chrono>
#include <functional>
#include <set>
#include <string>
#include <vector>

/// Carries requests from clients (ROUTER) to servers (DEALER) and replies
/// back, and publishes each message on a third socket (XPUB): a frame that
/// says `in` for a request and `out` for a reply, then all of its frames.
///
/// Nothing is lost on the way. A message for which there is no room is held,
/// and no other is taken from its side until it has gone. Replies are dropped
/// only for a client that is gone or takes none for too long. Monitors are
/// never waited for: one that is slow misses messages.
class MonitoredForwarding
{
public:
    MonitoredForwarding(zmq::socket_t& its_clients, zmq::socket_t& its_servers,
                        zmq::socket_t& its_monitors)
        : clients{its_clients}, servers{its_servers}, monitors{its_monitors}
    {
        // An error, not a silent loss, for a client that is full or gone.
        clients.set(zmq::sockopt::router_mandatory, true);
    }

    /// Called when the first monitor has come (true) or the last one gone.
    std::function<void(bool)> on_monitored = [](bool) {};

    /// How long a reply waits for room at a client that takes none.
    std::chrono::milliseconds patience{1000};

    /// Forwards until the context is shut down, which throws ETERM.
    [[noreturn]] void run()
    {
        while (true) {
            const Ready ready = wait();
            // Many messages for one look at the sockets: looking costs more
            // than carrying.
            for (int n = 0; n < burst && ready.requests && carry(requests); ++n)
                ;
            for (int n = 0; n < burst && ready.replies && carry(replies); ++n)
                ;
            if (ready.monitors)
                count_monitor();
        }
    }

private:
    using Clock = std::chrono::steady_clock;
    using Message = std::vector<zmq::message_t>;

    struct Way
    {
        zmq::socket_t& from;
        zmq::socket_t& to;
        std::string prefix;
        Message held{}; // taken, and not yet passed on
        Clock::time_point taken{};
    };

    static constexpr int burst = 200;

    struct Ready
    {
        bool requests;
        bool replies;
        bool monitors;
    };

    // Waits for a message where one may be taken, and for room where one is
    // held. A ROUTER has no event for room at one certain client: for that we
    // look again after a moment.
    Ready wait()
    {
        const bool request_held = !requests.held.empty();
        const bool reply_held = !replies.held.empty();
        const int from_client = request_held ? 0 : ZMQ_POLLIN;
        const int from_server = reply_held ? 0 : ZMQ_POLLIN;
        const int to_server = request_held ? ZMQ_POLLOUT : 0;
        std::array<zmq::pollitem_t, 3> items{{
            {clients.handle(), 0, static_cast<short>(from_client), 0},
            {servers.handle(), 0, static_cast<short>(from_server | to_server),
             0},
            {monitors.handle(), 0, ZMQ_POLLIN, 0},
        }};
        zmq::poll(items, std::chrono::milliseconds{reply_held ? 1 : -1});
        return {items[0].revents != 0 || (items[1].revents & ZMQ_POLLOUT) != 0,
                reply_held || (items[1].revents & ZMQ_POLLIN) != 0,
                items[2].revents != 0};
    }

    // An XPUB receives subscriptions (a first byte of 1) and their ends (0),
    // and whatever else a peer makes up.
    void count_monitor()
    {
        zmq::message_t change;
        if (!monitors.recv(change, zmq::recv_flags::dontwait))
            return;
        const bool was_monitored = subscriptions > 0;
        if (change.to_string_view().starts_with('\1'))
            ++subscriptions;
        else if (change.to_string_view().starts_with('\0'))
            --subscriptions;
        if (was_monitored != (subscriptions > 0))
            on_monitored(subscriptions > 0);
    }

    // Takes a message, if none is held, and passes it on; false when there is
    // none or it has to wait.
    bool carry(Way& way)
    {
        if (way.held.empty()) {
            if (!take(way))
                return false;
            publish(way);
        }
        if (!pass_on(way))
            return false;
        way.held.clear();
        return true;
    }

    static bool take(Way& way)
    {
        zmq::message_t frame;
        if (!way.from.recv(frame, zmq::recv_flags::dontwait))
            return false;
        while (frame.more()) {
            way.held.push_back(std::move(frame));
            (void)way.from.recv(frame); // the frames of a message come at once
        }
        way.held.push_back(std::move(frame));
        way.taken = {};
        return true;
    }

    void publish(Way& way)
    {
        if (subscriptions == 0)
            return;
        monitors.send(zmq::buffer(way.prefix), zmq::send_flags::sndmore);
        zmq::message_t copy;
        for (zmq::message_t& frame : way.held) {
            copy.copy(frame);
            monitors.send(copy, flags(way, frame));
        }
    }

    bool pass_on(Way& way)
    {
        zmq::message_t& first = way.held.front();
        const std::string address = &way == &replies ? first.to_string() : "";
        try {
            if (!way.to.send(first,
                             flags(way, first) | zmq::send_flags::dontwait))
                return &way == &replies && is_given_up(address);
        } catch (const zmq::error_t& error) {
            if (error.num() != EHOSTUNREACH)
                throw;
            given_up.erase(address);
            return is_dropped("its client is gone");
        }
        given_up.erase(address);
        for (std::size_t n = 1; n < way.held.size(); ++n)
            way.to.send(way.held[n], flags(way, way.held[n]));
        return true;
    }

    static zmq::send_flags flags(const Way& way, const zmq::message_t& frame)
    {
        return &frame == &way.held.back() ? zmq::send_flags::none
                                          : zmq::send_flags::sndmore;
    }

    // Whether we have waited long enough for room at this client. Once we
    // have, it is not waited for again before it has taken something.
    bool is_given_up(const std::string& client)
    {
        if (replies.taken == Clock::time_point{})
            replies.taken = Clock::now();
        if (!given_up.contains(client) &&
            Clock::now() - replies.taken < patience)
            return false;
        if (given_up.size() > 1000)
            given_up.clear(); // most of them will have gone
        given_up.insert(client);
        return is_dropped("its client takes none");
    }

    bool is_dropped(const char* reason)
    {
        fmt::print(stderr, "Dropped a reply ({} so far): {}\n", ++dropped,
                   reason);
        return true;
    }

    zmq::socket_t& clients;
    zmq::socket_t& servers;
    zmq::socket_t& monitors;
    Way requests{clients, servers, "in"};
    Way replies{servers, clients, "out"};
    int subscriptions = 0;
    std::uint64_t dropped = 0;
    std::set<std::string> given_up; // clients, by address
};
