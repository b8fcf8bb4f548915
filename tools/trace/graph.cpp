#include "graph.hpp"

#include "match.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace zmq_trace {

namespace {

constexpr std::size_t longest_chain = 8; // devices

// Whether what one type sends the other type receives.
bool can_talk(const std::string& sender, const std::string& receiver)
{
    constexpr std::array<std::pair<std::string_view, std::string_view>, 22>
        pairs{{{"PAIR", "PAIR"},     {"PUB", "SUB"},    {"PUB", "XSUB"},
               {"XPUB", "SUB"},      {"XPUB", "XSUB"},  {"SUB", "XPUB"},
               {"XSUB", "XPUB"},     {"XSUB", "PUB"},   {"SUB", "PUB"},
               {"REQ", "REP"},       {"REQ", "ROUTER"}, {"REP", "REQ"},
               {"REP", "DEALER"},    {"DEALER", "REP"}, {"DEALER", "ROUTER"},
               {"DEALER", "DEALER"}, {"ROUTER", "REQ"}, {"ROUTER", "DEALER"},
               {"ROUTER", "ROUTER"}, {"PUSH", "PULL"},  {"STREAM", "STREAM"},
               {"REP", "ROUTER"}}};
    return std::any_of(pairs.begin(), pairs.end(), [&](const auto& pair) {
        return pair.first == sender && pair.second == receiver;
    });
}

bool is_wild(std::string_view host)
{
    return host == "*" || host == "0.0.0.0" || host == "[::]" || host == "::";
}

bool is_numeric(std::string_view host)
{
    return host.find_first_not_of("0123456789.") == std::string_view::npos ||
           host.starts_with('[');
}

// A name may mean any address: then the port alone decides.
bool same_host(std::string_view one, std::string_view other)
{
    return one == other || is_wild(one) || is_wild(other) || !is_numeric(one) ||
           !is_numeric(other);
}

struct Address
{
    std::string key;  // two ends that meet have the same
    std::string host; // for tcp
};

Address address_of(std::string_view endpoint, const Socket& socket)
{
    if (endpoint.starts_with("inproc://"))
        return {
            fmt::format("{} {} {}", socket.process, socket.context, endpoint),
            {}};
    if (!endpoint.starts_with("tcp://"))
        return {std::string{endpoint}, {}};
    endpoint.remove_prefix(6);
    if (const auto source = endpoint.find(';');
        source != std::string_view::npos)
        endpoint.remove_prefix(source + 1);
    const auto colon = endpoint.rfind(':');
    if (colon == std::string_view::npos)
        return {std::string{endpoint}, {}};
    const auto host = endpoint.substr(0, colon);
    return {fmt::format("tcp:{}", endpoint.substr(colon + 1)),
            host == "localhost" ? "127.0.0.1" : std::string{host}};
}

} // namespace

void Graph::attach(int socket, const std::string& endpoint, bool binds,
                   std::int64_t t)
{
    const auto index = static_cast<std::size_t>(socket);
    peers.resize(all.sockets.size());
    const Address address = address_of(endpoint, all.sockets[index]);
    std::vector<End>& here = ends[address.key];
    for (const End& end : here) {
        if (end.binds == binds || end.socket == socket ||
            !same_host(end.host, address.host))
            continue;
        peers[index].push_back({end.socket, t});
        peers[static_cast<std::size_t>(end.socket)].push_back({socket, t});
    }
    here.push_back({socket, binds, address.host, t});
    stale = true;
}

// A listener that ends keeps its connections; a connection ends at once.
void Graph::detach(int socket, const std::string& endpoint, bool bound,
                   std::int64_t t)
{
    const Address address =
        address_of(endpoint, all.sockets[static_cast<std::size_t>(socket)]);
    std::vector<End>& here = ends[address.key];
    const auto mine =
        std::find_if(here.begin(), here.end(), [&](const End& end) {
            return end.socket == socket && end.binds == bound;
        });
    if (mine == here.end())
        return;
    here.erase(mine);
    for (const End& end : here)
        if (!bound && end.binds && same_host(end.host, address.host)) {
            give_up(socket, end.socket, t);
            give_up(end.socket, socket, t);
        }
    stale = true;
}

void Graph::give_up(int socket, int peer, std::int64_t t)
{
    for (Peer& one : peers[static_cast<std::size_t>(socket)])
        if (one.socket == peer && one.until > t) {
            one.until = t;
            return;
        }
}

void Graph::explore(const Route& start, int at)
{
    const auto type = [&](int socket) -> const std::string& {
        return all.sockets[static_cast<std::size_t>(socket)].type;
    };
    for (const Peer& peer : peers[static_cast<std::size_t>(at)]) {
        if (!can_talk(type(at), type(peer.socket)))
            continue;
        if (found >= enough) {
            cut = true;
            return;
        }
        ++found;
        Route route = start;
        route.to = peer.socket;
        route.last_hop = at;
        route.since = std::max(start.since, peer.since);
        route.until = std::min(start.until, peer.until);
        to[static_cast<std::size_t>(route.to)].push_back(route);
        from[static_cast<std::size_t>(route.from)].push_back(route);
        for (const int number :
             devices_at[static_cast<std::size_t>(peer.socket)]) {
            const Device& join = joins[static_cast<std::size_t>(number)];
            if (route.devices.size() >= longest_chain ||
                std::count(route.devices.begin(), route.devices.end(), number))
                continue;
            const int out = join.front == peer.socket ? join.back : join.front;
            Route on = route;
            on.devices.push_back(number);
            on.entries.push_back(peer.socket);
            if (type(peer.socket) == "ROUTER")
                ++on.added;
            Route captured = on;
            captured.copy = true;
            if (join.capture >= 0)
                explore(captured, join.capture);
            if (peer.socket == join.control)
                continue; // an order goes to the capture socket only
            if (type(out) == "ROUTER")
                --on.added;
            explore(on, out);
        }
    }
}

void Graph::refresh()
{
    if (!stale && to.size() == all.sockets.size())
        return;
    stale = false;
    peers.resize(all.sockets.size());
    to.assign(all.sockets.size(), {});
    from.assign(all.sockets.size(), {});
    devices_at.assign(all.sockets.size(), {});
    for (int i = 0; i < static_cast<int>(joins.size()); ++i) {
        const Device& join = joins[static_cast<std::size_t>(i)];
        devices_at[static_cast<std::size_t>(join.front)].push_back(i);
        for (const int other : {join.back, join.control})
            if (other >= 0 && other != join.front)
                devices_at[static_cast<std::size_t>(other)].push_back(i);
    }
    enough = std::min(found + most_routes, most_found);
    for (int socket = 0; socket < static_cast<int>(all.sockets.size());
         ++socket) {
        Route start;
        start.from = socket;
        explore(start, socket);
    }
}

const std::vector<Route>& Graph::routes_to(int socket)
{
    refresh();
    return to[static_cast<std::size_t>(socket)];
}

const std::vector<Route>& Graph::routes_from(int socket)
{
    refresh();
    return from[static_cast<std::size_t>(socket)];
}

} // namespace zmq_trace
