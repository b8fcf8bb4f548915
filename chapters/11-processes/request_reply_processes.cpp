// Four servers and a client from one command: each is a process of its own,
// forked before there is any context, and each makes its own.
//
//     request_reply_processes [--bind tcp://127.0.0.1:5550]... [--count 2]

#include "common/announce.hpp"
#include "common/children.hpp"
#include "common/printable.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>
#include <zmq_addon.hpp>

struct Plan
{
    std::vector<Endpoint> servers{
        "tcp://127.0.0.1:5550", "tcp://127.0.0.1:5552", "tcp://127.0.0.1:5554",
        "tcp://127.0.0.1:5556"};
    std::uint64_t count = 2;
};

void serve(const Endpoint& endpoint, std::uint64_t count)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    zmq::socket_t server{context, zmq::socket_type::rep};
    server.set(zmq::sockopt::maxmsgsize, std::int64_t{1 << 20});
    server.set(zmq::sockopt::linger, 1000); // for the last reply
    server.bind(endpoint);
    announce(server);

    zmq::multipart_t request;
    for (std::uint64_t n = 1; n <= count || count == 0; ++n) {
        (void)request.recv(server); // without a timeout it always is true
        fmt::print("server {}: {}\n", endpoint.port(),
                   printable(request.front().to_string_view()));
        server.send(zmq::buffer(fmt::format("World from {}", endpoint.port())));
    }
}

void ask(const Plan& plan)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    zmq::socket_t client{context, zmq::socket_type::req};
    client.set(zmq::sockopt::linger, 0);
    for (const Endpoint& server : plan.servers)
        client.connect(server);

    const std::uint64_t requests = plan.count * plan.servers.size();
    for (std::uint64_t n = 1; n <= requests || plan.count == 0; ++n) {
        client.send(zmq::str_buffer("Hello"));
        zmq::multipart_t reply;
        (void)reply.recv(client);
        fmt::print("client: {}\n", printable(reply.front().to_string_view()));
    }
}

// Whether all ended well. In a child it returns too, once its work is done.
bool play(Plan& plan)
{
    Children children;
    for (const Endpoint& endpoint : std::vector{plan.servers})
        if (children.fork(fmt::format("server {}", endpoint.port())) == 0) {
            plan.servers = {endpoint}; // an error names this one alone
            serve(endpoint, plan.count);
            return true;
        }
    if (children.fork("client") == 0) {
        ask(plan);
        return true;
    }
    return children.wait_for_all(); // if not, those that are left are stopped
}

void check(const Plan& plan)
{
    for (const Endpoint& server : plan.servers)
        if (server.port().empty() || server.port() == "*" ||
            server.port() == "0")
            throw UsageError{"--bind " + server.str() +
                             ": the client must know the port; try "
                             "tcp://127.0.0.1:5550"};
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Starts servers and a client that asks them in turn."};
    options.add("--bind", plan.servers, "Server to start; may be repeated");
    options.add("--count", plan.count,
                "Requests to each server, 0 = until stopped");
    return run(options, argc, argv, [&] {
        check(plan);
        if (!play(plan))
            std::exit(EXIT_FAILURE); // the child has said why
    });
}
