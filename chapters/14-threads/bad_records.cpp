// Reads records from a peer who sends anything at all: what is no record is
// reported and dropped.
//
//     bad_records

#include "camera_frame.hpp"

#include "common/printable.hpp"
#include "common/run.hpp"

#include <fmt/core.h>
#include <zmq.hpp>

struct Case
{
    const char* name;
    Format format;
    std::vector<std::string> bad;
};

// Of each kind one: cut short, another type, a field missing, nested deeply.
std::vector<Case> cases()
{
    return {
        {"JSON",
         Format::json,
         {R"({"camera": "do)", R"([1, 2, 3])", R"({"camera": "door"})",
          std::string(100'000, '[')}},
        {"MessagePack",
         Format::msgpack,
         {"\x85\xa6"
          "cam",
          "\x93\x01\x02\x03",
          "\x81\xa6"
          "camera\xa4"
          "door",
          std::string(100'000, '\x91')}}, // each byte opens an array
    };
}

void receive(zmq::socket_t& in, const Case& format)
{
    zmq::message_t message;
    (void)in.recv(message); // without a timeout it always has a value
    if (const auto frame = read(message.to_string_view(), format.format))
        fmt::print("{}: {} {}\n", format.name, printable(frame->camera),
                   frame->number);
    else
        fmt::print(stderr, "Dropped, no record in {}: {}\n", format.name,
                   printable(message.to_string_view(), 30));
}

void take_anything()
{
    zmq::context_t context;
    zmq::socket_t out{context, zmq::socket_type::push};
    zmq::socket_t in{context, zmq::socket_type::pull};
    in.bind("inproc://records");
    out.connect("inproc://records");

    const CameraFrame good{"door", 7, 21.5, 0, 0, {}};
    for (const Case& format : cases()) {
        for (const std::string& bytes : format.bad) {
            out.send(zmq::buffer(bytes));
            receive(in, format);
        }
        out.send(zmq::buffer(write(good, format.format, Pixels::apart)));
        receive(in, format);
    }
}

int main(int argc, char** argv)
{
    Options options{"Reads records from a peer who sends anything at all."};
    return run(options, argc, argv, take_anything);
}
