#pragma once

#include "desk.hpp"

#include <string>
#include <thread>

/// A desk with a thread of its own, to which a PAIR socket sends messages:
/// "take" and the frames of a picture, or "end". It ends with its context, too.
class DeskThread
{
public:
    /// @param endpoint where that socket is bound
    DeskThread(zmq::context_t& context, const std::string& endpoint,
               Desk& desk);

private:
    std::jthread thread;
};
