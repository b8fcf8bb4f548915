// Lends a buffer to libzmq instead of having it copied. Until libzmq gives it
// back, it belongs to the message: over inproc the receiver reads those bytes.
//
//     zero_copy [--bind inproc://lent]

#include "common/announce.hpp"
#include "common/printable.hpp"
#include "common/run.hpp"

#include <fmt/core.h>
#include <zmq.hpp>

#include <future>
#include <string>
#include <thread>

constexpr std::int64_t longest_frame = 1 << 20; // bytes
using Return = std::promise<std::thread::id>;

// libzmq calls this when it needs the bytes no longer, in any thread.
void give_back(void* /*bytes*/, void* hint)
{
    static_cast<Return*>(hint)->set_value(std::this_thread::get_id());
}

void lend(const Endpoint& endpoint)
{
    std::string text = "Hello"; // outlives the context, which may read it
    Return returned;
    auto back = returned.get_future();
    zmq::context_t context;
    zmq::socket_t receiver{context, zmq::socket_type::pull};
    receiver.set(zmq::sockopt::maxmsgsize, longest_frame);
    receiver.bind(endpoint);
    announce(receiver);
    zmq::socket_t sender{context, zmq::socket_type::push};
    sender.connect(receiver.get(zmq::sockopt::last_endpoint));

    sender.send(zmq::message_t{text.data(), text.size(), give_back, &returned},
                zmq::send_flags::none);
    zmq::message_t message;
    (void)receiver.recv(message);
    fmt::print("received: {}, {}\n", printable(message.to_string_view()),
               message.data() == text.data() ? "in the sender's own buffer"
                                             : "in a copy");
    text[0] = 'J'; // not ours to change: see what it does
    fmt::print("the sender writes {}, the receiver reads {}\n", text,
               printable(message.to_string_view()));

    message.rebuild(); // empties it: the receiver needs the bytes no longer
    fmt::print("the buffer came back in {}\n",
               back.get() == std::this_thread::get_id()
                   ? "the receiver's thread"
                   : "a thread of libzmq");
}

int main(int argc, char** argv)
{
    Endpoint endpoint = "inproc://lent";
    Options options{"Lends a buffer to libzmq instead of having it copied."};
    options.add("--bind", endpoint, "Endpoint to send it through");
    return run(options, argc, argv, [&] { lend(endpoint); });
}
