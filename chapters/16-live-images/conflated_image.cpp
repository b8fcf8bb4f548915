// Works on the newest picture, which CONFLATE keeps: the queue holds a single
// frame, so header and body must be in one, with a zero byte between them.
//
//     conflated_image [--connect tcp://127.0.0.1:5555] [--work 0] [--count 0]

#include "viewer.hpp"

#include "common/connection_watch.hpp"
#include "common/pause.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <zmq.hpp>

struct Plan
{
    Endpoint camera = "tcp://127.0.0.1:5555";
    std::chrono::milliseconds work{0};
    std::uint64_t count = 0;
};

// Takes header and body apart.
bool look_at(Viewer& viewer, const zmq::message_t& frame)
{
    const std::string_view text = frame.to_string_view();
    const std::size_t zero = text.find('\0');
    if (text.starts_with('{') && zero != std::string_view::npos)
        return viewer.look_at(text.substr(0, zero),
                              bytes_of(frame).subspan(zero + 1));
    viewer.drop(frame.more() ? "a header without its picture"
                             : "a picture without its header");
    return false;
}

void watch(const Plan& plan)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    zmq::socket_t worker{context, zmq::socket_type::pair}; // never read
    zmq::socket_t subscriber{context, zmq::socket_type::sub};
    subscriber.set(zmq::sockopt::maxmsgsize, std::int64_t{largest_picture});
    subscriber.set(zmq::sockopt::conflate, true); // before connect
    subscriber.set(zmq::sockopt::subscribe, "");
    ConnectionWatch connection{subscriber};
    subscriber.connect(plan.camera);
    connection.wait();

    Viewer viewer;
    zmq::message_t frame;
    for (std::uint64_t n = 0; n < plan.count || plan.count == 0; ++n) {
        (void)subscriber.recv(frame);
        (void)look_at(viewer, frame);
        pause(worker, plan.work); // instead of a search for faces
    }
    fmt::print("{}\n", viewer.summary());
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Works on the newest picture (SUB with CONFLATE)."};
    options.add("--connect", plan.camera, "Camera");
    options.add("--work", plan.work, "How long it works on a picture");
    options.add("--count", plan.count, "Frames to take, 0 = until stopped");
    return run(options, argc, argv, [&] { watch(plan); });
}
