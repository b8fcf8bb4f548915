// Work that costs no processor, so that two cores can show four workers.

#include "pretend.hpp"

#include <zmq.hpp>

void pretend_to_work(zmq::socket_ref socket, std::chrono::milliseconds time)
{
    // POLLERR never happens on a ZeroMQ socket, ETERM does.
    zmq::pollitem_t item{socket.handle(), 0, ZMQ_POLLERR, 0};
    zmq::poll(&item, 1, time);
}
