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

#include <map>

struct Plan
{
    std::vector<std::string> cameras;
    Endpoint pictures = "tcp://127.0.0.1:5555";
    Endpoint asked = "tcp://127.0.0.1:5556";
};

using Newest = std::map<std::string, std::string>; // number by camera

// Takes all pictures that are there.
void take(zmq::socket_t& pictures, Newest& newest)
{
    zmq::multipart_t picture;
    while (picture.recv(pictures, ZMQ_DONTWAIT))
        if (picture.size() == 3 && newest.contains(picture[0].to_string()))
            newest[picture[0].to_string()] = picture[1].to_string();
}

void answer(zmq::socket_t& asked, zmq::socket_t& pictures, Newest& newest)
{
    zmq::multipart_t message;
    (void)message.recv(asked); // whatever it says
    take(pictures, newest);
    message.clear();
    for (const auto& [camera, number] : newest)
        message.addstr(fmt::format("{}: {}", camera, number));
    message.send(asked);
}

void watch(const Plan& plan)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    zmq::socket_t pictures{context, zmq::socket_type::sub};
    zmq::socket_t asked{context, zmq::socket_type::rep};
    Newest newest;
    for (const std::string& camera : plan.cameras) {
        pictures.set(zmq::sockopt::subscribe, camera);
        newest[camera] = "none yet";
    }
    pictures.connect(plan.pictures);
    asked.bind(plan.asked);
    announce(asked);

    while (true)
        answer(asked, pictures, newest);
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
