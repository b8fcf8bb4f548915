// Stands between two programs and reads what they send each other: a STREAM
// socket gives the bytes of a connection as they are on the wire. It carries
// one connection on, and ends with it.
//
//     wire_tap [--bind tcp://127.0.0.1:5557]
//              [--connect tcp://127.0.0.1:5556] [--show 3]

#include "headers_seen.hpp"

#include "common/announce.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <zmq.hpp>
#include <zmq_addon.hpp>

#include <array>

// One end of the connection: a STREAM wants to know of each piece whose it is.
struct End
{
    zmq::socket_t socket;
    std::string peer{}; // empty while there is none

    // Somebody who has connected: an empty piece with a name begins it all.
    void await_peer()
    {
        zmq::multipart_t piece;
        (void)piece.recv(socket);
        peer = piece.popstr();
    }
};

// Carries a piece to the other end; false when the connection is over.
bool carry(End& from, End& to, HeadersSeen& seen)
{
    zmq::multipart_t piece;
    (void)piece.recv(from.socket);
    const bool is_ours = piece.popstr() == from.peer;
    if (!is_ours || piece.peek(0)->empty())
        return !is_ours; // of somebody who came second; or the end
    seen.look_at(piece.peek(0)->to_string_view());
    piece.pushstr(to.peer);
    piece.send(to.socket);
    return true;
}

void tap(const Endpoint& bind, const Endpoint& connect, std::uint64_t show)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    End near{{context, zmq::socket_type::stream}};
    End far{{context, zmq::socket_type::stream}};
    near.socket.set(zmq::sockopt::linger, 0);
    far.socket.set(zmq::sockopt::linger, 0);
    near.socket.bind(bind);
    announce(near.socket);
    near.await_peer();
    far.socket.connect(connect);
    far.await_peer();

    HeadersSeen seen{show};
    std::array<zmq::pollitem_t, 2> items{
        {{near.socket.handle(), 0, ZMQ_POLLIN, 0},
         {far.socket.handle(), 0, ZMQ_POLLIN, 0}}};
    for (bool is_open = true; is_open;) {
        zmq::poll(items, std::chrono::milliseconds{-1});
        if (items[0].revents & ZMQ_POLLIN)
            is_open = carry(near, far, seen);
        if (is_open && items[1].revents & ZMQ_POLLIN)
            is_open = carry(far, near, seen);
    }
}

int main(int argc, char** argv)
{
    Endpoint near = "tcp://127.0.0.1:5557";
    Endpoint far = "tcp://127.0.0.1:5556";
    std::uint64_t show = 3;
    Options options{"Reads what two programs send each other (STREAM)."};
    options.add("--bind", near, "Where it waits for the one");
    options.add("--connect", far, "Where the other one is");
    options.add("--show", show, "How many headers it shows");
    return run(options, argc, argv, [&] { tap(near, far, show); });
}
