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

// The sum of all frames as text.
std::string sum_of(const zmq::multipart_t& request)
{
    int sum = 0;
    for (const zmq::message_t& frame : request) {
        const auto found = numbers(frame.to_string_view());
        if (found.size() != 1)
            return "no number";
        sum += found.front();
    }
    return fmt::format("{}", sum);
}

void serve(const Endpoint&)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    zmq::socket_t server{context, zmq::socket_type::rep};
    server.bind("tcp://*:*");
    announce(server);

    zmq::multipart_t request;
    while (request.recv(server))
        server.send(zmq::buffer(sum_of(request)));
}

int main(int argc, char** argv)
{
    Endpoint endpoint = "tcp://127.0.0.1:5556";
    Options options{"Adds the numbers of a request (REP)."};
    options.add("--bind", endpoint, "Endpoint to listen on");
    return run(options, argc, argv, [&] { serve(endpoint); });
}
