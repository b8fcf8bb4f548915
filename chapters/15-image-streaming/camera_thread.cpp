#include "camera_thread.hpp"

#include <utility>

namespace {

void make_pictures(zmq::socket_t& out, const CameraPlan& plan,
                   std::uint64_t count)
{
    Camera camera{plan, out};
    for (std::uint64_t n = 0; n < count || count == 0; ++n) {
        std::optional<zmq::multipart_t> image = camera.next();
        if (!image)
            return;
        (void)image->send(out); // waits while the last one is not taken
    }
}

void work(zmq::socket_t out, const CameraPlan& plan, std::uint64_t count)
{
    std::exception_ptr failure;
    try {
        make_pictures(out, plan, count);
    } catch (const std::exception&) {
        failure = std::current_exception();
    }
    out.send(zmq::message_t{}, zmq::send_flags::none); // that was all
    if (failure)
        std::rethrow_exception(failure);
}

} // namespace

CameraThread::CameraThread(zmq::context_t& context, const std::string& endpoint,
                           const CameraPlan& plan, std::uint64_t count)
{
    zmq::socket_t out{context, zmq::socket_type::push};
    out.set(zmq::sockopt::sndhwm, 1);
    out.connect(endpoint);
    done = std::async(std::launch::async, work, std::move(out), plan, count);
}
