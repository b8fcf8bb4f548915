// Waits for four things in one poll: jobs and news on two sockets, lines on
// stdin, and a timer. None of them can keep it from the others.
//
//     poll_with_timer [--bind-jobs tcp://127.0.0.1:5556]
//                     [--bind-news tcp://127.0.0.1:5558] [--interval 500]
//                     [--ticks 0]     Enter shows the count, "Exit" stops it.

#include "chapters/12-poller/inbox.hpp"
#include "chapters/12-poller/line_reader.hpp"
#include "chapters/12-poller/timer.hpp"
#include "common/announce.hpp"
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
void receive(zmq::socket_t& socket, auto take)
{
    zmq::multipart_t message;
    for (int n = 0; n < burst && message.recv(socket, ZMQ_DONTWAIT); ++n)
        if (message.size() == 1)
            take(message.front().to_string_view());
        else
            Inbox::drop("single frame", message.front().to_string_view());
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
    Inbox inbox;
    LineReader lines;
    std::uint64_t turns = 0;
    Timer timer{plan.interval};
    for (; !inbox.exit && !timer.done(plan.ticks); ++turns) {
        zmq::poll(items, timer.left());
        receive(jobs, [&](auto text) { inbox.job(text); });
        receive(news, [&](auto text) { inbox.news(text); });
        if (items.size() == 3 && items[2].revents != 0 &&
            !lines.read(STDIN_FILENO, [&](auto& text) { inbox.line(text); }))
            items.pop_back(); // stdin has ended
        timer.tick_if_due();
    }
    fmt::print("{} jobs in {} turns\n", inbox.jobs, turns);
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
