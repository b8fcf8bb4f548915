#pragma once

#include "layout.hpp"

namespace zmq_trace {

struct Picture
{
    std::string title; ///< one is made from the processes if it is empty
    std::string id = "trace";
    int limit = 40; ///< messages drawn; the others are folded
};

/// A trace as a sequence diagram, in three forms made of the same data.
class Drawing
{
public:
    Drawing(const Trace& trace, const Matcher& match, const Picture& picture);

    /// A picture that stands alone, light or dark as the reader's system is.
    std::string svg() const;
    /// The same in words, a line an event.
    std::string text() const;
    /// A figure for a page: picture, words, and what the replay needs.
    /// @param lines what processes printed: a JSON list of {t, process, text},
    ///        t in seconds since 1970; may be empty
    /// @throws std::runtime_error when the lines are something else
    std::string replay(const std::string& lines) const;

private:
    std::string title() const;
    std::string description() const;
    std::vector<std::string> sentences() const;
    std::string step_text(const Item& item) const;
    std::string moment(std::int64_t t) const;

    const Trace& trace;
    const Matcher& match;
    Picture picture;
    Layout layout;
};

} // namespace zmq_trace
