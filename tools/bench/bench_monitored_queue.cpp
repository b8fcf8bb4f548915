// What it costs to be monitored: carries the same requests directly, through
// zmq_proxy and through the monitored queue, in turn, and sets the best rounds
// side by side: what else the machine does can only slow a round down. Speeds
// depend on the machine; their ratio says something. So does the time that all
// processors together spend on a request: it is the bound when all are busy.
//
//     bench_monitored_queue [--rounds 8] [--window 100] [--pyzmq]

#include "chapters/10-monitored-queue/monitored_forwarding.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <sys/resource.h>
#include <unistd.h>
#include <zmq.hpp>

#include <algorithm>
#include <cstdio>
#include <list>
#include <thread>

using zmq::socket_type;
using Clock = std::chrono::steady_clock;

// Where the sockets of one line meet: abstract names, which nobody else has.
struct Ends
{
    explicit Ends(int line)
    {
        const auto name = [line](const char* role) {
            return fmt::format("ipc://@workbook-bench-{}-{}-{}", getpid(), line,
                               role);
        };
        frontend = name("frontend");
        backend = name("backend");
        monitor = name("monitor");
    }

    std::string frontend;
    std::string backend;
    std::string monitor;
};

zmq::socket_t open(zmq::context_t& context, socket_type type)
{
    zmq::socket_t socket{context, type};
    socket.set(zmq::sockopt::linger, 0);
    return socket;
}

zmq::socket_t bind(zmq::context_t& context, socket_type type,
                   const std::string& endpoint)
{
    zmq::socket_t socket = open(context, type);
    if (type == socket_type::pub || type == socket_type::xpub)
        socket.set(zmq::sockopt::sndhwm, 10'000);
    socket.bind(endpoint);
    return socket;
}

// A thread with a context of its own, as a process would have; shutting the
// context down ends it.
class Role
{
public:
    template <typename Work>
    explicit Role(Work work)
        : thread{[this, work] {
              try {
                  work(context);
              } catch (const zmq::error_t&) { // ETERM
              }
          }}
    {
    }
    Role(const Role&) = delete;
    Role& operator=(const Role&) = delete;
    ~Role() { context.shutdown(); }

private:
    zmq::context_t context;
    std::jthread thread;
};

// The ways from a client to a server.

void proxy(zmq::context_t& context, const Ends& ends)
{
    auto clients = bind(context, socket_type::router, ends.frontend);
    auto servers = bind(context, socket_type::dealer, ends.backend);
    zmq::proxy(zmq::socket_ref{clients}, zmq::socket_ref{servers});
}

void captured_proxy(zmq::context_t& context, const Ends& ends)
{
    auto clients = bind(context, socket_type::router, ends.frontend);
    auto servers = bind(context, socket_type::dealer, ends.backend);
    auto capture = bind(context, socket_type::pub, ends.monitor);
    zmq::proxy(zmq::socket_ref{clients}, zmq::socket_ref{servers},
               zmq::socket_ref{capture});
}

void monitored_queue(zmq::context_t& context, const Ends& ends)
{
    auto clients = bind(context, socket_type::router, ends.frontend);
    auto servers = bind(context, socket_type::dealer, ends.backend);
    auto monitors = bind(context, socket_type::xpub, ends.monitor);
    MonitoredForwarding{clients, servers, monitors}.run();
}

void pyzmq_queue(zmq::context_t& context, const Ends& ends)
{
    const std::string command =
        fmt::format("exec /usr/bin/python3 '{}' '{}' '{}' '{}'", PYZMQ_QUEUE,
                    ends.frontend, ends.backend, ends.monitor);
    std::FILE* const stdin_of_queue = popen(command.c_str(), "we");
    if (stdin_of_queue == nullptr)
        throw std::runtime_error{"cannot start python3"};
    try {
        zmq::message_t message;
        auto nothing = open(context, socket_type::pull);
        (void)nothing.recv(message); // until the context is shut down
    } catch (const zmq::error_t&) {
        pclose(stdin_of_queue); // ends it
    }
}

void echo(zmq::context_t& context, const Ends& ends, bool is_direct)
{
    auto server = open(context, socket_type::dealer);
    is_direct ? server.bind(ends.frontend) : server.connect(ends.backend);
    zmq::message_t frame;
    while (server.recv(frame)) {
        const auto flags =
            frame.more() ? zmq::send_flags::sndmore : zmq::send_flags::none;
        server.send(frame, flags);
    }
}

void listen(zmq::context_t& context, const Ends& ends)
{
    auto monitor = open(context, socket_type::sub);
    monitor.set(zmq::sockopt::rcvhwm, 10'000);
    monitor.set(zmq::sockopt::subscribe, "");
    monitor.connect(ends.monitor);
    zmq::message_t frame;
    while (monitor.recv(frame)) {
    }
}

// What all threads of this process have worked so far.
double seconds_of_work()
{
    rusage use{};
    getrusage(RUSAGE_SELF, &use);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) +
               static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(use.ru_utime) + seconds(use.ru_stime);
}

// A client, a server and what is between them.
class Line
{
public:
    using Device = void (*)(zmq::context_t&, const Ends&);

    Line(std::string its_name, Device device, bool has_monitor)
        : name{std::move(its_name)}, is_all_here{device != pyzmq_queue}
    {
        const bool is_direct = device == nullptr;
        const Ends its = ends;
        roles.emplace_back([its, is_direct](zmq::context_t& context) {
            echo(context, its, is_direct);
        });
        if (device != nullptr)
            roles.emplace_back([its, device](zmq::context_t& context) {
                device(context, its);
            });
        if (has_monitor)
            roles.emplace_back(
                [its](zmq::context_t& context) { listen(context, its); });
    }

    void connect(zmq::context_t& context, int its_window)
    {
        window = its_window;
        client = open(context, socket_type::dealer);
        client.set(zmq::sockopt::rcvtimeo, 5000);
        client.connect(ends.frontend);
        carry(1000); // to warm up
    }

    void measure(int count)
    {
        const double before = seconds_of_work();
        const auto start = Clock::now();
        carry(count);
        const std::chrono::duration<double> time = Clock::now() - start;
        rate = std::max(rate, count / time.count());
        work += seconds_of_work() - before;
        carried += count;
    }

    // Of all processors together, for one request, in microseconds.
    std::string work_of_one() const
    {
        return is_all_here ? fmt::format("{:.1f}", 1e6 * work / carried) : "-";
    }

    std::string name;
    bool is_all_here; // in this process, so that its work is known
    double rate = 0;  // requests a second, in the best round

private:
    // With at most a window of requests on their way at a time.
    void carry(int count)
    {
        zmq::message_t frame;
        for (int sent = 0, received = 0; received < count; ++received) {
            for (; sent < count && sent - received < window; ++sent) {
                client.send(zmq::message_t{}, zmq::send_flags::sndmore);
                client.send(zmq::str_buffer("Hello, whoever you are"));
            }
            do {
                if (!client.recv(frame))
                    throw std::runtime_error{name + ": no reply within 5 s"};
            } while (frame.more());
        }
    }

    static inline int lines = 0;
    const Ends ends{lines++};
    std::list<Role> roles;
    zmq::socket_t client;
    int window = 1;
    double work = 0; // seconds of all threads, in all rounds
    int carried = 0; // requests, in all rounds
};

struct Plan
{
    int rounds = 8;
    int window = 100;
    bool with_pyzmq = false;
};

void print(const std::list<Line>& lines, const Line& plain)
{
    fmt::print("{:<20} {:>10} {:>14} {:>14}\n", "way", "requests/s",
               "of zmq_proxy", "us of work");
    for (const Line& line : lines)
        fmt::print("{:<20} {:>10.0f} {:>14.2f} {:>14}\n", line.name, line.rate,
                   line.rate / plain.rate, line.work_of_one());
}

void compare(const Plan& plan)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    std::list<Line> lines;
    lines.emplace_back("direct", nullptr, false);
    const Line& plain = lines.emplace_back("zmq_proxy", proxy, false);
    lines.emplace_back("zmq_proxy, capture", captured_proxy, true);
    lines.emplace_back("ours, no monitor", monitored_queue, false);
    lines.emplace_back("ours, a monitor", monitored_queue, true);
    if (plan.with_pyzmq)
        lines.emplace_back("pyzmq, a monitor", pyzmq_queue, true);
    for (Line& line : lines)
        line.connect(context, plan.window);
    for (int round = 0; round < plan.rounds; ++round)
        for (Line& line : lines)
            line.measure(100 * plan.window);
    print(lines, plain);
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Compares ways from client to server, with a monitor."};
    options.add("--rounds", plan.rounds, 1, 1000, "How often to measure each");
    options.add("--window", plan.window, 1, 500,
                "Requests on their way at a time");
    options.add("--pyzmq", plan.with_pyzmq,
                "Measure pyzmq's monitored queue too");
    return run(options, argc, argv, [&] { compare(plan); });
}
