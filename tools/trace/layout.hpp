#pragma once

#include "match.hpp"

namespace zmq_trace {

/// What a diagram shows, from top to bottom.
struct Item
{
    enum class What
    {
        note,
        send,
        receive,
        fold
    } what{};
    std::int64_t t = 0;
    int event = -1;
    int socket = -1;
    int message = -1;
    int receipt = -1;              ///< for receive: index in its receipts
    std::uint64_t folded = 0;      ///< for fold: how many messages
    std::uint64_t folded_lost = 0; ///< and how many of them were lost
    std::string text{};            ///< for notes
    double y = 0;
    double gap = 0; ///< seconds that passed before it, when they are worth it
};

/// A line downwards: a socket, or several that a process used in turn.
struct Column
{
    int process = -1;
    std::vector<int> sockets;
    std::vector<std::string> header; ///< type, then endpoints
    double x = 0;
};

/// A process: its columns side by side.
struct Lane
{
    int process = -1;
    std::string device; ///< "queue" and so on, when it is one
    std::vector<int> columns;
    double x = 0;
    double width = 0;
};

/// Where everything goes in a sequence diagram.
struct Layout
{
    /// @param limit how many messages are drawn at most; others are folded
    Layout(const Trace& trace, const Matcher& match, int limit);

    std::vector<Item> items;
    std::vector<Column> columns;
    std::vector<Lane> lanes;
    std::vector<int> column_of; ///< by socket, −1 if it is not drawn
    int undrawn_sockets = 0;    ///< beyond the columns that fit
    double head = 0;            ///< where the first row begins
    double width = 0;
    double height = 0;

private:
    void choose_items(int limit);
    void add_notes();
    void choose_columns();
    void order_lanes();
    void place_columns();
    void place_rows();

    const Trace& trace;
    const Matcher& match;
};

} // namespace zmq_trace
