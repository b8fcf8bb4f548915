// Two clients ask, and each of them gets what the other one said.
//
//     hold-a-request [--bind tcp://127.0.0.1:5559]         Ctrl-C stops it.

#include "common/announce.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>
#include <zmq_addon.hpp>

void exchange(const Endpoint& endpoint)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    // Which socket may take a second request before it has answered the first?
    (void)endpoint;
}

int main(int argc, char** argv)
{
    Endpoint endpoint = "tcp://127.0.0.1:5559";
    Options options{"Gives each of two clients the other one's word."};
    options.add("--bind", endpoint, "Endpoint to listen on");
    return run(options, argc, argv, [&] { exchange(endpoint); });
}
