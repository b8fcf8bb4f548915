// Shows all the frames that a queue hands to a server: it is a DEALER, which
// gets the envelope that a REP would put aside, and must send it back.
//
//     envelope_server [--connect tcp://127.0.0.1:5560]    Ctrl-C stops it.

#include "common/connection_watch.hpp"
#include "common/printable.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>
#include <zmq_addon.hpp>

void show(const zmq::multipart_t& request)
{
    for (std::size_t n = 0; n < request.size(); ++n) {
        const zmq::message_t& frame = *request.peek(n);
        fmt::print("Frame {} of {}, {} bytes: {}\n", n + 1, request.size(),
                   frame.size(), printable(frame.to_string_view()));
    }
}

void serve(const Endpoint& queue)
{
    zmq::context_t context;
    const StopOnSignal stop{context};

    zmq::socket_t server{context, zmq::socket_type::dealer};
    server.set(zmq::sockopt::maxmsgsize, std::int64_t{1 << 20});
    server.set(zmq::sockopt::linger, 0);
    ConnectionWatch connection{server};
    server.connect(queue);
    connection.wait();

    zmq::multipart_t request;
    while (request.recv(server)) {
        show(request);
        if (request.size() != 3 || !request.peek(1)->empty()) {
            fmt::print(stderr, "Dropped: no address, empty frame and body\n");
            continue;
        }
        request.remove(); // the body; what stays is the way back
        request.addstr("World, by the way that Hello came");
        (void)request.send(server);
    }
}

int main(int argc, char** argv)
{
    Endpoint queue = "tcp://127.0.0.1:5560";
    Options options{"Shows the frames that a queue hands on (DEALER)."};
    options.add("--connect", queue, "Queue to serve");
    return run(options, argc, argv, [&] { serve(queue); });
}
