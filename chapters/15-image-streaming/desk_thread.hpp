#pragma once

#include "desk.hpp"

#include <thread>

/// A desk with a thread of its own, which decodes one message while the next
/// one comes. It ends with its context, too.
class DeskThread
{
public:
    DeskThread(zmq::context_t& context, Desk& desk);
    DeskThread(const DeskThread&) = delete;
    DeskThread& operator=(const DeskThread&) = delete;
    /// Waits until all messages are done.
    ~DeskThread();

    /// Hands a message over, and waits only while two are there already.
    void take(zmq::multipart_t& message);

private:
    zmq::socket_t to_desk;
    std::jthread thread;
};
