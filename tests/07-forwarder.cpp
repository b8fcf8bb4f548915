#include "support/device.hpp"

#include <doctest/doctest.h>

namespace {

Process start_publisher(const Device& device, const std::string& id,
                        const std::string& count)
{
    return Process{{"forwarder_publisher", "--connect", device.frontend, "--id",
                    id, "--count", count, "--interval", "20"}};
}

Process start_subscriber(const Device& device, const std::string& topic,
                         const std::string& count)
{
    return device.join("forwarder_subscriber",
                       {"--topic", topic, "--count", count});
}

} // namespace

TEST_CASE("every subscriber hears every publisher through a forwarder")
{
    Device device{{"forwarder_device"}};
    Process eights = start_subscriber(device, "8 ", "0");
    Process nines = start_subscriber(device, "9 ", "0");
    Process one = start_publisher(device, "1", "0");
    Process two = start_publisher(device, "2", "0");
    eights.wait_for("8 server#1");
    eights.wait_for("8 server#2");
    nines.wait_for("9 server#1");
    nines.wait_for("9 server#2");
    for (Process* process : {&one, &two, &eights, &nines, &device.process})
        CHECK(process->stop() == 0);
    CHECK(count_lines(eights.out(), ": 9") == 0);
    CHECK(count_lines(nines.out(), ": 8") == 0);
}

TEST_CASE("publishers and subscribers come and go, and publishers are told")
{
    const Device device{{"forwarder_device"}};
    Process one = start_publisher(device, "1", "0");
    Process first = start_subscriber(device, "9 ", "2");
    CHECK(first.finish() == 0);
    one.wait_for("Wanted: '9 '");
    one.wait_for("No longer wanted: '9 '");

    Process second = start_subscriber(device, "8 ", "0");
    second.wait_for("8 server#1");
    CHECK(one.stop() == 0);
    Process two = start_publisher(device, "2", "0");
    second.wait_for("8 server#2");
    CHECK(two.stop() == 0);
    CHECK(second.stop() == 0);
}

TEST_CASE("a subscription to 9 gets 90 too, one with a blank does not")
{
    const Device device{{"forwarder_device"}};
    Process nine = start_subscriber(device, "9", "4");
    Process one = start_publisher(device, "1", "2");
    CHECK(nine.finish() == 0);
    CHECK(count_lines(nine.out(), ": 9 server#1") == 2);
    CHECK(count_lines(nine.out(), ": 90 server#1") == 2);
    CHECK(one.finish() == 0);

    Process delimited = start_subscriber(device, "9 ", "2");
    Process two = start_publisher(device, "2", "0");
    CHECK(delimited.finish() == 0);
    CHECK(count_lines(delimited.out(), ": 9 server#2") == 2);
    CHECK(two.stop() == 0);
}

TEST_CASE("only what is wanted crosses a forwarder of XSUB and XPUB")
{
    Device device{{"tapped_forwarder"}};
    Process nines = start_subscriber(device, "9 ", "2");
    Process publisher = start_publisher(device, "1", "2");
    CHECK(nines.finish() == 0);
    CHECK(publisher.finish() == 0);
    device.process.wait_for("up: \\x009");
    CHECK(device.process.stop() == 0);
    CHECK(count_lines(publisher.out(), "Wanted: '9 '") == 1);
    CHECK(count_lines(device.process.out(), "Crossed: 2 messages, 20 bytes") ==
          1);
}

TEST_CASE("everything crosses a forwarder of SUB and PUB")
{
    Device device{{"tapped_forwarder", "--old"}};
    Process nines = start_subscriber(device, "9 ", "0");
    Process publisher = start_publisher(device, "1", "2");
    CHECK(publisher.finish() == 0);
    device.process.wait_for("down: 90");
    device.process.wait_for("down: 90");
    nines.wait_for("9 server#1");
    CHECK(nines.stop() == 0);
    CHECK(device.process.stop() == 0);
    CHECK(count_lines(publisher.out(), "Wanted: ''") == 1);
    CHECK(count_lines(nines.out(), ": 8") == 0);
    CHECK(count_lines(device.process.out(), "Crossed: 6 messages, 62 bytes") ==
          1);
}

TEST_CASE("a subscriber in Python does as well")
{
    if (!has_pyzmq())
        return;
    const Device device{{"forwarder_device"}};
    Process publisher = start_publisher(device, "3", "0");
    Process nines{
        {WORKBOOK_ROOT "/chapters/07-forwarder/forwarder_subscriber.py",
         "--connect", device.backend, "--topic", "9 ", "--count", "2"}};
    CHECK(nines.finish() == 0);
    CHECK(count_lines(nines.out(), ": 9 server#3") == 2);
    CHECK(publisher.stop() == 0);
}

TEST_CASE("the price of a forwarder is printed as a table")
{
    check_price(Device{{"forwarder_device"}}, "forwarder");
}
