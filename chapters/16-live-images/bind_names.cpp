// Tries names and addresses to listen on, and says what libzmq answers. The
// port is the kernel's choice, so that only the host matters.
//
//     bind_names [--host localhost]...

#include "common/run.hpp"

#include <fmt/core.h>
#include <zmq.hpp>

// Tells where it listens, or why it does not.
void try_to_listen(zmq::context_t& context, const std::string& endpoint)
{
    zmq::socket_t socket{context, zmq::socket_type::rep};
    socket.set(zmq::sockopt::linger, 0);
    try {
        socket.bind(endpoint);
        fmt::print("bind    {:<26} listens on {}\n", endpoint,
                   socket.get(zmq::sockopt::last_endpoint));
    } catch (const zmq::error_t& error) {
        fmt::print("bind    {:<26} {}\n", endpoint, error.what());
    }
}

// The same name is good for the other end of a connection.
void ask_by_name(zmq::context_t& context, const std::string& name)
{
    zmq::socket_t server{context, zmq::socket_type::rep};
    zmq::socket_t client{context, zmq::socket_type::req};
    server.bind("tcp://127.0.0.1:*");
    const std::string where = server.get(zmq::sockopt::last_endpoint);
    const std::string by_name =
        fmt::format("tcp://{}{}", name, where.substr(where.rfind(':')));
    client.connect(by_name);
    client.send(zmq::str_buffer("a picture"));
    zmq::message_t message;
    (void)server.recv(message);
    fmt::print("connect {:<26} reaches {}\n", by_name, where);
}

void try_names(const std::vector<std::string>& hosts)
{
    zmq::context_t context;
    for (const std::string& host : hosts)
        try_to_listen(context, fmt::format("tcp://{}:*", host));
    ask_by_name(context, "localhost");
}

int main(int argc, char** argv)
{
    std::vector<std::string> hosts{"localhost", "127.0.0.1", "lo"};
    Options options{"Tries names and addresses to listen on (REP)."};
    options.add("--host", hosts, "What to try; may be repeated");
    return run(options, argc, argv, [&] { try_names(hosts); });
}
