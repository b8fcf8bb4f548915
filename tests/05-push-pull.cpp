#include "support/helpers.hpp"

#include <doctest/doctest.h>
#include <zmq.hpp>
#include <zmq_addon.hpp>

#include <algorithm>
#include <csignal>
#include <regex>
#include <set>

using namespace std::chrono_literals;
using Words = std::vector<std::string>;

namespace {

const std::string any_port = "tcp://127.0.0.1:*";

// Starts a program that listens, and keeps where.
struct Listener
{
    explicit Listener(Words command)
        : process{with_bind(std::move(command))}, endpoint{process.endpoint()}
    {
    }

    static Words with_bind(Words command)
    {
        command.insert(command.end(), {"--bind", any_port});
        return command;
    }

    Process process;
    std::string endpoint;
};

Process start_consumer(const std::string& producer,
                       const std::string& collector, int id,
                       const std::string& program = "consumer")
{
    return Process{{program, "--connect", producer, "--connect-collector",
                    collector, "--id", std::to_string(id)}};
}

Process start_worker(const std::string& tasks, const std::string& sink, int id,
                     const Words& more = {},
                     const std::string& program = "worker")
{
    Words command{program, "--connect",       tasks, "--connect-sink", sink,
                  "--id",  std::to_string(id)};
    command.insert(command.end(), more.begin(), more.end());
    return Process{command};
}

// The first number of each line that holds the text.
std::vector<int> numbers_after(const std::string& text,
                               const std::string& output)
{
    const std::regex pattern{text + "(\\d+)"};
    std::vector<int> numbers;
    for (std::sregex_iterator found{output.begin(), output.end(), pattern}, end;
         found != end; ++found)
        numbers.push_back(std::stoi((*found)[1]));
    return numbers;
}

std::vector<int> up_to(int count)
{
    std::vector<int> numbers;
    for (int n = 0; n < count; ++n)
        numbers.push_back(n);
    return numbers;
}

double seconds_of(const std::string& sink)
{
    std::smatch found;
    REQUIRE(std::regex_search(sink, found, std::regex{"in ([0-9.]+) s"}));
    return std::stod(found[1]);
}

// A socket of the test that listens, with deadlines.
struct Peer
{
    Peer(zmq::context_t& context, zmq::socket_type type) : socket{context, type}
    {
        socket.set(zmq::sockopt::linger, 0);
        socket.set(zmq::sockopt::rcvtimeo, 20'000);
        socket.set(zmq::sockopt::sndtimeo, 20'000);
        socket.bind(any_port);
        endpoint = socket.get(zmq::sockopt::last_endpoint);
    }

    std::string receive()
    {
        zmq::multipart_t message;
        REQUIRE(message.recv(socket));
        CHECK(message.size() == 1);
        return message.popstr();
    }

    void send(const Words& frames)
    {
        zmq::multipart_t message;
        for (const std::string& frame : frames)
            message.addstr(frame);
        REQUIRE(message.send(socket));
    }

    zmq::socket_t socket;
    std::string endpoint;
};

// Nothing of this is a number, a task or a result.
std::vector<Words> nonsense()
{
    using namespace std::string_literals;
    std::vector<Words> messages{
        {""},
        {"0"},
        {"hello"},
        {"{"},
        {"[]"},
        {"null"},
        {"\"num\""},
        {"{}"},
        {R"([{"num": 4, "ms": 0, "consumer": 1}])"},
        {"\xff\xfe\x00\x1b[31m"s},
        {std::string(20, '\0')},
        {std::string(900, '[')},
        {std::string(100'000, '[')},
        {std::string(500'000, ' ') + R"({"num": 4, "ms": 0, "consumer": 1})"},
        {R"({"num": 4, "ms": 0, "consumer": 1})", ""},
        {"", R"({"num": 4, "ms": 0, "consumer": 1})"},
        Words(1000, R"({"num": 4, "ms": 0, "consumer": 1})"),
    };
    for (const std::string number :
         {"-1", "1.5", "1e400", "1e3", "1000000", "18446744073709551616",
          "\"4\"", "true", "null", "[4]", "{\"num\": 4}"})
        messages.push_back(
            {R"({"ms": 0, "consumer": 1, "num": )" + number + "}"});
    return messages;
}

int count_dropped(const Process& process)
{
    for (const char byte : process.out() + process.err())
        CHECK_MESSAGE((byte == '\n' || byte >= ' ' || byte < 0),
                      "a control character reaches the terminal");
    return count_lines(process.err(), "Dropped");
}

} // namespace

TEST_CASE("every number goes to one consumer, and the collector counts the "
          "even ones by consumer")
{
    Listener collector{{"result_collector", "--count", "6"}};
    Listener producer{{"producer", "--count", "12", "--wait-for", "3"}};
    std::vector<Process> consumers;
    for (int id = 1; id <= 3; ++id)
        consumers.push_back(
            start_consumer(producer.endpoint, collector.endpoint, id));
    CHECK(producer.process.finish() == 0);
    CHECK(collector.process.finish() == 0);

    std::vector<int> received;
    for (int id = 1; id <= 3; ++id) {
        CHECK(count_lines(collector.process.out(), "Results of consumer " +
                                                       std::to_string(id) +
                                                       ": 2") == 1);
        Process& consumer = consumers.at(static_cast<std::size_t>(id) - 1);
        for (int n = 0; n < 4; ++n)
            consumer.wait_for("Received");
        CHECK(consumer.stop() == 0);
        const auto some = numbers_after("Received ", consumer.out());
        for (std::size_t n = 1; n < some.size(); ++n)
            CHECK(some[n] == some[n - 1] + 3); // dealt in turn
        received.insert(received.end(), some.begin(), some.end());
    }
    std::sort(received.begin(), received.end());
    CHECK(received == up_to(12));
}

TEST_CASE("with two consumers one gets all even numbers")
{
    Listener collector{{"result_collector", "--count", "6"}};
    Listener producer{{"producer", "--count", "12", "--wait-for", "2"}};
    Process one = start_consumer(producer.endpoint, collector.endpoint, 1);
    Process two = start_consumer(producer.endpoint, collector.endpoint, 2);
    CHECK(producer.process.finish() == 0);
    CHECK(collector.process.finish() == 0);
    CHECK(count_lines(collector.process.out(), "Results of") == 1);
    CHECK(count_lines(collector.process.out(), ": 6") == 1);
}

TEST_CASE("the messages are the JSON of the classic notes")
{
    zmq::context_t context;
    Peer results{context, zmq::socket_type::pull};
    Listener producer{{"producer", "--count", "1"}};
    zmq::socket_t numbers{context, zmq::socket_type::pull};
    numbers.set(zmq::sockopt::rcvtimeo, 20'000);
    numbers.connect(producer.endpoint);
    zmq::message_t number;
    REQUIRE(numbers.recv(number));
    CHECK(number.to_string() == R"({"num":0})");

    Peer source{context, zmq::socket_type::push};
    Process consumer = start_consumer(source.endpoint, results.endpoint, 7);
    source.send({R"({"num": 3})"}); // with a blank, as Python writes it
    source.send({R"({"num": 4})"});
    CHECK(results.receive() == R"({"consumer":7,"num":4})");
    CHECK(consumer.stop() == 0);
}

TEST_CASE("a consumer without an id takes one from 1 to 10005")
{
    zmq::context_t context;
    Peer results{context, zmq::socket_type::pull};
    Peer source{context, zmq::socket_type::push};
    Process consumer = start_consumer(source.endpoint, results.endpoint, 0);
    source.send({R"({"num": 0})"});
    const int id = numbers_after("consumer\":", results.receive()).at(0);
    CHECK(id >= 1);
    CHECK(id <= 10'005);
}

TEST_CASE("a Python program takes the place of a consumer")
{
    if (!has_pyzmq())
        return;
    Listener collector{{"result_collector", "--count", "6"}};
    Listener producer{{"producer", "--count", "12", "--wait-for", "3"}};
    Process one = start_consumer(producer.endpoint, collector.endpoint, 1);
    Process two =
        start_consumer(producer.endpoint, collector.endpoint, 2, "consumer.py");
    Process three = start_consumer(producer.endpoint, collector.endpoint, 3);
    CHECK(collector.process.finish() == 0);
    CHECK(count_lines(collector.process.out(), "consumer 2: 2") == 1);
    CHECK(two.stop() == 0);
}

TEST_CASE("the collector waits for any number of results, or until stopped")
{
    zmq::context_t context;
    for (const std::string count : {"1", "1000", "0"}) {
        Listener collector{{"result_collector", "--count", count}};
        zmq::socket_t results{context, zmq::socket_type::push};
        results.connect(collector.endpoint);
        for (int num = 0; num < 1000; ++num)
            results.send(zmq::buffer(R"({"consumer":9,"num":)" +
                                     std::to_string(num) + "}"));
        if (count == "0") {
            results.send(zmq::str_buffer("all are there"));
            collector.process.wait_for("Dropped");
            CHECK(collector.process.stop() == 0);
        } else {
            results.set(zmq::sockopt::linger, 0);
            CHECK(collector.process.finish() == 0);
        }
        CHECK(collector.process.out().find("Results of consumer 9: " +
                                           (count == "0" ? "1000" : count)) !=
              std::string::npos);
    }
}

TEST_CASE("a producer without a consumer waits, and loses nothing")
{
    Listener producer{{"producer", "--count", "4"}};
    CHECK(producer.process.runs_for(500ms));
    CHECK(count_lines(producer.process.out(), "Sent") == 0);
    Listener collector{{"result_collector", "--count", "2"}};
    Process consumer = start_consumer(producer.endpoint, collector.endpoint, 1);
    CHECK(producer.process.finish() == 0);
    CHECK(collector.process.finish() == 0);
}

TEST_CASE("PUSH takes nothing without a peer, and no more than the marks")
{
    CHECK(run_to_end({"push_blocks"}).out ==
          "Without a peer it takes 0 messages\n"
          "One more, waiting for 100 ms: EAGAIN\n"
          "With marks of 10 and 10 it takes 20\n"
          "One more, waiting for 100 ms: EAGAIN\n"
          "The peer has read them all\n"
          "One more, waiting for 100 ms: sent\n");
}

TEST_CASE("over tcp the operating system's buffers come on top of the marks")
{
    zmq::context_t context;
    Peer push{context, zmq::socket_type::push};
    CHECK(push.socket.get(zmq::sockopt::sndhwm) == 1000);
    CHECK(push.socket.get(zmq::sockopt::rcvhwm) == 1000);
    push.socket.set(zmq::sockopt::sndhwm, 10);
    push.socket.bind(any_port);
    zmq::socket_t pull{context, zmq::socket_type::pull};
    pull.set(zmq::sockopt::rcvhwm, 10);
    pull.connect(push.socket.get(zmq::sockopt::last_endpoint));
    for (int n = 0; n < 21; ++n)
        CHECK(push.socket.send(zmq::str_buffer("task")));
}

TEST_CASE("PULL takes from its peers in turn")
{
    zmq::context_t context;
    zmq::socket_t pull{context, zmq::socket_type::pull};
    pull.bind("inproc://results");
    std::vector<zmq::socket_t> peers;
    for (const std::string name : {"a", "b"}) {
        zmq::socket_t& peer = peers.emplace_back(context, ZMQ_PUSH);
        peer.connect("inproc://results");
        for (int n = 0; n < 10; ++n)
            peer.send(zmq::buffer(name));
    }
    std::string order;
    zmq::message_t message;
    while (order.size() < 20 && pull.recv(message))
        order += message.to_string();
    CHECK(order.find("aa") == std::string::npos);
    CHECK(order.find("bb") == std::string::npos);
}

TEST_CASE("four workers are faster than one, and each gets its share")
{
    std::vector<double> seconds;
    for (const int crew : {1, 4}) {
        Listener sink{{"sink"}};
        Listener ventilator{{"ventilator", "--connect-sink", sink.endpoint,
                             "--wait-for", std::to_string(crew)}};
        std::vector<Process> workers;
        for (int id = 1; id <= crew; ++id)
            workers.push_back(
                start_worker(ventilator.endpoint, sink.endpoint, id));
        CHECK(ventilator.process.finish() == 0);
        CHECK(sink.process.finish() == 0);
        const std::string out = sink.process.out();
        CHECK(count_lines(out, ": " + std::to_string(8 / crew)) == crew);
        seconds.push_back(seconds_of(out));
    }
    CHECK(seconds.at(0) >= 0.8); // eight tasks of 100 ms
    CHECK(seconds.at(1) >= 0.2);
    CHECK(seconds.at(1) < seconds.at(0));
}

TEST_CASE("a ventilator that sends at once gives the first worker everything")
{
    Listener sink{{"sink"}};
    Listener ventilator{{"ventilator", "--connect-sink", sink.endpoint}};
    Process first = start_worker(ventilator.endpoint, sink.endpoint, 1);
    ventilator.process.wait_for("Sent 8 tasks");
    Process second = start_worker(ventilator.endpoint, sink.endpoint, 2);
    CHECK(sink.process.finish() == 0);
    CHECK(count_lines(sink.process.out(), "worker 1: 8") == 1);
    CHECK(second.stop() == 0);
    CHECK(count_lines(second.out(), "Task") == 0);
}

TEST_CASE("a ventilator without a sink waits for it, and stops when told to")
{
    for (const std::string program : {"ventilator", "ready_queue"}) {
        const std::string address = own_endpoint();
        Listener dealer{{program, "--connect-sink", address}};
        Process worker =
            start_worker(dealer.endpoint, address, 1, {},
                         program == "ventilator" ? "worker" : "ready_worker");
        CHECK(dealer.process.runs_for(200ms));
        CHECK(dealer.process.stop() == 0);
        CHECK(worker.stop() == 0);
        CHECK(count_lines(worker.out(), "Task") == 0);
    }
}

TEST_CASE("a ventilator that waits for its workers gives each its share")
{
    Listener sink{{"sink"}};
    Listener ventilator{{"ventilator", "--connect-sink", sink.endpoint,
                         "--wait-for", "2", "--work", "1"}};
    Process first = start_worker(ventilator.endpoint, sink.endpoint, 1);
    ventilator.process.wait_for("Worker 1 of 2");
    CHECK(ventilator.process.runs_for(200ms));
    Process second = start_worker(ventilator.endpoint, sink.endpoint, 2);
    CHECK(sink.process.finish() == 0);
    CHECK(count_lines(sink.process.out(), "worker 1: 4") == 1);
    CHECK(count_lines(sink.process.out(), "worker 2: 4") == 1);
}

TEST_CASE("round robin gives a slow worker half of the tasks all the same")
{
    Listener sink{{"sink"}};
    Listener ventilator{{"ventilator", "--connect-sink", sink.endpoint,
                         "--work", "20", "--wait-for", "2"}};
    Process fast = start_worker(ventilator.endpoint, sink.endpoint, 1);
    Process slow = start_worker(ventilator.endpoint, sink.endpoint, 2,
                                {"--slowness", "10"});
    CHECK(sink.process.finish() == 0);
    CHECK(count_lines(sink.process.out(), "worker 1: 4") == 1);
    CHECK(count_lines(sink.process.out(), "worker 2: 4") == 1);
    CHECK(seconds_of(sink.process.out()) >= 0.8); // four of 200 ms
}

TEST_CASE("a ready queue gives the fast worker what the slow one cannot do")
{
    Listener sink{{"sink"}};
    Listener queue{
        {"ready_queue", "--connect-sink", sink.endpoint, "--work", "20"}};
    Process slow = start_worker(queue.endpoint, sink.endpoint, 2,
                                {"--slowness", "1000"}, "ready_worker");
    slow.wait_for("Task 0");
    Process fast =
        start_worker(queue.endpoint, sink.endpoint, 1, {}, "ready_worker");
    CHECK(queue.process.finish() == 0);
    fast.wait_for("Task 7");
    CHECK(slow.stop() == 0); // it still worked, and stops at once
    CHECK(fast.stop() == 0);
    CHECK(count_lines(slow.out(), "Task") == 1);
    CHECK(count_lines(fast.out(), "Task") == 7);
}

TEST_CASE("a killed worker takes all of its tasks with it, and the sink names "
          "them")
{
    Listener sink{{"sink", "--timeout", "1000"}};
    Listener ventilator{{"ventilator", "--connect-sink", sink.endpoint,
                         "--wait-for", "2", "--work", "20"}};
    Process lost = start_worker(ventilator.endpoint, sink.endpoint, 1,
                                {"--slowness", "1000"});
    Process good = start_worker(ventilator.endpoint, sink.endpoint, 2);
    lost.wait_for("Task");
    crash(lost);
    CHECK(ventilator.process.finish() == 0); // it never hears of it
    CHECK(sink.process.finish() == 1);
    CHECK(good.stop() == 0);
    CHECK(count_lines(sink.process.out(), "worker 2: 4") == 1);

    std::vector<int> all = numbers_after("Task ", good.out());
    CHECK(all.size() == 4);
    const std::string missing = sink.process.err();
    CHECK(count_lines(missing, "missing results: 4 of 8") == 1);
    for (const int num : numbers_after("(?:tasks|,) ", missing))
        all.push_back(num);
    std::sort(all.begin(), all.end());
    CHECK(all == up_to(8));
}

TEST_CASE("a ready queue loses only the task in a killed worker's hands")
{
    Listener sink{{"sink", "--timeout", "1000"}};
    Listener queue{
        {"ready_queue", "--connect-sink", sink.endpoint, "--work", "20"}};
    Process lost = start_worker(queue.endpoint, sink.endpoint, 1,
                                {"--slowness", "1000"}, "ready_worker");
    lost.wait_for("Task 0");
    crash(lost);
    Process good =
        start_worker(queue.endpoint, sink.endpoint, 2, {}, "ready_worker");
    CHECK(sink.process.finish() == 1);
    CHECK(count_lines(sink.process.err(),
                      "missing results: 1 of 8, of tasks 0") == 1);
}

TEST_CASE("the sink counts each task once, and wants a start message")
{
    zmq::context_t context;
    Listener sink{{"sink", "--timeout", "500"}};
    zmq::socket_t results{context, zmq::socket_type::push};
    results.connect(sink.endpoint);
    for (const std::string body :
         {R"({"consumer":1,"num":0})", R"({"start":2})",
          R"({"consumer":1,"num":0})", R"({"consumer":1,"num":2})",
          R"({"start":1})", R"({"consumer":2,"num":1})"})
        results.send(zmq::buffer(body));
    CHECK(sink.process.finish() == 0);
    CHECK(count_dropped(sink.process) == 3);
    CHECK(count_lines(sink.process.out(), "worker 1: 1") == 1);
    CHECK(count_lines(sink.process.out(), "All results in") == 1);

    Listener other{{"sink", "--timeout", "100"}};
    results.connect(other.endpoint);
    results.disconnect(sink.endpoint);
    results.send(zmq::str_buffer("nobody begins"));
    CHECK(other.process.finish() == 1);
    CHECK(count_lines(other.process.err(), "no start message") == 1);
}

TEST_CASE("a worker stops in the middle of its work")
{
    zmq::context_t context;
    Peer tasks{context, zmq::socket_type::push};
    Peer sink{context, zmq::socket_type::pull};
    Process worker = start_worker(tasks.endpoint, sink.endpoint, 1);
    tasks.send({R"({"num": 1, "ms": 60000})"});
    tasks.send({R"({"num": 2, "ms": 60000})"});
    worker.wait_for("Task 1");
    CHECK(worker.stop() == 0);
}

TEST_CASE("consumers and workers drop nonsense and do the next good one")
{
    const auto bad = nonsense();
    zmq::context_t context;
    Words programs{"consumer", "worker"};
    if (has_pyzmq())
        programs.emplace_back("consumer.py");
    for (const std::string& program : programs) {
        CAPTURE(program);
        Peer source{context, zmq::socket_type::push};
        Peer results{context, zmq::socket_type::pull};
        Process process =
            program == "worker"
                ? start_worker(source.endpoint, results.endpoint, 5)
                : start_consumer(source.endpoint, results.endpoint, 5, program);
        for (const Words& message : bad)
            source.send(message);
        source.send({R"({"num": 4, "ms": 0})"});
        const std::string result = results.receive();
        CHECK(numbers_after("consumer\": ?", result) == std::vector{5});
        CHECK(numbers_after("num\": ?", result) == std::vector{4});
        CHECK(process.stop() == 0);
        CHECK(count_dropped(process) == static_cast<int>(bad.size()));
    }
}

TEST_CASE("a worker drops a task of unreasonable length")
{
    zmq::context_t context;
    Peer source{context, zmq::socket_type::push};
    Peer results{context, zmq::socket_type::pull};
    Process worker = start_worker(source.endpoint, results.endpoint, 5);
    source.send({R"({"num": 1, "ms": 60001})"});
    source.send({R"({"num": 2, "ms": 0})"});
    CHECK(results.receive() == R"({"consumer":5,"num":2})");
    CHECK(worker.stop() == 0);
    CHECK(count_dropped(worker) == 1);
}

TEST_CASE("a ready worker drops a task that is none and asks again")
{
    zmq::context_t context;
    Peer queue{context, zmq::socket_type::rep};
    Peer results{context, zmq::socket_type::pull};
    Process worker =
        start_worker(queue.endpoint, results.endpoint, 5, {}, "ready_worker");
    const auto bad = nonsense();
    for (const Words& message : bad) {
        CHECK(queue.receive() == "ready");
        queue.send(message);
    }
    CHECK(queue.receive() == "ready");
    queue.send({R"({"num": 4, "ms": 0})"});
    CHECK(results.receive() == R"({"consumer":5,"num":4})");
    CHECK(worker.stop() == 0);
    CHECK(count_dropped(worker) == static_cast<int>(bad.size()));
}

TEST_CASE("the collector and the sink drop nonsense and count the good ones")
{
    auto bad = nonsense();
    bad.push_back({R"({"consumer": 65536, "num": 4})"});
    bad.push_back({R"({"consumer": "1", "num": 4})"});
    bad.push_back({R"({"num": 4})"});
    bad.push_back({R"({"start": 1000001})"});
    zmq::context_t context;
    for (const Words& command :
         {Words{"result_collector", "--count", "1"}, Words{"sink"}}) {
        Listener program{command};
        zmq::socket_t results{context, zmq::socket_type::push};
        results.connect(program.endpoint);
        if (command.front() == "sink")
            results.send(zmq::str_buffer(R"({"start":1})"));
        for (const Words& frames : bad) {
            zmq::multipart_t message;
            for (const std::string& frame : frames)
                message.addstr(frame);
            message.send(results);
        }
        results.send(zmq::str_buffer(R"({"consumer":3,"num":0})"));
        CHECK(program.process.finish() == 0);
        CHECK(count_lines(program.process.out(), "3: 1") == 1);
        CHECK(count_dropped(program.process) == static_cast<int>(bad.size()));
    }
}

TEST_CASE("the ready queue drops what is not a ready worker")
{
    zmq::context_t context;
    Peer sink{context, zmq::socket_type::pull};
    Listener queue{
        {"ready_queue", "--connect-sink", sink.endpoint, "--count", "1"}};
    CHECK(sink.receive() == R"({"start":1})");
    zmq::socket_t stranger{context, zmq::socket_type::dealer};
    stranger.set(zmq::sockopt::rcvtimeo, 20'000);
    stranger.connect(queue.endpoint);
    const std::vector<Words> bad{{"ready"},
                                 {""},
                                 {"", ""},
                                 {"", "READY"},
                                 {"", std::string(100'000, 'r')},
                                 {"", "ready", "more"},
                                 {"x", "ready"}};
    for (const Words& frames : bad) {
        zmq::multipart_t message;
        for (const std::string& frame : frames)
            message.addstr(frame);
        message.send(stranger);
    }
    zmq::multipart_t ready;
    ready.addstr("");
    ready.addstr("ready");
    ready.send(stranger);
    zmq::multipart_t task;
    REQUIRE(task.recv(stranger));
    CHECK(task.size() == 2);
    CHECK(task.peekstr(1) == R"({"ms":100,"num":0})");
    CHECK(queue.process.finish() == 0);
    CHECK(count_dropped(queue.process) == static_cast<int>(bad.size()));
}
