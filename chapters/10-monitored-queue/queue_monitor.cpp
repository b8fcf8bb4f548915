// Listens to a monitored queue: shows the frames of every message, or a table
// of its clients and how long they wait.
//
//     queue_monitor [--connect tcp://127.0.0.1:5562] [--count 0] [--table]
//                                                          Ctrl-C stops it.

#include "chapters/10-monitored-queue/client_table.hpp"
#include "common/connection_watch.hpp"
#include "common/printable.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <unistd.h>
#include <zmq.hpp>
#include <zmq_addon.hpp>

struct Plan
{
    Endpoint queue = "tcp://127.0.0.1:5562";
    std::uint64_t count = 0;
    bool table = false;
};

void show_frames(const zmq::multipart_t& message)
{
    std::string line;
    for (const zmq::message_t& frame : message)
        line += fmt::format("[{}] ", printable(frame.to_string_view()));
    line.pop_back(); // the last blank
    fmt::print("{}\n", line);
}

// Notes a message: `in` or `out`, the client, and what is said; false when it
// makes no sense.
bool note(ClientTable& table, const zmq::multipart_t& message)
{
    const std::string way = message.peek(0)->to_string();
    if (message.size() < 2 || (way != "in" && way != "out"))
        return false;
    const std::string client = printable(message.peek(1)->to_string_view(), 20);
    way == "in" ? table.request(client) : table.reply(client);
    return true;
}

void listen(const Plan& plan, zmq::socket_t& monitor, ClientTable& table)
{
    std::uint64_t dropped = 0;
    zmq::multipart_t message;
    for (std::uint64_t n = 0; n < plan.count || plan.count == 0; ++n) {
        (void)message.recv(monitor);
        if (!plan.table)
            show_frames(message);
        else if (!note(table, message))
            fmt::print(stderr, "Dropped, neither in nor out ({} so far)\n",
                       ++dropped);
        else if (isatty(STDOUT_FILENO) != 0)
            table.redraw();
    }
}

void monitor_queue(const Plan& plan)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    zmq::socket_t monitor{context, zmq::socket_type::sub};
    monitor.set(zmq::sockopt::maxmsgsize, std::int64_t{1 << 20});
    monitor.set(zmq::sockopt::rcvhwm, 100'000); // for a fast queue
    monitor.set(zmq::sockopt::subscribe, "");
    ConnectionWatch connection{monitor};
    monitor.connect(plan.queue);
    connection.wait();

    ClientTable table;
    try {
        listen(plan, monitor, table);
    } catch (const zmq::error_t& error) {
        if (error.num() != ETERM)
            throw;
    }
    if (plan.table)
        table.print();
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Shows what passes through a monitored queue (SUB)."};
    options.add("--connect", plan.queue, "Queue to listen to");
    options.add("--count", plan.count,
                "Messages to take before it ends, 0 = until stopped");
    options.add("--table", plan.table,
                "Show a table by client: on a terminal while it runs, "
                "elsewhere at the end");
    return run(options, argc, argv, [&] { monitor_queue(plan); });
}
