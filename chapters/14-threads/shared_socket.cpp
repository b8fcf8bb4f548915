// Two threads send on one socket, which libzmq does not allow. Each run is a
// process of its own, so that we live to tell how they ended.
//
//     shared_socket [--runs 10] [--own-sockets]

#include "in_processes.hpp"

#include "common/run.hpp"

#include <fmt/core.h>
#include <zmq.hpp>
#include <zmq_addon.hpp>

#include <latch>
#include <thread>

constexpr int something_lost = 3; // a status

constexpr int messages = 50'000; // from each thread

zmq::socket_t connect(zmq::context_t& context)
{
    zmq::socket_t socket{context, zmq::socket_type::push};
    socket.set(zmq::sockopt::sndhwm, 0); // no mark: send never waits
    socket.connect("inproc://messages");
    return socket;
}

void send_many(zmq::socket_t& socket, const std::string& name,
               std::latch& start)
{
    start.arrive_and_wait(); // both at once
    for (int n = 0; n < messages; ++n) {
        socket.send(zmq::buffer(name), zmq::send_flags::sndmore);
        socket.send(zmq::buffer(name));
    }
}

// Reads what is there, once nobody sends any more.
int count_whole(zmq::socket_t& receiver)
{
    int whole = 0;
    zmq::multipart_t message;
    while (message.recv(receiver, ZMQ_DONTWAIT))
        if (message.size() == 2 && message.at(0) == message.at(1))
            ++whole;
    return whole;
}

int run_once(bool own_sockets)
{
    zmq::context_t context;
    zmq::socket_t receiver{context, zmq::socket_type::pull};
    receiver.set(zmq::sockopt::rcvhwm, 0);
    receiver.bind("inproc://messages");
    zmq::socket_t one = connect(context);
    zmq::socket_t two = connect(context);

    zmq::socket_t& second = own_sockets ? two : one; // one: wrong
    {
        std::latch start{2};
        const std::jthread a{[&] { send_many(one, "A", start); }};
        const std::jthread b{[&] { send_many(second, "B", start); }};
    }
    const bool all = count_whole(receiver) == 2 * messages;
    return all ? EXIT_SUCCESS : something_lost;
}

void run_many(int runs, bool own_sockets)
{
    auto count = in_processes(runs, own_sockets ? 60 : 4,
                              [&] { return run_once(own_sockets); });
    if (count.empty())
        return; // told to stop
    const int good = count[EXIT_SUCCESS];
    const int lost = count[something_lost];
    const int hanging = count[hung];
    fmt::print("{} runs: {} looked fine, {} lost or mixed messages, "
               "{} hung, {} crashed\n",
               runs, good, lost, hanging, runs - good - lost - hanging);
}

int main(int argc, char** argv)
{
    int runs = 10;
    bool own_sockets = false;
    Options options{"Lets two threads send on one socket, and counts."};
    options.add("--runs", runs, 1, 100, "Processes");
    options.add("--own-sockets", own_sockets,
                "The cure: a socket for each thread");
    return run(options, argc, argv, [&] { run_many(runs, own_sockets); });
}
