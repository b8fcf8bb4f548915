// Two threads and a PAIR between them, for the tests of the trace.

#include <zmq.hpp>

#include <string>
#include <thread>

int main()
{
    zmq::context_t context;
    zmq::socket_t here{context, zmq::socket_type::pair};
    here.bind("inproc://work");
    std::jthread other{[&context] {
        zmq::socket_t there{context, zmq::socket_type::pair};
        there.connect("inproc://work");
        zmq::message_t task;
        for (int i = 0; i < 10; ++i) {
            (void)there.recv(task);
            there.send(zmq::buffer("done " + task.to_string()));
        }
    }};
    zmq::message_t answer;
    for (int i = 0; i < 10; ++i) {
        here.send(zmq::buffer("task " + std::to_string(i)));
        (void)here.recv(answer);
    }
}
