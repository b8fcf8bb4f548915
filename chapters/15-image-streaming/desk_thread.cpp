#include "desk_thread.hpp"

#include <utility>

namespace {

void work(zmq::socket_t pictures, Desk& desk)
try {
    zmq::multipart_t message;
    while (message.recv(pictures) && message.popstr() == "take")
        desk.take(message);
} catch (const zmq::error_t&) { // the context was shut down
}

} // namespace

DeskThread::DeskThread(zmq::context_t& context, const std::string& endpoint,
                       Desk& desk)
{
    zmq::socket_t pictures{context, zmq::socket_type::pair};
    pictures.set(zmq::sockopt::rcvhwm, 1);
    pictures.connect(endpoint);
    thread = std::jthread{work, std::move(pictures), std::ref(desk)};
}
