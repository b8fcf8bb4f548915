// Stands between two programs and reads what they send each other: a STREAM
// socket gives the bytes of a connection as they are on the wire. It carries
// one connection on, and ends with it.
//
//     wire_tap [--bind tcp://127.0.0.1:5557]
//              [--connect tcp://127.0.0.1:5556] [--show 3]

#include "common/announce.hpp"
#include "common/printable.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>
#include <zmq_addon.hpp>

#include <array>

struct Plan
{
    Endpoint near = "tcp://127.0.0.1:5557";
    Endpoint far = "tcp://127.0.0.1:5556";
    std::uint64_t show = 3;
};

// One end of the connection: a STREAM wants to know of each piece whose it is.
struct End
{
    zmq::socket_t socket;
    std::string peer; // empty while there is none
};

// Shows the text that pictures begin with, as anybody on the way can.
void show_headers(std::string_view bytes, std::uint64_t& left)
{
    std::size_t start = 0;
    while (left > 0 &&
           (start = bytes.find("{\"", start)) != std::string_view::npos) {
        const std::size_t end = bytes.find('}', start);
        if (end == std::string_view::npos)
            return;
        --left;
        fmt::print("Seen on the wire: {}\n",
                   printable(bytes.substr(start, end + 1 - start)));
        start = end;
    }
}

// Who it is that has connected: an empty piece with a name begins it all.
std::string await_peer(zmq::socket_t& socket)
{
    zmq::multipart_t piece;
    (void)piece.recv(socket);
    return piece.popstr();
}

// Carries a piece to the other end; false when the connection is over.
bool carry(End& from, End& to, std::uint64_t& show)
{
    zmq::multipart_t piece;
    (void)piece.recv(from.socket);
    const bool is_ours = piece.popstr() == from.peer;
    if (!is_ours || piece.peek(0)->empty())
        return !is_ours; // of somebody who came second; or the end
    show_headers(piece.peek(0)->to_string_view(), show);
    piece.pushstr(to.peer);
    piece.send(to.socket);
    return true;
}

void tap(const Plan& plan)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    End near{{context, zmq::socket_type::stream}, {}};
    End far{{context, zmq::socket_type::stream}, {}};
    near.socket.set(zmq::sockopt::linger, 0);
    far.socket.set(zmq::sockopt::linger, 0);
    near.socket.bind(plan.near);
    announce(near.socket);
    near.peer = await_peer(near.socket);
    far.socket.connect(plan.far);
    far.peer = await_peer(far.socket);

    std::array<zmq::pollitem_t, 2> items{{
        {near.socket.handle(), 0, ZMQ_POLLIN, 0},
        {far.socket.handle(), 0, ZMQ_POLLIN, 0},
    }};
    std::uint64_t show = plan.show;
    for (bool is_open = true; is_open;) {
        zmq::poll(items, std::chrono::milliseconds{-1});
        if (items[0].revents & ZMQ_POLLIN)
            is_open = carry(near, far, show);
        if (is_open && items[1].revents & ZMQ_POLLIN)
            is_open = carry(far, near, show);
    }
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Reads what two programs send each other (STREAM)."};
    options.add("--bind", plan.near, "Where it waits for the one");
    options.add("--connect", plan.far, "Where the other one is");
    options.add("--show", plan.show, "How many headers it shows");
    return run(options, argc, argv, [&] { tap(plan); });
}
