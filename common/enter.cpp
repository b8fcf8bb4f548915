#include "common/enter.hpp"

#include <unistd.h>
#include <zmq.hpp>

#include <array>
#include <chrono>

void wait_for_enter(zmq::socket_ref socket)
{
    std::array<zmq::pollitem_t, 2> items{{
        // No event of its own, but ETERM; with 0 the poll would not see it.
        {socket.handle(), 0, ZMQ_POLLERR, 0},
        {nullptr, STDIN_FILENO, ZMQ_POLLIN, 0},
    }};
    char byte = 0;
    do {
        zmq::poll(items, std::chrono::milliseconds{-1});
    } while (read(STDIN_FILENO, &byte, 1) == 1 && byte != '\n');
}
