// Starts some processes, each of which reports its number, and waits for them.
//
//     fork-first [--connect tcp://127.0.0.1:5557] [--children 3]

#include "common/children.hpp"
#include "common/run.hpp"

#include <fmt/core.h>
#include <zmq.hpp>

void report(const Endpoint& collector, int number)
{
    zmq::context_t context;
    zmq::socket_t socket{context, zmq::socket_type::push};
    socket.connect(collector);
    socket.send(zmq::buffer(fmt::format("child {}", number)));
}

void work(const Endpoint& collector, int count)
{
    Children children;
    for (int number = 1; number <= count; ++number)
        if (children.fork("child") == 0)
            return report(collector, number);
    while (children.wait())
        ;
    report(collector, 0); // all are done
}

int main(int argc, char** argv)
{
    Endpoint collector = "tcp://127.0.0.1:5557";
    int count = 3;
    Options options{"Starts processes that report to a collector (PUSH)."};
    options.add("--connect", collector, "Collector of the reports");
    options.add("--children", count, 1, 50, "How many processes to start");
    return run(options, argc, argv, [&] { work(collector, count); });
}
