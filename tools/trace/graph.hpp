#pragma once

#include "events.hpp"

#include <limits>

namespace zmq_trace {

struct Device;

/// A way that messages can take from one socket to another.
struct Route
{
    int from = -1;
    int to = -1;
    std::vector<int> devices; ///< crossed, in order
    std::vector<int> entries; ///< the sockets by which they were entered
    bool copy = false;        ///< by a device's capture socket
    int added = 0;     ///< identity frames that devices put in front, or took
    int last_hop = -1; ///< the socket that `to` is connected with
    std::int64_t since = 0; ///< when its last connection was made
    /// When one of them was given up: what is sent later goes elsewhere.
    std::int64_t until = std::numeric_limits<std::int64_t>::max();
};

/// Which sockets can talk with which: by endpoints, types and devices.
class Graph
{
public:
    Graph(const Trace& trace, const std::vector<Device>& devices)
        : all{trace}, joins{devices}
    {
    }

    void attach(int socket, const std::string& endpoint, bool binds,
                std::int64_t t);
    void detach(int socket, const std::string& endpoint, bool bound,
                std::int64_t t);
    void device_added() { stale = true; }

    /// Whether there were too many ways to find all of them.
    bool is_cut() const { return cut; }

    const std::vector<Route>& routes_to(int socket);
    const std::vector<Route>& routes_from(int socket);

private:
    struct End
    {
        int socket;
        bool binds;
        std::string host;
        std::int64_t t;
    };
    struct Peer
    {
        int socket;
        std::int64_t since;
        std::int64_t until = std::numeric_limits<std::int64_t>::max();
    };

    static constexpr std::size_t most_routes = 200'000;  // at a time
    static constexpr std::size_t most_found = 5'000'000; // in all

    void refresh();
    void give_up(int socket, int peer, std::int64_t t);
    void explore(const Route& start, int at);

    const Trace& all;
    const std::vector<Device>& joins;
    std::unordered_map<std::string, std::vector<End>> ends;
    std::vector<std::vector<Peer>> peers; // by socket
    std::vector<std::vector<Route>> to;
    std::vector<std::vector<Route>> from;
    std::vector<std::vector<int>> devices_at; // joins, by socket
    std::size_t found = 0;                    // routes, by all searches
    std::size_t enough = 0;                   // where this search stops
    bool cut = false;
    bool stale = true;
};

} // namespace zmq_trace
