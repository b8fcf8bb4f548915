// Waits for four things in one poll: jobs and news on two sockets, lines on
// stdin, and a timer. None of them can keep it from the others.
//
//     poll_with_timer [--bind-jobs tcp://127.0.0.1:5556]
//                     [--bind-news tcp://127.0.0.1:5558] [--interval 500]
//                     [--ticks 0]     Enter shows the count, "Exit" stops it.

#include "chapters/12-poller/line_reader.hpp"
#include "chapters/12-poller/timer.hpp"
#include "common/announce.hpp"
#include "common/printable.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <unistd.h>
#include <zmq.hpp>
#include <zmq_addon.hpp>

constexpr std::int64_t longest_frame = 1 << 20;
constexpr int burst = 100; // messages from one socket in one turn

struct Plan
{
    Endpoint jobs = "tcp://127.0.0.1:5556";
    Endpoint news = "tcp://127.0.0.1:5558";
    std::chrono::milliseconds interval{500};
    std::uint64_t ticks = 0;
};

struct Worker
{
    std::uint64_t jobs = 0;
    std::uint64_t turns = 0;
    bool exit = false;
    LineReader lines{};

    bool read_stdin()
    {
        return lines.read(STDIN_FILENO, [this](const std::string& line) {
            take("line", line);
        });
    }

    void take(std::string_view what, std::string_view text)
    {
        if (what == "job" && text.starts_with("job "))
            ++jobs;
        else if (what == "line" && text.empty())
            fmt::print("{} jobs\n", jobs);
        else if (what == "line" && text == "Exit")
            exit = true;
        else if (what == "news" && !text.empty())
            fmt::print("News: {}\n", printable(text));
        else
            fmt::print(stderr, "Dropped, no {}: {}\n", what, printable(text));
    }
};

zmq::socket_t listen(zmq::context_t& context, const Endpoint& at,
                     const char* role)
{
    zmq::socket_t socket{context, zmq::socket_type::pull};
    socket.set(zmq::sockopt::maxmsgsize, longest_frame);
    socket.bind(at);
    announce(socket, role);
    return socket;
}

// A socket's turn, which ends after `burst` messages even if there are more.
void receive(zmq::socket_t& socket, const char* what, Worker& worker)
{
    zmq::multipart_t message;
    for (int n = 0; n < burst && message.recv(socket, ZMQ_DONTWAIT); ++n)
        worker.take(message.size() == 1 ? what : "single frame",
                    message.front().to_string_view());
}

void work(const Plan& plan)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    zmq::socket_t jobs = listen(context, plan.jobs, "jobs");
    zmq::socket_t news = listen(context, plan.news, "news");
    std::vector<zmq::pollitem_t> items{{jobs.handle(), 0, ZMQ_POLLIN, 0},
                                       {news.handle(), 0, ZMQ_POLLIN, 0},
                                       {nullptr, STDIN_FILENO, ZMQ_POLLIN, 0}};
    Worker worker;
    for (Timer timer{plan.interval}; !worker.exit && !timer.done(plan.ticks);) {
        ++worker.turns;
        zmq::poll(items, timer.left());
        receive(jobs, "job", worker);
        receive(news, "news", worker);
        if (items.size() == 3 && items[2].revents != 0 && !worker.read_stdin())
            items.pop_back(); // stdin has ended
        timer.tick_if_due();
    }
    fmt::print("{} jobs in {} turns\n", worker.jobs, worker.turns);
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Polls two sockets (PULL), stdin and a timer."};
    options.add("--bind-jobs", plan.jobs, "Where jobs arrive");
    options.add("--bind-news", plan.news, "Where news arrives");
    options.add("--interval", plan.interval, "Time between two ticks");
    options.add("--ticks", plan.ticks, "Ticks to make, 0 = until stopped");
    return run(options, argc, argv, [&] { work(plan); });
}
