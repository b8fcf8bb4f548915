#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// Bytes from a peer, made safe to print: printable ASCII stays, a backslash
/// is doubled, any other byte becomes `\xNN`, and what is too long is cut
/// with its size. Frames may hold anything, also what commands a terminal.
///
/// @param bytes what came, such as `frame.to_string_view()`
/// @param longest how many bytes are shown at most
std::string printable(std::string_view bytes, std::size_t longest = 200);
