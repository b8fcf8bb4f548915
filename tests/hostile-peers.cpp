// Whatever connects to a program that listens: it goes on, and serves the
// next good peer.

#include "support/device.hpp"

#include <doctest/doctest.h>
#include <zmq.hpp>
#include <zmq_addon.hpp>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <regex>
#include <sstream>

using namespace std::chrono_literals;

namespace {

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
    if (connect(fd, reinterpret_cast<const sockaddr*>(&address),
                sizeof address) != 0) { // it has ended, well or not
        close(fd);
        return;
    }
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
    static const std::vector<std::vector<std::string>> messages{
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

void attack(zmq::context_t& context, const std::string& endpoint)
{
    send_raw_garbage(endpoint);
    for (const zmq::socket_type type :
         {zmq::socket_type::dealer, zmq::socket_type::req,
          zmq::socket_type::push, zmq::socket_type::pub, zmq::socket_type::xsub,
          zmq::socket_type::pair})
        send_odd_messages(context, type, endpoint);
}

void check_terminal_is_safe(const Process& process)
{
    for (const char byte : process.out() + process.err())
        CHECK_MESSAGE((byte == '\n' || byte >= ' ' || byte < 0),
                      "a control character reaches the terminal");
}

// The `--bind…` options of a program, by its --help.
std::vector<std::string> bind_options(const std::string& program)
{
    const std::string help = run_to_end({program, "--help"}).out;
    const std::regex pattern{"(--bind[a-z-]*) ENDPOINT"};
    return {std::sregex_token_iterator{help.begin(), help.end(), pattern, 1},
            {}};
}

// Starts a program that listens on one port or several, and attacks them all.
void check_survives(const std::string& program)
{
    CAPTURE(program);
    const auto options = bind_options(program);
    if (options.empty())
        return;
    std::vector<std::string> command{program};
    for (const std::string& option : options)
        command.insert(command.end(), {option, "tcp://127.0.0.1:*"});
    Process process{command};
    try {
        zmq::context_t context; // its end waits for what is still to be sent
        for (std::size_t i = 0; i < options.size(); ++i)
            attack(context, process.endpoint());
    } catch (const std::runtime_error&) {
        // It has ended, or listens without a word: not for others.
    }
    if (process.runs_for(0ms))
        CHECK(process.stop() == 0);
    else
        CHECK(process.finish() <= 2); // by itself, or refused: no crash
    check_terminal_is_safe(process);
}

} // namespace

TEST_CASE("every program that listens survives hostile peers")
{
    std::istringstream list{WORKBOOK_PROGRAMS};
    std::vector<std::string> programs;
    for (std::string program; std::getline(list, program, ',');)
        programs.push_back(program);

    // Several at a time: most of an attack is waiting for an answer that a
    // good program does not give.
    std::atomic<std::size_t> next = 0;
    const auto attack_some = [&] {
        for (std::size_t i = next++; i < programs.size(); i = next++)
            check_survives(programs[i]);
    };
    std::vector<std::future<void>> attackers(8);
    for (auto& attacker : attackers)
        attacker = std::async(std::launch::async, attack_some);
    for (auto& attacker : attackers)
        attacker.get();
}

TEST_CASE("reqrep_server serves the next good client after hostile ones")
{
    Process server{{"reqrep_server", "--bind", "tcp://127.0.0.1:*"}};
    const std::string endpoint = server.endpoint();
    zmq::context_t context;
    attack(context, endpoint);

    // The timeout: in libzmq 4.3.4 a REP that has discarded a message of a
    // peer that is gone may drop its next reply too (router_t::rollback
    // leaves its state behind). Asking again cures it.
    const Result client = run_to_end({"reqrep_client", "--connect", endpoint,
                                      "--count", "2", "--timeout", "1000"});
    CHECK(client.status == 0);
    CHECK(server.stop() == 0);
}

TEST_CASE("queue_device survives hostile clients and servers")
{
    Device queue{{"queue_device"}};
    Process server = queue.join("queue_server");
    zmq::context_t context;
    send_raw_garbage(queue.frontend);
    send_odd_messages(context, zmq::socket_type::dealer, queue.frontend);
    server.wait_for("Not a greeting"); // nobody else can have been dealt it
    send_raw_garbage(queue.backend);
    send_odd_messages(context, zmq::socket_type::dealer, queue.backend);
    // The timeout, as hostile servers were dealt requests and are gone.
    const Result client =
        run_to_end({"reqrep_client", "--connect", queue.frontend, "--count",
                    "4", "--timeout", "1000"});
    CHECK(client.status == 0);
    CHECK(count_lines(client.out, "World from server 1") == 4);
    CHECK(server.stop() == 0);
    CHECK(queue.process.stop() == 0);
    check_terminal_is_safe(server);
}

TEST_CASE("forwarder_device survives hostile publishers and subscribers")
{
    Device forwarder{{"forwarder_device"}};
    Process publisher{{"forwarder_publisher", "--connect", forwarder.frontend,
                       "--count", "0", "--interval", "20"}};
    Process all =
        forwarder.join("forwarder_subscriber", {"--topic", "", "--count", "0"});
    all.wait_for("server#1");
    zmq::context_t context;
    send_raw_garbage(forwarder.frontend);
    send_raw_garbage(forwarder.backend);
    send_odd_messages(context, zmq::socket_type::xsub, forwarder.backend);
    zmq::socket_t liar{context, zmq::socket_type::xpub};
    liar.set(zmq::sockopt::linger, 0);
    liar.connect(forwarder.frontend);
    zmq::message_t subscription;
    (void)liar.recv(subscription);
    zmq::multipart_t odd{std::string{"no topic\x1b"}};
    odd.addstr("and more");
    (void)odd.send(liar);
    all.wait_for("Dropped");
    all.wait_for("server#1");
    for (Process* process : {&all, &publisher, &forwarder.process}) {
        CHECK(process->stop() == 0);
        check_terminal_is_safe(*process);
    }
}

TEST_CASE("streamer_device survives hostile feeders and workers")
{
    Device streamer{{"streamer_device"}};
    Process worker = streamer.join("task_worker");
    zmq::context_t context;
    send_raw_garbage(streamer.frontend);
    send_raw_garbage(streamer.backend);
    send_odd_messages(context, zmq::socket_type::push, streamer.frontend);
    zmq::socket_t liar{context, zmq::socket_type::push};
    liar.connect(streamer.frontend);
    for (const std::string text :
         {"7", "[]", "{}", "{\"num\": \"7\"}", "{\"num\": 7.5}", "{\"num\":"})
        liar.send(zmq::buffer(text));
    liar.send(zmq::buffer(std::string(1 << 20, '[')));
    liar.send(zmq::str_buffer("{\"num\": 7}"));
    worker.wait_for("Took task 7");
    CHECK(worker.stop() == 0);
    CHECK(streamer.process.stop() == 0);
    CHECK(count_lines(worker.out(), "Took task") == 1);
    CHECK(count_lines(worker.err(), "Dropped, no task") >= 7);
    check_terminal_is_safe(worker);
}
