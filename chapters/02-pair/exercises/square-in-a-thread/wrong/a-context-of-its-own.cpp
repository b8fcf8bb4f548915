// Squares numbers in a thread of its own: the two threads share the context,
// and each has a PAIR socket.
//
//     square-in-a-thread NUMBER...

#include "common/numbers.hpp"
#include "common/run.hpp"

#include <fmt/core.h>
#include <zmq.hpp>

#include <thread>

// Squares what comes, until an empty message comes.
void square(zmq::context_t& context)
{
    (void)context;
    zmq::context_t own;
    zmq::socket_t socket{own, zmq::socket_type::pair};
    socket.connect("inproc://squares");
    zmq::message_t message;
    while (socket.recv(message).value_or(0) > 0) {
        const int number = numbers(message.to_string_view()).front();
        const auto result = std::int64_t{number} * number;
        socket.send(zmq::buffer(fmt::format("{}", result)));
    }
    fmt::print("the thread ends\n");
}

void ask(const std::vector<std::string>& questions)
{
    zmq::context_t context;
    zmq::socket_t socket{context, zmq::socket_type::pair};
    socket.bind("inproc://squares");
    const std::jthread thread{[&] { square(context); }};

    for (const std::string& question : questions) {
        if (numbers(question).size() != 1)
            continue;
        socket.send(zmq::buffer(question));
        zmq::message_t answer;
        (void)socket.recv(answer);
        fmt::print("{}\n", answer.to_string_view());
    }
    socket.send(zmq::message_t{}, zmq::send_flags::none);
}

int main(int argc, char** argv)
{
    std::vector<std::string> questions{"7"};
    Options options{"Squares numbers in a thread (PAIR over inproc)."};
    options.add("number", questions, "What to square");
    return run(options, argc, argv, [&] { ask(questions); });
}
