// Hands a large object to whoever asks for the next one, in one message each.
//
//     plain_producer [--bind ipc:///tmp/zmq-workbook-feed] [--size 150]
//                    [--count 5]                          Ctrl-C stops it.

#include "pattern.hpp"

#include "common/announce.hpp"
#include "common/printable.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>
#include <zmq_addon.hpp>

struct Plan
{
    Endpoint endpoint = "ipc:///tmp/zmq-workbook-feed";
    int megabytes = 150;
    std::uint64_t count = 5;
};

// Waits until somebody asks, and says who.
zmq::message_t next_asker(zmq::socket_t& server)
{
    while (true) {
        zmq::multipart_t request;
        (void)request.recv(server);
        if (request.size() == 2 && request[1].to_string_view() == "next")
            return request.pop();
        fmt::print(stderr, "Dropped, not a request: {}\n",
                   printable(request[request.size() - 1].to_string_view()));
    }
}

void hand_out(const Plan& plan)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    zmq::socket_t server{context, zmq::socket_type::router};
    server.set(zmq::sockopt::maxmsgsize, std::int64_t{256}); // of a request
    server.set(zmq::sockopt::linger, 5000); // for the end of the stream
    server.bind(plan.endpoint);
    announce(server);

    const auto size = static_cast<std::size_t>(plan.megabytes) * 1'000'000;
    for (std::uint64_t n = 1; n <= plan.count || plan.count == 0; ++n) {
        zmq::message_t object{size};
        write_object({object.data<std::byte>(), size}, n);
        server.send(next_asker(server), zmq::send_flags::sndmore);
        server.send(object, zmq::send_flags::none); // moved, not copied
    }
    server.send(next_asker(server), zmq::send_flags::sndmore);
    server.send(zmq::message_t{}, zmq::send_flags::none); // that was all
    fmt::print("Handed out {} objects\n", plan.count);
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Hands out large objects, a message each (ROUTER)."};
    options.add("--bind", plan.endpoint, "Endpoint to listen on");
    options.add("--size", plan.megabytes, 1, 1000, "Megabytes an object");
    options.add("--count", plan.count, "How many, 0 = until stopped");
    return run(options, argc, argv, [&] { hand_out(plan); });
}
