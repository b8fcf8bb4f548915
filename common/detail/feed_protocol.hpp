#pragma once

// What the two ends of a feed queue say to each other. For feed_producer.cpp
// and feed_consumer.cpp alone.
//
//   consumer                    producer
//   want | copy or map          part | NUMBER OFFSET SIZE | bytes
//   done | NUMBER               map  | NUMBER SIZE PID FD PLACE SERIAL SPACE
//   bye                         end  | COUNT
//                               ping
//
// Numbers are decimal, with one space between two.

#include <zmq.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace feed {

// An object goes by the socket in parts of this size: large enough to cost
// nothing, small enough to stay in a processor's cache on its way.
constexpr std::size_t part_size = 1'000'000;
constexpr int most_places = 64;
constexpr int most_ahead = 16;
constexpr int linger = 1000; // ms for the last words

// So many numbers, or nothing when the text is anything else.
template <std::size_t count>
std::optional<std::array<std::uint64_t, count>>
whole_numbers(std::string_view text)
{
    std::array<std::uint64_t, count> numbers{};
    const char* next = text.data();
    const char* const end = next + text.size();
    for (std::size_t n = 0; n < count; ++n) {
        if (n > 0 && (next == end || *next++ != ' '))
            return {};
        const auto [stop, error] = std::from_chars(next, end, numbers[n]);
        if (error != std::errc{})
            return {};
        next = stop;
    }
    if (next != end)
        return {};
    return numbers;
}

// Ends the events of a socket, before the socket that reads them is closed:
// libzmq's I/O thread would wait for a reader, and all its sockets with it.
inline void stop_monitor(zmq::socket_t& socket)
{
    (void)zmq_socket_monitor(socket.handle(), nullptr, 0);
}

// A peer that is silent for so long is taken for gone.
inline void set_patience(zmq::socket_t& socket, std::chrono::milliseconds time)
{
    const int ms = static_cast<int>(time.count());
    socket.set(zmq::sockopt::heartbeat_ivl, std::max(1, ms / 4));
    socket.set(zmq::sockopt::heartbeat_timeout, std::max(1, ms));
}

} // namespace feed
