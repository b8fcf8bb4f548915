#pragma once

#include "match.hpp"

namespace zmq_trace {

/// A frame in a few characters: text as it is, other bytes in hex, the size
/// when the bytes were not recorded. Safe for a terminal.
std::string short_text(const Frame& frame, std::size_t longest = 24);

/// A message's frames, with ` | ` between them.
std::string short_text(const Event& event, std::size_t longest = 40);

/// `5 bytes`, or `3 + 5 bytes` for several frames.
std::string sizes(const Event& event);

/// `12,345`
std::string grouped(std::uint64_t number);

/// An endpoint without what is always the same: `:5556` for
/// `tcp://127.0.0.1:5556`.
std::string short_endpoint(std::string_view endpoint);

/// At most so many characters, the last of them an ellipsis if it was cut.
std::string cut(std::string_view text, std::size_t longest);

/// The text without what commands a terminal, or is no character.
std::string shown(std::string_view text);

/// The number of characters (not bytes) of a UTF-8 text.
std::size_t letters(std::string_view text);

/// The name of a socket's process; with the type when the process has more
/// than one socket.
std::string owner(const Trace& trace, int socket);

/// One sentence about an event: "client sends “Hello” to server1."
/// Empty for events that are not worth one.
std::string sentence(const Trace& trace, const Matcher& match, int event);

/// What happened to a message that somebody did not get; empty if all is well.
std::string misfortune(const Trace& trace, const Message& message);

} // namespace zmq_trace
