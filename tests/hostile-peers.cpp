// Whatever connects to a program that listens: it goes on, and serves the
// next good peer.

#include "support/process.hpp"

#include <doctest/doctest.h>
#include <zmq.hpp>
#include <zmq_addon.hpp>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>

using namespace std::chrono_literals;

namespace {

// A program that listens, who may knock, and how a good peer is served.
struct Target
{
    std::vector<std::string> command; // its --bind comes on top
    zmq::socket_type attacker;
    std::function<void(Process& target, const std::string& endpoint)> serves;
};

int port_of(const std::string& endpoint)
{
    return std::stoi(endpoint.substr(endpoint.rfind(':') + 1));
}

// Bytes that are not ZMTP, straight to the port; then the connection closes.
void send_raw(const std::string& endpoint, const std::string& bytes)
{
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port_of(endpoint)));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(connect(fd, reinterpret_cast<const sockaddr*>(&address),
                    sizeof address) == 0);
    (void)send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    shutdown(fd, SHUT_WR);
    char byte = 0;
    timeval patience{2, 0}; // libzmq waits for a greeting that never comes
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    while (recv(fd, &byte, 1, 0) > 0) {
    }
    close(fd);
}

void send_raw_garbage(const std::string& endpoint)
{
    const std::string greeting = "\xff" + std::string(8, '\0') + "\x7f\x03";
    send_raw(endpoint, "");
    send_raw(endpoint, "GET / HTTP/1.1\r\nHost: workbook\r\n\r\n");
    send_raw(endpoint, std::string(100'000, '\xff'));
    send_raw(endpoint, std::string(100'000, '\0'));
    send_raw(endpoint, greeting + std::string(53, '\0') + "\x04\xff\xff");
}

// Messages that ZeroMQ carries, but that nobody expects.
void send_odd_messages(zmq::context_t& context, zmq::socket_type type,
                       const std::string& endpoint)
{
    using namespace std::string_literals;
    const std::vector<std::vector<std::string>> messages{
        {""},
        {"", ""},
        {"", "", ""},
        {"no envelope"},
        {"", std::string(10'000, 'x')},
        {"", "\x00\x1b[31m\xff\xfe"s},
        {"", "a", "b", "c"},
        std::vector<std::string>(1000, "frame"),
        {"", std::string(2 << 20, 'x')}, // more than is allowed
    };
    for (const auto& frames : messages) {
        zmq::socket_t attacker{context, type};
        attacker.set(zmq::sockopt::linger, 1000);
        attacker.set(zmq::sockopt::sndtimeo, 1000);
        attacker.connect(endpoint);
        zmq::multipart_t message;
        for (const std::string& frame : frames)
            message.addstr(frame);
        (void)message.send(attacker);
    }
}

void check_survival(const Target& target)
{
    std::vector<std::string> command = target.command;
    command.insert(command.end(), {"--bind", "tcp://127.0.0.1:*"});
    Process process{command};
    const std::string endpoint = process.endpoint();
    zmq::context_t context;
    send_raw_garbage(endpoint);
    send_odd_messages(context, target.attacker, endpoint);
    target.serves(process, endpoint);
    CHECK(process.stop() == 0);
    for (const char byte : process.out() + process.err())
        CHECK_MESSAGE((byte == '\n' || byte >= ' ' || byte < 0),
                      "a control character reaches the terminal");
}

} // namespace

TEST_CASE("reqrep_server survives hostile peers and serves the next good one")
{
    check_survival({{"reqrep_server"},
                    zmq::socket_type::dealer,
                    [](Process&, const std::string& endpoint) {
                        // The timeout: in libzmq 4.3.4 a REP that has
                        // discarded a message of a peer that is gone may
                        // drop its next reply too (router_t::rollback
                        // leaves its state behind). Asking again cures it.
                        const Result client =
                            run_to_end({"reqrep_client", "--connect", endpoint,
                                        "--count", "2", "--timeout", "1000"});
                        CHECK(client.status == 0);
                    }});
}
