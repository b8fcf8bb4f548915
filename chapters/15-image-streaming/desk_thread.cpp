#include "desk_thread.hpp"

#include <utility>

namespace {

void work(zmq::socket_t messages, Desk& desk)
try {
    zmq::multipart_t message;
    while (message.recv(messages) && message.popstr() == "take")
        desk.take(message);
} catch (const zmq::error_t&) { // the context was shut down
}

} // namespace

DeskThread::DeskThread(zmq::context_t& context, Desk& desk)
    : to_desk{context, zmq::socket_type::pair}
{
    to_desk.set(zmq::sockopt::sndhwm, 1); // when it is full the cameras wait
    to_desk.bind("inproc://desk");
    zmq::socket_t messages{context, zmq::socket_type::pair};
    messages.set(zmq::sockopt::rcvhwm, 1);
    messages.connect("inproc://desk");
    thread = std::jthread{work, std::move(messages), std::ref(desk)};
}

DeskThread::~DeskThread()
{
    try {
        to_desk.send(zmq::str_buffer("end"));
    } catch (const zmq::error_t&) { // the context was shut down
    }
}

void DeskThread::take(zmq::multipart_t& message)
{
    message.pushstr("take"); // a first frame, for the thread alone
    (void)message.send(to_desk);
}
