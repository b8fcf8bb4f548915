#include "support/folder.hpp"
#include "support/process.hpp"

#include <doctest/doctest.h>
#include <zmq.hpp>

#include <filesystem>

namespace fs = std::filesystem;

namespace {

const std::string greetings = "server received: Hello\n"
                              "client received: World\n";

} // namespace

TEST_CASE("zmq_version tells the version that runs, and what it can do")
{
    const Result program = run_to_end({"zmq_version"});
    CHECK(program.status == 0);
    const auto [major, minor, patch] = zmq::version();
    CHECK(
        count_lines(program.out, "libzmq, running:  " + std::to_string(major) +
                                     "." + std::to_string(minor) + "." +
                                     std::to_string(patch)) == 1);
    for (const std::string name : {"ipc", "curve", "draft"}) {
        const std::string answer = zmq_has(name.c_str()) == 1 ? "yes" : "no";
        CHECK(count_lines(program.out,
                          name + std::string(8 - name.size(), ' ') + answer) ==
              1);
    }
}

TEST_CASE("the same conversation works over inproc, ipc and tcp")
{
    const Result program = run_to_end({"transports"});
    CHECK(program.status == 0);
    CHECK(count_lines(program.out, "listening on inproc://") == 1);
    CHECK(count_lines(program.out, "listening on ipc://@") == 1);
    CHECK(count_lines(program.out, "listening on tcp://") == 1);
    CHECK(count_lines(program.out, "client received: World") == 3);
}

TEST_CASE("the file of an ipc endpoint stays behind, and may be used again")
{
    const Folder folder;
    const std::string file = folder.path / "greetings.sock";
    for (int time = 0; time < 2; ++time) {
        const Result program =
            run_to_end({"transports", "--bind", "ipc://" + file});
        CHECK(program.status == 0);
        CHECK(program.out == "listening on ipc://" + file + "\n" + greetings);
        CHECK(fs::is_socket(file));
    }
}

TEST_CASE("inproc stays within one context, ipc and tcp do not")
{
    const Folder folder;
    const Result far = run_to_end(
        {"transports", "--apart", "--bind", "tcp://127.0.0.1:*", "--bind",
         "ipc://" + folder.path.string() + "/greetings.sock"});
    CHECK(far.status == 0);
    CHECK(count_lines(far.out, "client received: World") == 2);

    const Result near =
        run_to_end({"transports", "--apart", "--bind", "inproc://greetings"});
    CHECK(near.status == 1);
    CHECK(near.out == "listening on inproc://greetings\n");
    CHECK(near.err == "transports: the server got nothing within 2000 ms\n");
}

TEST_CASE("a message arrives whole or not at all")
{
    const Result program = run_to_end({"multipart"});
    CHECK(program.status == 0);
    CHECK(program.out ==
          "sent: one, with sndmore\n"
          "receiver: nothing\n"
          "sent: two, with sndmore\n"
          "receiver: nothing\n"
          "sent: three\n"
          "receiver: 3 frames\n"
          "  one, and more follows\n"
          "  two, and more follows\n"
          "  three, the last\n"
          "sent: half a message, with sndmore, and closed the sender\n"
          "receiver: nothing\n");
}

TEST_CASE("a literal brings its NUL, and an empty frame is not no message")
{
    const Result program = run_to_end({"messages"});
    CHECK(program.status == 0);
    CHECK(program.out ==
          "str_buffer(\"abc\")       3 bytes: \"abc\"\n"
          "buffer(std::string)     3 bytes: \"abc\"\n"
          "buffer(\"abc\")           4 bytes: \"abc\\x00\"\n"
          "buffer(any bytes)       3 bytes: \"a\\x00\\xff\"\n"
          "an empty frame          0 bytes: \"\"\n"
          "nothing was sent        no value: there is no message (EAGAIN)\n");
}

TEST_CASE("over inproc the receiver reads the very buffer that was lent")
{
    const Result program = run_to_end({"zero_copy"});
    CHECK(program.status == 0);
    CHECK(program.out == "listening on inproc://lent\n"
                         "received: Hello, in the sender's own buffer\n"
                         "the sender writes Jello, the receiver reads Jello\n"
                         "the buffer came back in the receiver's thread\n");
}

TEST_CASE("over tcp it reads a copy, and libzmq returns the buffer")
{
    const Result program =
        run_to_end({"zero_copy", "--bind", "tcp://127.0.0.1:*"});
    CHECK(program.status == 0);
    CHECK(program.out.substr(program.out.find('\n') + 1) ==
          "received: Hello, in a copy\n"
          "the sender writes Jello, the receiver reads Hello\n"
          "the buffer came back in a thread of libzmq\n");
}
