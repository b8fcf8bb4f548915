#pragma once

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <map>
#include <string>
#include <vector>

/// What is known of the clients of a queue: how much they asked and were
/// answered, and how long that took. The oldest open request of a client is
/// the one that a reply answers, as it is with REQ. Its memory is bounded,
/// whatever comes.
class ClientTable
{
public:
    using Clock = std::chrono::steady_clock;
    using Latency = std::chrono::duration<double, std::milli>;

    /// A request has passed.
    void request(const std::string& client,
                 Clock::time_point now = Clock::now())
    {
        Client& its = find(client);
        ++its.requests;
        keep(its.open, now);
    }

    /// A reply has passed. One whose request passed before we listened has no
    /// latency.
    void reply(const std::string& client, Clock::time_point now = Clock::now())
    {
        Client& its = find(client);
        ++its.replies;
        if (its.open.empty())
            return;
        keep(its.latencies, Latency{now - its.open.front()});
        its.open.pop_front();
    }

    void print() const
    {
        fmt::print("{:<20} {:>8} {:>8} {:>11} {:>10} {:>10}\n", "client",
                   "requests", "replies", "outstanding", "median ms",
                   "99 % ms");
        for (const auto& [name, its] : clients)
            fmt::print("{:<20} {:>8} {:>8} {:>11} {:>10} {:>10}\n", name,
                       its.requests, its.replies, its.open.size(),
                       percentile(its.latencies, 50),
                       percentile(its.latencies, 99));
    }

    /// Prints it in the place of the last one, four times a second at most.
    void redraw()
    {
        if (Clock::now() - drawn < std::chrono::milliseconds{250})
            return;
        drawn = Clock::now();
        fmt::print("\x1b[H\x1b[2J"); // to the top left, and clear
        print();
    }

    /// The latency in ms that so many per cent do not exceed; `-` of none.
    static std::string percentile(const std::deque<Latency>& latencies,
                                  std::size_t percent)
    {
        if (latencies.empty())
            return "-";
        std::vector<Latency> sorted(latencies.begin(), latencies.end());
        const std::size_t rank = (sorted.size() * percent + 99) / 100; // from 1
        const auto nth = sorted.begin() + static_cast<std::ptrdiff_t>(rank - 1);
        std::nth_element(sorted.begin(), nth, sorted.end());
        return fmt::format("{:.2f}", nth->count());
    }

private:
    struct Client
    {
        std::uint64_t requests = 0;
        std::uint64_t replies = 0;
        std::deque<Clock::time_point> open; // since when
        std::deque<Latency> latencies;
    };

    // The newest thousand of either are enough.
    template <typename Value>
    static void keep(std::deque<Value>& values, Value value)
    {
        if (values.size() == 1000)
            values.pop_front();
        values.push_back(value);
    }

    // Clients beyond a thousand share a row.
    Client& find(const std::string& name)
    {
        const auto known = clients.find(name);
        if (known != clients.end())
            return known->second;
        return clients[clients.size() < 1000 ? name : "(others)"];
    }

    std::map<std::string, Client> clients;
    Clock::time_point drawn{};
};
