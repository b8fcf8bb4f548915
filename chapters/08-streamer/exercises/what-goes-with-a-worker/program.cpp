// Deals tasks to a busy worker and to a quick one, and counts who has them.
//
//     what-goes-with-a-worker

#include "common/run.hpp"

#include <fmt/core.h>
#include <zmq.hpp>

#include <optional>

constexpr int tasks = 12;

struct Room
{
    zmq::context_t context;
    zmq::socket_t streamer{context, zmq::socket_type::push};
    std::optional<zmq::socket_t> anna, bert; // two workers, in this order
};

void open(Room& room, int mark)
{
    room.streamer.set(zmq::sockopt::sndhwm, mark);
    room.streamer.set(zmq::sockopt::linger, 0);
    room.streamer.bind("inproc://tasks");
    for (auto* worker : {&room.anna, &room.bert}) {
        worker->emplace(room.context, zmq::socket_type::pull);
        (*worker)->set(zmq::sockopt::rcvhwm, mark);
        (*worker)->connect("inproc://tasks");
    }
}

// Takes all that is there for bert.
int take(Room& room)
{
    int taken = 0;
    zmq::message_t task;
    while (room.bert->recv(task, zmq::recv_flags::dontwait))
        ++taken;
    return taken;
}

// How many tasks go to anna, who takes none, while bert takes his at once.
int deal(Room& room)
{
    int taken = 0;
    for (int i = 0; i < tasks; ++i) {
        room.streamer.send(zmq::str_buffer("task"), zmq::send_flags::none);
        taken += take(room);
    }
    return tasks - taken;
}

void play()
{
    Room usual, small, idle;
    open(usual, 1000);
    fmt::print("usual marks: {}\n", deal(usual));

    open(small, 1);
    fmt::print("marks of 1: {}\n", deal(small));
    small.anna.reset(); // she leaves
    small.streamer.send(zmq::str_buffer("one more"), zmq::send_flags::none);
    fmt::print("come to bert: {}\n", take(small) - 1);

    open(idle, 1); // where nobody takes a task
    int sent = 0;
    while (sent < tasks && idle.streamer.send(zmq::str_buffer("task"),
                                              zmq::send_flags::dontwait))
        ++sent;
    fmt::print("nobody takes: {}\n", sent);
}

int main(int argc, char** argv)
{
    Options options{"Counts what is dealt to a busy worker (PUSH, PULL)."};
    return run(options, argc, argv, play);
}
