// Measures what the trace costs: run with and without it.
//
//     trace_speed latency|throughput COUNT        prints µs, or messages/s

#include <fmt/format.h>
#include <zmq.hpp>

#include <chrono>
#include <string>
#include <thread>

namespace {

using Clock = std::chrono::steady_clock;

double since(Clock::time_point start)
{
    return std::chrono::duration<double>(Clock::now() - start).count();
}

double latency(zmq::context_t& context, int count)
{
    zmq::socket_t server{context, zmq::socket_type::rep};
    server.bind("tcp://127.0.0.1:*");
    const auto endpoint = server.get(zmq::sockopt::last_endpoint);
    std::jthread echo{[&] {
        zmq::message_t message;
        for (int i = 0; i < count; ++i) {
            (void)server.recv(message);
            server.send(message, zmq::send_flags::none);
        }
    }};
    zmq::socket_t client{context, zmq::socket_type::req};
    client.connect(endpoint);
    const auto start = Clock::now();
    zmq::message_t reply;
    for (int i = 0; i < count; ++i) {
        client.send(zmq::buffer("request " + std::to_string(i)));
        (void)client.recv(reply);
    }
    return since(start) / count * 1e6;
}

double throughput(zmq::context_t& context, int count)
{
    zmq::socket_t pull{context, zmq::socket_type::pull};
    pull.bind("tcp://127.0.0.1:*");
    const auto endpoint = pull.get(zmq::sockopt::last_endpoint);
    std::jthread feeder{[&] {
        zmq::socket_t push{context, zmq::socket_type::push};
        push.connect(endpoint);
        for (int i = 0; i < count; ++i)
            push.send(zmq::buffer("item " + std::to_string(i)));
    }};
    const auto start = Clock::now();
    zmq::message_t item;
    for (int i = 0; i < count; ++i)
        (void)pull.recv(item);
    return count / since(start);
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != 3)
        return 2;
    zmq::context_t context;
    const int count = std::stoi(argv[2]);
    const bool asks = std::string{argv[1]} == "latency";
    fmt::print("{:.1f}\n",
               asks ? latency(context, count) : throughput(context, count));
}
