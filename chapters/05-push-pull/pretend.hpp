#pragma once

#include <chrono>

namespace zmq {
class socket_ref;
}

/// Stands for work: lets the time pass, on any machine equally fast.
///
/// @param socket any socket of the program: waiting with it lets
///        StopOnSignal end the work, by ETERM
void pretend_to_work(zmq::socket_ref socket, std::chrono::milliseconds time);
