#pragma once

namespace zmq {
class socket_ref;
}

/// Waits until Enter is pressed (a line or the end of stdin), so that a
/// person or a script decides when a program takes its next step.
///
/// @param socket any socket of the program: waiting with it lets
///        StopOnSignal end the wait, by ETERM
void wait_for_enter(zmq::socket_ref socket);
