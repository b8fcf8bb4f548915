// A camera sends pictures, and a viewer has time for every third of them. How
// old is the last one that it looks at, counted in pictures?
//
//     how-old-is-it [--count 300] [--size 1000] [--mark 1000] [--conflate]

#include "common/pause.hpp"
#include "common/run.hpp"
#include "common/stop_on_signal.hpp"

#include <fmt/core.h>
#include <zmq.hpp>

#include <cstring>

struct Plan
{
    int count = 300;
    int size = 1000;
    int mark = 1000;
    bool conflate = false;
};

zmq::message_t picture(int number, int size)
{
    zmq::message_t made{static_cast<std::size_t>(size)};
    std::memset(made.data(), 0, made.size());
    std::memcpy(made.data(), &number, sizeof number);
    return made;
}

// The number of the picture that the viewer finds when it looks.
int look(zmq::socket_t& viewer)
{
    zmq::message_t found;
    int number = 0;
    if (viewer.recv(found))
        std::memcpy(&number, found.data(), sizeof number);
    return number;
}

void play(const Plan& plan)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    zmq::socket_t resting{context, zmq::socket_type::pair}; // never read
    zmq::socket_t camera{context, zmq::socket_type::xpub};
    zmq::socket_t viewer{context, zmq::socket_type::sub};
    camera.set(zmq::sockopt::linger, 0);
    camera.set(zmq::sockopt::sndhwm, plan.mark);
    viewer.set(zmq::sockopt::rcvhwm, plan.mark);
    viewer.set(zmq::sockopt::conflate, plan.conflate);
    viewer.set(zmq::sockopt::subscribe, "");
    camera.bind("tcp://127.0.0.1:*");
    viewer.connect(camera.get(zmq::sockopt::last_endpoint));
    zmq::message_t subscription;
    (void)camera.recv(subscription);

    int last = 0;
    for (int sent = 1; sent <= plan.count; ++sent) {
        camera.send(picture(sent, plan.size), zmq::send_flags::none);
        pause(resting, std::chrono::milliseconds{3}); // until the next one
        if (sent % 3 == 0)
            last = look(viewer);
    }
    fmt::print("sent {} pictures, looked at {}\n"
               "the last one was {} pictures old\n",
               plan.count, plan.count / 3, plan.count - last);
}

int main(int argc, char** argv)
{
    Plan plan;
    Options options{"Measures how old pictures are when a viewer looks."};
    options.add("--count", plan.count, 3, 30'000, "Pictures that are sent");
    options.add("--size", plan.size, 4, 4'000'000, "Bytes of a picture");
    options.add("--mark", plan.mark, 1, 100'000, "Of either socket's queue");
    options.add("--conflate", plan.conflate,
                "The viewer's queue has one place");
    return run(options, argc, argv, [&] { play(plan); });
}
