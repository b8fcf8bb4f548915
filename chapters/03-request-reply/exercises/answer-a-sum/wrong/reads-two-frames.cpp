// Adds the numbers of a request, each in a frame of its own.
//
//     answer-a-sum [--bind tcp://127.0.0.1:5556]           Ctrl-C stops it.

#include "common/announce.hpp"
#include "common/numbers.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>
#include <zmq_addon.hpp>

void serve(const Endpoint& endpoint)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    zmq::socket_t server{context, zmq::socket_type::rep};
    server.bind(endpoint);
    announce(server);

    zmq::message_t first, second;
    while (server.recv(first)) {
        int sum = 0;
        for (const int number : numbers(first.to_string_view()))
            sum += number;
        if (first.more()) {
            (void)server.recv(second);
            for (const int number : numbers(second.to_string_view()))
                sum += number;
        }
        zmq::message_t rest;
        while (second.more() && server.get(zmq::sockopt::rcvmore))
            (void)server.recv(rest);
        server.send(zmq::buffer(fmt::format("{}", sum)));
    }
}

int main(int argc, char** argv)
{
    Endpoint endpoint = "tcp://127.0.0.1:5556";
    Options options{"Adds the numbers of a request (REP)."};
    options.add("--bind", endpoint, "Endpoint to listen on");
    return run(options, argc, argv, [&] { serve(endpoint); });
}
