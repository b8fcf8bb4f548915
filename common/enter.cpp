#include "common/enter.hpp"

#include <unistd.h>
#include <zmq.hpp>

#include <array>
#include <chrono>

void wait_for_enter(zmq::socket_ref socket)
{
    std::array<zmq::pollitem_t, 2> items{{
        {socket.handle(), 0, 0, 0}, // no event of its own, but ETERM
        {nullptr, STDIN_FILENO, ZMQ_POLLIN, 0},
    }};
    char byte = 0;
    do {
        zmq::poll(items, std::chrono::milliseconds{-1});
    } while (read(STDIN_FILENO, &byte, 1) == 1 && byte != '\n');
}
