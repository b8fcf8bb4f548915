// Sends words as one message: the frame "words", then a frame a word.
//
//     say-it-in-frames [--connect tcp://127.0.0.1:5557] WORD...

#include "common/run.hpp"

#include <zmq.hpp>

void say(const Endpoint& listener, const std::vector<std::string>& words)
{
    zmq::context_t context;
    zmq::socket_t sender{context, zmq::socket_type::push};
    sender.set(zmq::sockopt::linger, 0);
    sender.connect(listener);

    sender.send(zmq::str_buffer("words"), zmq::send_flags::sndmore);
    for (std::size_t i = 0; i < words.size(); ++i) {
        const bool last = i + 1 == words.size();
        sender.send(zmq::buffer(words[i]),
                    last ? zmq::send_flags::none : zmq::send_flags::sndmore);
    }
}

int main(int argc, char** argv)
{
    Endpoint listener = "tcp://127.0.0.1:5557";
    std::vector<std::string> words{"hello"};
    Options options{"Sends words as one message (PUSH)."};
    options.add("--connect", listener, "Who gets them");
    options.add("word", words, "What to say");
    return run(options, argc, argv, [&] { say(listener, words); });
}
