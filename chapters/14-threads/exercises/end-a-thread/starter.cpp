// A thread takes words until the program is told to end, by Enter.
//
//     end-a-thread [--bind tcp://127.0.0.1:5557]

#include "common/announce.hpp"
#include "common/printable.hpp"
#include "common/run.hpp"

#include <fmt/core.h>
#include <zmq.hpp>

#include <iostream>
#include <thread>

void take_words(zmq::context_t& context, const Endpoint& endpoint)
{
    zmq::socket_t words{context, zmq::socket_type::pull};
    words.bind(endpoint);
    announce(words);
    zmq::message_t word;
    while (words.recv(word))
        fmt::print("word: {}\n", printable(word.to_string_view()));
    fmt::print("the thread ends\n");
}

void work(const Endpoint& endpoint)
{
    zmq::context_t context;
    std::thread taker{[&] { take_words(context, endpoint); }};
    std::string line;
    std::getline(std::cin, line); // until Enter is pressed
    taker.join();
}

int main(int argc, char** argv)
{
    Endpoint endpoint = "tcp://127.0.0.1:5557";
    Options options{"Takes words in a thread (PULL)."};
    options.add("--bind", endpoint, "Endpoint to listen on");
    return run(options, argc, argv, [&] { work(endpoint); });
}
