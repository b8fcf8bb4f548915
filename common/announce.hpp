#pragma once

#include <fmt/core.h>
#include <zmq.hpp>

#include <string_view>

/// Prints `listening on ENDPOINT` with the endpoint that the kernel gave, and
/// flushes: people, launchers and tests wait for this line before they let
/// anybody connect.
///
/// @param socket a socket that has just been bound
/// @param role what it is for, where a program has several: `frontend`
inline void announce(const zmq::socket_t& socket, std::string_view role = {})
{
    fmt::print("listening on {}{}{}\n", socket.get(zmq::sockopt::last_endpoint),
               role.empty() ? "" : " ", role);
    std::fflush(stdout);
}
