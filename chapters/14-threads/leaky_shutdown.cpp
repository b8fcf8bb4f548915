// Ends a context that has sockets in the way of its end, and names them, each
// with the line that made it.
//
//     leaky_shutdown [--tidy-worker] [--no-linger] [--grace 300]
//                    [--connect tcp://127.0.0.1:5565]

#include "tracked_socket.hpp"

#include "common/run.hpp"

#include <fmt/core.h>
#include <pthread.h>
#include <zmq.hpp>

#include <cstdlib>
#include <latch>
#include <thread>

struct Plan
{
    bool tidy_worker = false;
    bool no_linger = false;
    std::chrono::milliseconds grace{300};
    Endpoint nobody = "tcp://127.0.0.1:5565"; // nobody listens there
};

// Waits for tasks, which the end of the context interrupts; or for something
// else, of which the context knows nothing.
void work(SocketRegistry& registry, std::latch& ready, bool tidy)
{
    pthread_setname_np(pthread_self(), "worker");
    TrackedSocket tasks{registry, zmq::socket_type::pull};
    tasks.bind("inproc://tasks");
    ready.count_down();
    std::latch something_else{1};
    zmq::message_t task;
    try {
        if (tidy)
            (void)tasks.recv(task);
        else
            something_else.wait(); // for ever
    } catch (const zmq::error_t& error) {
        fmt::print("The worker was interrupted: {}\n", error.what());
    }
}

// Sends to a peer that is not there, and closes its socket.
void report(SocketRegistry& registry, const Plan& plan)
{
    TrackedSocket log{registry, zmq::socket_type::push};
    if (plan.no_linger)
        log.set(zmq::sockopt::linger, 0);
    log.connect(plan.nobody);
    log.send(zmq::str_buffer("all is well"));
}

void leave(const Plan& plan)
{
    zmq::context_t context;
    SocketRegistry registry{context};
    std::latch ready{1};
    std::jthread worker{[&] { work(registry, ready, plan.tidy_worker); }};
    ready.wait();
    report(registry, plan);

    const auto in_the_way = registry.shut_down(plan.grace);
    if (in_the_way.empty()) {
        fmt::print("Nothing was in the way\n");
        return;
    }
    fmt::print("Not shut down after {} ms; in the way:\n", plan.grace.count());
    for (const auto& socket : in_the_way)
        fmt::print("  {} {}, made at {} by thread {}: {}\n", socket.type,
                   socket.endpoint, socket.place, socket.thread,
                   socket.is_open ? "still open"
                                  : "closed, may linger for its messages");
    std::fflush(nullptr);
    std::_Exit(EXIT_FAILURE); // to return would be to wait for ever
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Names the sockets that hold up the end of a context."};
    options.add("--tidy-worker", plan.tidy_worker,
                "The worker waits on its socket");
    options.add("--no-linger", plan.no_linger,
                "Closed sockets do not wait for their peers");
    options.add("--grace", plan.grace, "How long to wait before naming them");
    options.add("--connect", plan.nobody, "Where nobody listens");
    return run(options, argc, argv, [&] { leave(plan); });
}
