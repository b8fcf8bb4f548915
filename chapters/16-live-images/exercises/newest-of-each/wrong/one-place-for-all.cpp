// Keeps the newest picture of each camera, for whoever asks.
//
//     newest-of-each --camera NAME... [--connect tcp://127.0.0.1:5555]
//                    [--bind tcp://127.0.0.1:5556]         Ctrl-C stops it.

#include "common/announce.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>
#include <zmq_addon.hpp>

#include <array>

struct Plan
{
    std::vector<std::string> cameras;
    Endpoint pictures = "tcp://127.0.0.1:5555";
    Endpoint asked = "tcp://127.0.0.1:5556";
};

// Takes all pictures that are there, and keeps the last.
void take(zmq::socket_t& pictures, zmq::multipart_t& newest)
{
    zmq::multipart_t picture;
    while (picture.recv(pictures, ZMQ_DONTWAIT))
        if (picture.size() == 3)
            newest = std::move(picture);
}

void answer(zmq::socket_t& asked, const Plan& plan,
            const zmq::multipart_t& newest)
{
    zmq::multipart_t message;
    (void)message.recv(asked); // whatever it says
    message.clear();
    for (const std::string& camera : plan.cameras)
        message.addstr(camera + ": " +
                       (!newest.empty() && newest[0].to_string() == camera
                            ? newest[1].to_string()
                            : "none yet"));
    message.send(asked);
}

void watch(const Plan& plan)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    zmq::socket_t pictures{context, zmq::socket_type::sub};
    zmq::socket_t asked{context, zmq::socket_type::rep};
    zmq::multipart_t newest;
    for (const std::string& camera : plan.cameras)
        pictures.set(zmq::sockopt::subscribe, camera);
    pictures.connect(plan.pictures);
    asked.bind(plan.asked);
    announce(asked);

    std::array<zmq::pollitem_t, 2> items{{{pictures.handle(), 0, ZMQ_POLLIN, 0},
                                          {asked.handle(), 0, ZMQ_POLLIN, 0}}};
    while (true) {
        zmq::poll(items, std::chrono::milliseconds{-1});
        take(pictures, newest);
        if (items[1].revents & ZMQ_POLLIN)
            answer(asked, plan, newest);
    }
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Keeps the newest picture of each camera (SUB, REP)."};
    options.add("--camera", plan.cameras, "Name of a camera; may be repeated");
    options.add("--connect", plan.pictures, "Where the pictures come from");
    options.add("--bind", plan.asked, "Endpoint to listen on");
    return run(options, argc, argv, [&] { watch(plan); });
}
