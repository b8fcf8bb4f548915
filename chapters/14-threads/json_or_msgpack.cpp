// The same record as JSON and as MessagePack, with its pixels inside or in a
// frame of their own: how many bytes, how long to write and to read.
//
//     json_or_msgpack [--count 1000]

#include "camera_frame.hpp"

#include "common/run.hpp"
#include "common/stop_on_signal.hpp"
#include "common/time_of.hpp"

#include <fmt/core.h>
#include <zmq.hpp>
#include <zmq_addon.hpp>

#include <array>

struct Way
{
    const char* name;
    Format format;
    Pixels pixels;
};

const std::array ways{
    Way{"JSON, pixels within", Format::json, Pixels::within},
    Way{"MessagePack, pixels within", Format::msgpack, Pixels::within},
    Way{"JSON, then pixels", Format::json, Pixels::apart},
    Way{"MessagePack, then pixels", Format::msgpack, Pixels::apart}};

void send(zmq::socket_t& socket, const CameraFrame& frame, const Way& way)
{
    const std::string text = write(frame, way.format, way.pixels);
    if (way.pixels == Pixels::within) {
        socket.send(zmq::buffer(text));
    } else {
        socket.send(zmq::buffer(text), zmq::send_flags::sndmore);
        socket.send(zmq::buffer(frame.pixels)); // bytes, as they are
    }
}

CameraFrame receive(zmq::multipart_t& message, const Way& way)
{
    auto frame = read(message.at(0).to_string_view(), way.format);
    if (!frame || message.size() != (way.pixels == Pixels::apart ? 2 : 1))
        throw std::runtime_error{"what was read is not a camera frame"};
    if (way.pixels == Pixels::apart) {
        const auto* const first = message.at(1).data<std::uint8_t>();
        frame->pixels.assign(first, first + message.at(1).size());
    }
    return *frame;
}

void measure(zmq::socket_t& out, zmq::socket_t& in, const Way& way, int count)
{
    const CameraFrame picture = take_picture();
    double writing = 0, reading = 0; // ms
    std::size_t bytes = 0;
    for (int n = 0; n < count; ++n) {
        writing += time_of([&] { send(out, picture, way); });
        zmq::multipart_t message;
        (void)message.recv(in); // without a timeout it always is true
        bytes = 0;
        for (const zmq::message_t& part : message)
            bytes += part.size();
        CameraFrame seen;
        reading += time_of([&] { seen = receive(message, way); });
        if (seen != picture)
            throw std::runtime_error{"what was read is not what was written"};
    }
    fmt::print("{:<30}{:>6}{:>10.1f}{:>10.1f}\n", way.name, bytes,
               1000 * writing / count, 1000 * reading / count);
}

void compare(int count)
{
    zmq::context_t context;
    const StopOnSignal stop{context};
    zmq::socket_t out{context, zmq::socket_type::push};
    zmq::socket_t in{context, zmq::socket_type::pull};
    in.bind("inproc://frames");
    out.connect("inproc://frames");
    fmt::print("{:<30}{:>6}{:>10}{:>10}\n", "", "bytes", "µs write", "µs read");
    for (const Way& way : ways)
        measure(out, in, way, count);
}

int main(int argc, char** argv)
{
    int count = 1000;
    Options options{"Compares JSON and MessagePack, pixels within and apart."};
    options.add("--count", count, 1, 1'000'000, "Messages of each kind");
    return run(options, argc, argv, [&] { compare(count); });
}
