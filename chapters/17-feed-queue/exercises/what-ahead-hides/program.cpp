// A producer makes an object for each request, and a consumer computes on each
// object. It asks for so many objects ahead of the one that it gets.
//
//     what-ahead-hides [--ahead 0] [--make 10] [--compute 20]

#include "common/run.hpp"

#include <fmt/core.h>
#include <zmq.hpp>

#include <algorithm>
#include <atomic>
#include <thread>

struct Plan
{
    int ahead = 0;
    std::chrono::milliseconds make{10};
    std::chrono::milliseconds compute{20};
};

constexpr int count = 20;       // objects
std::atomic<int> in_memory = 0; // made, and not yet done with
std::atomic<int> most = 0;

void produce(zmq::context_t& context, const Plan& plan)
{
    zmq::socket_t consumer{context, zmq::socket_type::pair};
    consumer.connect("inproc://feed");
    zmq::message_t request;
    for (int n = 1; n <= count; ++n) {
        (void)consumer.recv(request);
        std::this_thread::sleep_for(plan.make);
        most = std::max(most.load(), ++in_memory);
        consumer.send(zmq::message_t{1000}, zmq::send_flags::none);
    }
}

// Returns how often get() had to wait.
int consume(zmq::socket_t& producer, const Plan& plan)
{
    zmq::message_t object;
    int asked = 0;
    int waited = 0;
    for (int n = 1; n <= count; ++n) {
        for (; asked < std::min(n + plan.ahead, count); ++asked)
            producer.send(zmq::str_buffer("next"));
        if (!producer.recv(object, zmq::recv_flags::dontwait)) {
            ++waited;
            (void)producer.recv(object);
        }
        std::this_thread::sleep_for(plan.compute);
        --in_memory;
    }
    return waited;
}

void play(const Plan& plan)
{
    zmq::context_t context;
    zmq::socket_t producer{context, zmq::socket_type::pair};
    producer.bind("inproc://feed");
    std::jthread making{[&] { produce(context, plan); }};
    const auto begin = std::chrono::steady_clock::now();
    const int waited = consume(producer, plan);
    const auto time = std::chrono::steady_clock::now() - begin;
    fmt::print("get() had to wait {} of {} times\n"
               "objects in memory: {} at most\n"
               "all of it took {:.1f} times as long as making alone\n",
               waited, count, most.load(),
               std::chrono::duration<double>{time} / (plan.make * count));
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Counts how often get() has to wait."};
    options.add("--ahead", plan.ahead, 0, 1000, "Objects to ask for ahead");
    options.add("--make", plan.make, "How long the producer makes one");
    options.add("--compute", plan.compute, "How long the consumer computes");
    return run(options, argc, argv, [&] { play(plan); });
}
