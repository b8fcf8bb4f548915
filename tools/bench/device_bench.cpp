// What a device costs: carries the same messages straight from socket to
// socket and through a device that listens, in turn, and sets the best rounds
// side by side: what else the machine does can only slow a round down. Speeds
// depend on the machine; their ratio says something.
//
//     device_bench streamer [--connect-frontend tcp://127.0.0.1:5559]
//                           [--connect-backend tcp://127.0.0.1:5560] [--csv]

#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>
#include <zmq_addon.hpp>

#include <algorithm>
#include <array>
#include <map>

using Clock = std::chrono::steady_clock;

struct Plan
{
    std::string kind;
    Endpoint frontend = "tcp://127.0.0.1:5559";
    Endpoint backend = "tcp://127.0.0.1:5560";
    int rounds = 20;
    bool csv = false;
};

// The sockets at the two ends of each device.
struct Ends
{
    zmq::socket_type source;
    zmq::socket_type sink;
    const char* what;
    const char* way;
};

const std::map<std::string, Ends> ends_of{
    {"queue",
     {zmq::socket_type::dealer, zmq::socket_type::rep, "requests",
      "round trip"}},
    {"forwarder",
     {zmq::socket_type::xpub, zmq::socket_type::sub, "messages", "one way"}},
    {"streamer",
     {zmq::socket_type::push, zmq::socket_type::pull, "messages", "one way"}},
};

// A source and a sink, which a queue's REP is too: it sends back what comes.
class Line
{
public:
    Line(zmq::context_t& its_context, const Ends& ends)
        : context{its_context},
          source{context, ends.source},
          sink{context, ends.sink},
          echoes{ends.sink == zmq::socket_type::rep}
    {
        for (zmq::socket_t* socket : {&source, &sink}) {
            socket->set(zmq::sockopt::linger, 0);
            socket->set(zmq::sockopt::maxmsgsize, std::int64_t{1 << 20});
        }
        // An I/O thread for each end, as in two processes.
        source.set(zmq::sockopt::affinity, std::uint64_t{1});
        sink.set(zmq::sockopt::affinity, std::uint64_t{2});
        // Without a mark, because an XPUB in a hurry looks only now and then
        // at how much has left, and takes its queue for full meanwhile.
        source.set(zmq::sockopt::sndhwm, 0);
        if (ends.sink == zmq::socket_type::sub)
            sink.set(zmq::sockopt::subscribe, "");
        (echoes ? source : sink).set(zmq::sockopt::rcvtimeo, 5000);
    }

    Line(const Line&) = delete;
    Line& operator=(const Line&) = delete;
    ~Line() { context.shutdown(); } // ends the echo, for which jthread waits

    void connect_directly()
    {
        source.bind("tcp://127.0.0.1:*");
        sink.connect(source.get(zmq::sockopt::last_endpoint));
        begin();
    }

    void connect_through(const Plan& plan)
    {
        sink.connect(plan.backend);
        source.connect(plan.frontend);
        begin();
    }

    // Carries so many messages, at most a window of them on their way at a
    // time; a window of one shows how long each one travels.
    double seconds_for(int count, int window)
    {
        const auto start = Clock::now();
        for (int sent = 0, received = 0; received < count; ++received) {
            for (; sent < count && sent - received < window; ++sent)
                send();
            receive();
        }
        return std::chrono::duration<double>{Clock::now() - start}.count();
    }

private:
    void begin()
    {
        if (echoes)
            echo = std::jthread{[this] { send_back(); }};
        if (source.get(zmq::sockopt::type) == ZMQ_XPUB) {
            source.set(zmq::sockopt::rcvtimeo, 5000);
            read(source); // the subscription: from here on nothing is lost
        }
        seconds_for(200, 1);
    }

    void send_back()
    {
        try {
            zmq::message_t message;
            while (sink.recv(message))
                sink.send(message, zmq::send_flags::none);
        } catch (const zmq::error_t&) { // ETERM: all is measured
        }
    }

    void send()
    {
        if (echoes) // the empty frame that a REQ would put before it
            source.send(zmq::message_t{}, zmq::send_flags::sndmore);
        source.send(zmq::buffer(body));
    }

    void receive() { read(echoes ? source : sink); }

    static void read(zmq::socket_t& socket)
    {
        zmq::message_t frame;
        do {
            if (!socket.recv(frame))
                throw std::runtime_error{
                    "nothing came within 5 s: does the device listen there?"};
        } while (frame.more());
    }

    const std::string body = std::string(100, '.');
    zmq::context_t& context;
    zmq::socket_t source;
    zmq::socket_t sink;
    bool echoes;
    std::jthread echo;
};

void print(const Plan& plan, const std::string& what,
           const std::array<double, 2>& results)
{
    const auto [direct, through] = results;
    if (plan.csv)
        fmt::print("{},{},{:.1f},{:.1f},{:.3f}\n", plan.kind, what, direct,
                   through, through / direct);
    else
        fmt::print("{:<10} {:<26} {:>9.0f} {:>9.0f} {:>7.2f}\n", plan.kind,
                   what, direct, through, through / direct);
}

void measure(const Plan& plan, std::array<Line, 2>& lines)
{
    constexpr int many = 10'000, some = 300, window = 100;
    std::array<double, 2> rates{}, delays{1e9, 1e9};
    for (int round = 0; round < plan.rounds; ++round)
        for (std::size_t n = 0; n < lines.size(); ++n) {
            rates[n] =
                std::max(rates[n], many / lines[n].seconds_for(many, window));
            delays[n] =
                std::min(delays[n], 1e6 * lines[n].seconds_for(some, 1) / some);
        }
    if (plan.csv)
        fmt::print("device,measure,direct,through,ratio\n");
    else
        fmt::print("{:<10} {:<26} {:>9} {:>9} {:>7}\n", "device", "measure",
                   "direct", "through", "ratio");
    const Ends& ends = ends_of.at(plan.kind);
    print(plan, fmt::format("{} per second", ends.what), rates);
    print(plan, fmt::format("{} in microseconds", ends.way), delays);
}

void compare(const Plan& plan)
{
    if (!ends_of.contains(plan.kind))
        throw UsageError{fmt::format("there is no device '{}': it is queue, "
                                     "forwarder or streamer",
                                     plan.kind)};
    zmq::context_t context{2}; // I/O threads
    const StopOnSignal stop{context};
    const Ends& ends = ends_of.at(plan.kind);
    std::array<Line, 2> lines{Line{context, ends}, Line{context, ends}};
    lines[0].connect_directly();
    lines[1].connect_through(plan);
    measure(plan, lines);
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Sets a device's speed beside that of a direct line."};
    options.add("kind", plan.kind, "queue, forwarder or streamer");
    options.add("--connect-frontend", plan.frontend, "Its first endpoint");
    options.add("--connect-backend", plan.backend, "Its second endpoint");
    options.add("--rounds", plan.rounds, 1, 1000, "How often to measure");
    options.add("--csv", plan.csv, "Print commas instead of a table");
    return run(options, argc, argv, [&] { compare(plan); });
}
