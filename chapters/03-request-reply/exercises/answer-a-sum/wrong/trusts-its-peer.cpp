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

    zmq::multipart_t request;
    while (request.recv(server)) {
        int sum = 0;
        for (const zmq::message_t& frame : request)
            sum += std::stoi(frame.to_string());
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
