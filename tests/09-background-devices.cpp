#include "common/background_device.hpp"
#include "support/process.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zmq.hpp>

#include <algorithm>
#include <array>
#include <csignal>

using zmq::socket_type;

namespace {

constexpr auto any_port = "tcp://127.0.0.1:*";

enum class Form
{
    thread,
    process
};
constexpr std::array<Form, 2> both{Form::thread, Form::process};

void start(BackgroundDevice& device, Form form)
{
    form == Form::thread ? device.start_thread() : device.start_process();
}

std::vector<std::string> command_of(const char* program, Form form,
                                    std::vector<std::string> more = {})
{
    std::vector<std::string> command{program, "--bind-frontend", any_port,
                                     "--bind-backend", any_port};
    if (form == Form::process)
        command.emplace_back("--process");
    command.insert(command.end(), more.begin(), more.end());
    return command;
}

// A socket that gives up after 10 s, so that a failure is no hang.
zmq::socket_t patient_socket(zmq::context_t& context, socket_type type)
{
    zmq::socket_t socket{context, type};
    socket.set(zmq::sockopt::linger, 0);
    socket.set(zmq::sockopt::rcvtimeo, 10'000);
    socket.set(zmq::sockopt::sndtimeo, 10'000);
    return socket;
}

std::string receive(zmq::socket_t& socket)
{
    zmq::message_t message;
    REQUIRE(socket.recv(message));
    return message.to_string();
}

// How many messages of 100 kB a streamer without workers takes, of 200.
int taken_without_workers(int mark)
{
    constexpr int small_buffer = 1 << 16;
    BackgroundDevice streamer{socket_type::pull, socket_type::push};
    streamer.frontend.set(zmq::sockopt::rcvbuf, small_buffer);
    streamer.frontend.set(zmq::sockopt::rcvhwm, mark);
    streamer.backend.set(zmq::sockopt::sndhwm, mark);
    streamer.frontend.bind(any_port);
    streamer.backend.bind(any_port);
    streamer.start_thread();

    zmq::context_t context;
    zmq::socket_t feeder = patient_socket(context, socket_type::push);
    feeder.set(zmq::sockopt::sndbuf, small_buffer);
    feeder.set(zmq::sockopt::sndhwm, 1);
    if (mark == 1)
        feeder.set(zmq::sockopt::sndtimeo, 500);
    feeder.connect(streamer.frontend.endpoints().front());
    int taken = 0;
    while (taken < 200 &&
           feeder.send(zmq::message_t(100'000), zmq::send_flags::none))
        ++taken;
    return taken;
}

} // namespace

TEST_CASE("a streamer in the background loses and doubles nothing")
{
    for (const Form form : both) {
        const Result program =
            run_to_end(command_of("streamer_in_background", form));
        CAPTURE(program.out);
        CHECK(program.status == 0);
        for (int n = 0; n < 10; ++n)
            CHECK(count_lines(program.out, fmt::format("took #{}", n)) == 1);
        CHECK(count_lines(program.out, "took") == 10);
    }
}

TEST_CASE("two clients share a server through a queue with marks of 1")
{
    for (const Form form : both) {
        const Result program = run_to_end(
            command_of("queue_in_background", form, {"--count", "50"}));
        CHECK(program.status == 0);
        for (const std::string client : {"client 1", "client 2"}) {
            CHECK(count_lines(program.out, client + " received") == 50);
            CHECK(count_lines(program.out,
                              ": World for Hello from " + client) == 50);
        }
    }
}

TEST_CASE("a message that is not ours is reported and dropped")
{
    for (const Form form : both) {
        Process program{
            command_of("queue_in_background", form, {"--count", "1000000"})};
        zmq::context_t context;
        zmq::socket_t stranger = patient_socket(context, socket_type::req);
        stranger.connect(program.endpoint());
        stranger.send(zmq::str_buffer("\x1b[31m?"));
        CHECK(receive(stranger) == "World for \x1b[31m?");
        program.wait_for("Not a greeting: \\x1b[31m?");
        CHECK(program.stop() == 0);
    }
}

TEST_CASE("an occupied port is an exception at start, in both forms")
{
    BackgroundDevice holder{socket_type::pull, socket_type::push};
    holder.frontend.bind(any_port);
    holder.start_process();
    const std::string taken = holder.frontend.endpoints().front();
    for (const Form form : both) {
        BackgroundDevice device{socket_type::pull, socket_type::push};
        device.frontend.bind(any_port);
        device.backend.bind(taken);
        CHECK_THROWS_WITH_AS(start(device, form), "Address already in use",
                             zmq::error_t);
        CHECK_NOTHROW(device.stop());
    }
}

TEST_CASE("an option that does not work is an exception at start")
{
    for (const Form form : both) {
        BackgroundDevice device{socket_type::pull, socket_type::push};
        device.frontend.set(zmq::sockopt::sndhwm, -1);
        CHECK_THROWS_WITH_AS(start(device, form), "Invalid argument",
                             zmq::error_t);
    }
}

TEST_CASE("both sides bind and connect to several endpoints")
{
    for (const Form form : both) {
        const std::string one = own_endpoint();
        const std::string two = one.substr(0, one.rfind(':')) + ":5546";
        BackgroundDevice streamer{socket_type::pull, socket_type::push};
        streamer.frontend.bind(any_port);
        streamer.frontend.bind(any_port);
        streamer.backend.connect(one);
        streamer.backend.connect(two);
        start(streamer, form);
        REQUIRE(streamer.frontend.endpoints().size() == 2);
        CHECK(streamer.frontend.endpoints()[0] !=
              streamer.frontend.endpoints()[1]);
        CHECK(streamer.backend.endpoints().empty());

        zmq::context_t context;
        zmq::socket_t first = patient_socket(context, socket_type::pull);
        zmq::socket_t second = patient_socket(context, socket_type::pull);
        first.bind(one);
        second.bind(two);
        zmq::socket_t feeder = patient_socket(context, socket_type::push);
        for (const std::string& endpoint : streamer.frontend.endpoints())
            feeder.connect(endpoint);
        for (int n = 0; n < 10; ++n)
            feeder.send(zmq::buffer(std::to_string(n)), zmq::send_flags::none);
        // It is the PUSH that connects: the split is even from the start.
        std::vector<std::string> all;
        for (int n = 0; n < 5; ++n) {
            all.push_back(receive(first));
            all.push_back(receive(second));
        }
        std::sort(all.begin(), all.end());
        for (std::size_t n = 0; n < all.size(); ++n)
            CHECK(all[n] == std::to_string(n));
    }
}

TEST_CASE("marks of 1 make a sender wait where larger ones do not")
{
    CHECK(taken_without_workers(1) < 50);
    CHECK(taken_without_workers(1000) == 200);
}

TEST_CASE("a device that has stopped has left its port")
{
    for (const Form form : both) {
        BackgroundDevice device{socket_type::pull, socket_type::push};
        device.frontend.bind(own_endpoint());
        for (int n = 0; n < 20; ++n) {
            start(device, form);
            CHECK_THROWS_AS(start(device, form), std::logic_error);
            device.stop();
        }
    }
}

TEST_CASE("a device is dropped on any path without a hang")
{
    for (const Form form : both) {
        const BackgroundDevice unused{socket_type::router, socket_type::dealer};
        BackgroundDevice full{socket_type::pull, socket_type::push};
        full.frontend.bind(any_port);
        full.backend.connect(own_endpoint()); // where nobody listens
        start(full, form);
        zmq::context_t context;
        zmq::socket_t feeder = patient_socket(context, socket_type::push);
        feeder.connect(full.frontend.endpoints().front());
        for (int n = 0; n < 100; ++n)
            feeder.send(zmq::str_buffer("stays"), zmq::send_flags::none);
    }
}

TEST_CASE("the death of the device's process is reported")
{
    BackgroundDevice device{socket_type::pull, socket_type::push};
    device.start_process();
    kill(device.process_id(), SIGKILL);
    CHECK_THROWS_WITH(device.join(),
                      "the device's process was killed by SIGKILL");
    CHECK_NOTHROW(device.stop());
    CHECK_NOTHROW(device.start_process());
    kill(device.process_id(), SIGTERM);
    CHECK_THROWS_WITH(device.join(),
                      "the device's process was killed by SIGTERM");
}

TEST_CASE("the device's process ends with the one that started it")
{
    std::array<int, 2> pipe_ends{};
    REQUIRE(pipe(pipe_ends.data()) == 0);
    const pid_t starter = fork();
    if (starter == 0) {
        BackgroundDevice device{socket_type::pull, socket_type::push};
        device.start_process(); // which inherits the pipe
        kill(getpid(), SIGKILL);
    }
    close(pipe_ends[1]);
    char byte = 0; // the end comes when nobody has the other end any more
    CHECK(read(pipe_ends[0], &byte, 1) == 0);
    close(pipe_ends[0]);
    int status = 0;
    waitpid(starter, &status, 0);
    CHECK(WTERMSIG(status) == SIGKILL);
}

TEST_CASE("Ctrl-C, which goes to both processes, is a clean end")
{
    for (const Form form : both) {
        Process program{
            command_of("queue_in_background", form, {"--count", "1000000"})};
        program.wait_for("client 2 received");
        kill(-getpgid(program.pid()), SIGINT);
        CHECK(program.finish() == 0);
        CHECK(program.err().empty());
    }
}

TEST_CASE("a paused proxy takes nothing in, and goes on where it was")
{
    const Result program = run_to_end({"steered_proxy"});
    CHECK(program.status == 0);
    const std::string one = "STATISTICS\n"
                            "  frontend: 1 messages, 3 bytes in\n"
                            "  backend: 1 messages, 3 bytes out\n";
    const std::string both_messages = "STATISTICS\n"
                                      "  frontend: 2 messages, 6 bytes in\n"
                                      "  backend: 2 messages, 6 bytes out\n";
    CHECK(program.out == "feed one\ntake one\n" + one + "PAUSE\n" + one +
                             "feed two\n" + one + "RESUME\ntake two\n" +
                             both_messages +
                             "TERMINATE\nThe proxy has returned\n");
}

TEST_CASE("a command that a proxy does not know aborts its process")
{
    const pid_t child = fork();
    if (child == 0) {
        const rlimit no_core{0, 0};
        setrlimit(RLIMIT_CORE, &no_core);
        zmq::context_t context;
        zmq::socket_t frontend{context, socket_type::pull};
        zmq::socket_t backend{context, socket_type::push};
        zmq::socket_t control{context, socket_type::pair};
        zmq::socket_t steering{context, socket_type::pair};
        control.bind("inproc://control");
        steering.connect("inproc://control");
        steering.send(zmq::str_buffer("NONSENSE"), zmq::send_flags::none);
        (void)std::freopen("/dev/null", "w", stdout);
        (void)std::freopen("/dev/null", "w", stderr);
        zmq::proxy_steerable(zmq::socket_ref{frontend},
                             zmq::socket_ref{backend}, zmq::socket_ref{},
                             zmq::socket_ref{control});
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    CHECK(WIFSIGNALED(status));
    CHECK(WTERMSIG(status) == SIGABRT);
}
