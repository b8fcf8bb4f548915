#include "support/process.hpp"

#include <doctest/doctest.h>
#include <zmq.hpp>
#include <zmq_addon.hpp>

using namespace std::string_literals;

namespace {

zmq::socket_t bound(zmq::context_t& context, zmq::socket_type type)
{
    zmq::socket_t socket{context, type};
    socket.set(zmq::sockopt::linger, 0);
    socket.set(zmq::sockopt::rcvtimeo, 20'000);
    socket.set(zmq::sockopt::sndtimeo, 20'000);
    socket.bind("tcp://127.0.0.1:*");
    return socket;
}

// A worker whose commander and publisher are this test.
struct Company
{
    zmq::context_t context;
    zmq::socket_t commands = bound(context, zmq::socket_type::push);
    zmq::socket_t topics = bound(context, zmq::socket_type::xpub);
    Process worker{{"zmq_polling", "--connect-commands",
                    commands.get(zmq::sockopt::last_endpoint),
                    "--connect-topics",
                    topics.get(zmq::sockopt::last_endpoint)}};

    Company()
    {
        zmq::message_t subscription;
        REQUIRE(topics.recv(subscription));
        CHECK(subscription.to_string() == "\x01"
                                          "9 ");
    }

    static void send(zmq::socket_t& socket,
                     const std::vector<std::string>& frames)
    {
        zmq::multipart_t message;
        for (const std::string& frame : frames)
            message.addstr(frame);
        REQUIRE(message.send(socket));
    }
};

Process start_poller(const std::vector<std::string>& more = {})
{
    std::vector<std::string> command{"poll_with_timer", "--bind-jobs",
                                     "tcp://127.0.0.1:*", "--bind-news",
                                     "tcp://127.0.0.1:*"};
    command.insert(command.end(), more.begin(), more.end());
    return Process{command};
}

zmq::socket_t connected(zmq::context_t& context, const std::string& endpoint)
{
    zmq::socket_t socket{context, zmq::socket_type::push};
    socket.set(zmq::sockopt::linger, 0);
    socket.set(zmq::sockopt::sndtimeo, 20'000);
    socket.connect(endpoint);
    return socket;
}

} // namespace

TEST_CASE("one loop obeys commands and processes updates of topic 9")
{
    Company company;
    Company::send(company.topics, {"9 server#1"});
    company.worker.wait_for("Processing: 9 server#1");
    Company::send(company.commands, {"Continue"});
    company.worker.wait_for("Command: Continue");
    for (const std::string update : {"8 server#2", "90 server#3", "9 server#4"})
        Company::send(company.topics, {update});
    company.worker.wait_for("Processing: 9 server#4");
    Company::send(company.commands, {"Exit"});
    CHECK(company.worker.finish() == 0);
    CHECK(count_lines(company.worker.out(), "Processing") == 2);
    CHECK(count_lines(company.worker.out(), "Command") == 2);
    CHECK(company.worker.err().empty());
}

TEST_CASE("the worker counts, reports and drops what makes no sense")
{
    Company company;
    const std::vector<std::vector<std::string>> odd_commands{
        {""}, {"exit"}, {"Exit", "Exit"}, {"\x00\xff\x1b[31m"s}, {"", "", ""}};
    const std::vector<std::vector<std::string>> odd_updates{
        {"9 "},
        {"9 server#"},
        {"9 server#x"},
        {"9 server#1", "2"},
        {"9 \xff\x00\x1b[31m"s},
        {"9 " + std::string(100'000, 'x')},
        {"9 server#12345678901234567890"}};
    for (const auto& frames : odd_commands)
        Company::send(company.commands, frames);
    for (const auto& frames : odd_updates)
        Company::send(company.topics, frames);
    const std::size_t odd = odd_commands.size() + odd_updates.size();
    company.worker.wait_for("Dropped " + std::to_string(odd) + ",");
    Company::send(company.topics, {"9 server#1"});
    company.worker.wait_for("Processing: 9 server#1");
    Company::send(company.commands, {"Exit"});
    CHECK(company.worker.finish() == 0);
    CHECK(company.worker.err().find('\x1b') == std::string::npos);
    CHECK(count_lines(company.worker.out(), "") == 3);
}

TEST_CASE("the publisher goes on when the worker has stopped")
{
    Process commander{{"commander", "--bind", "tcp://127.0.0.1:*"}};
    Process publisher{
        {"topic_publisher", "--bind", "tcp://127.0.0.1:*", "--interval", "10"}};
    const std::string commands = commander.endpoint();
    const std::string topics = publisher.endpoint();
    const std::vector<std::string> command{"zmq_polling", "--connect-commands",
                                           commands, "--connect-topics",
                                           topics};
    const std::string update =
        "Processing: 9 server#" + topics.substr(topics.rfind(':') + 1);
    Process worker{command};
    CHECK(worker.finish() == 0);
    CHECK(count_lines(worker.out(), "Command: Continue") == 3);
    CHECK(count_lines(worker.out(), "Command: Exit") == 1);
    CHECK(commander.finish() == 0);

    Process another{command};
    another.wait_for(update);
    CHECK(another.stop() == 0);
    CHECK(publisher.stop() == 0);
    CHECK(count_lines(publisher.out(), "Published: 8 server#") > 0);
}

TEST_CASE("the commander sends one command a step")
{
    Process commander{
        {"commander", "--bind", "tcp://127.0.0.1:*", "--step", "--count", "1"}};
    const std::string endpoint = commander.endpoint();
    zmq::context_t context;
    zmq::socket_t worker{context, zmq::socket_type::pull};
    worker.set(zmq::sockopt::rcvtimeo, 20'000);
    worker.connect(endpoint);
    for (const std::string expected : {"Continue", "Exit"}) {
        commander.enter();
        zmq::message_t command;
        REQUIRE(worker.recv(command));
        CHECK(command.to_string() == expected);
    }
    CHECK(commander.finish() == 0);
}

TEST_CASE("a greedy turn lets the others wait for the whole flood")
{
    for (const std::string burst : {"0", "100", "1"}) {
        const Result program = run_to_end({"turns", "--burst", burst});
        const std::string waited = burst == "0" ? "10000" : burst;
        CHECK(program.status == 0);
        for (const std::string who : {"quiet socket", "pipe", "timer"})
            CHECK(count_lines(program.out, "the " + who + " waited for " +
                                               waited + " messages") == 1);
        CHECK(count_lines(program.out, "") == 3);
    }
}

TEST_CASE("a flood of jobs stops neither news nor stdin nor the timer")
{
    Process poller = start_poller({"--interval", "50"});
    const std::string jobs = poller.endpoint();
    const std::string news = poller.endpoint();
    Process flooder{{"flooder", "--connect", jobs}};
    flooder.wait_for("connected to");
    zmq::context_t context;
    zmq::socket_t reporter = connected(context, news);
    for (int round = 1; round <= 3; ++round) {
        const std::string text = "round " + std::to_string(round);
        reporter.send(zmq::buffer(text));
        poller.wait_for("News: " + text);
        poller.enter();
        poller.wait_for(" jobs");
        poller.wait_for("Tick ");
    }
    poller.write("Exit\n");
    CHECK(poller.finish() == 0);
    const std::string last = poller.out_lines().back(); // "N jobs in N turns"
    const std::size_t in = last.find(" in ");
    REQUIRE(in != std::string::npos);
    CHECK(std::stoull(last) <= 100 * std::stoull(last.substr(in + 4)));
    CHECK(poller.err().empty());
    CHECK(flooder.stop() == 0);
}

TEST_CASE("every job of a flood arrives")
{
    Process poller = start_poller();
    const std::string jobs = poller.endpoint();
    CHECK(
        run_to_end({"flooder", "--connect", jobs, "--count", "5000"}).status ==
        0);
    poller.endpoint(); // of the news: the next " jobs" is a count
    do
        poller.enter();
    while (poller.wait_for(" jobs") != "5000 jobs");
    CHECK(poller.stop() == 0);
}

TEST_CASE("at the end of stdin the loop goes on, and does not spin")
{
    Process poller = start_poller({"--interval", "100", "--ticks", "3"});
    poller.close_stdin();
    CHECK(poller.finish() == 0);
    CHECK(count_lines(poller.out(), "Tick ") == 3);
    const std::string last = poller.out_lines().back();
    REQUIRE(last.starts_with("0 jobs in "));
    CHECK(std::stoi(last.substr(10)) < 50); // turns
}

TEST_CASE("poll_with_timer reports and drops what makes no sense")
{
    Process poller = start_poller();
    const std::string jobs = poller.endpoint();
    zmq::context_t context;
    zmq::socket_t socket = connected(context, jobs);
    for (const std::vector<std::string>& frames : {std::vector<std::string>{""},
                                                   {"work 1"},
                                                   {"\x1b[31m\xff\x00"s},
                                                   {"job 1", "job 2"}}) {
        Company::send(socket, frames);
        poller.wait_for("Dropped, no ");
    }
    poller.write(std::string(100'000, 'x') + "\n");
    poller.wait_for("Dropped, no line: xxx");
    poller.write("\x1b[31m\xff\n");
    poller.wait_for("Dropped, no line: \\x1b[31m\\xff");
    poller.enter();
    poller.wait_for("0 jobs");
    poller.write("Exit\n");
    CHECK(poller.finish() == 0);
    CHECK(poller.err().find('\x1b') == std::string::npos);
    CHECK(poller.err().size() < 2000);
}
