#include "support/device.hpp"

#include <doctest/doctest.h>
#include <fmt/core.h>

#include <set>

namespace {

void feed(const Device& device, int first, int count)
{
    const Result feeder =
        run_to_end({"task_feeder", "--connect", device.frontend, "--first",
                    std::to_string(first), "--count", std::to_string(count)});
    CHECK(feeder.status == 0);
}

// The numbers of the tasks that these processes say they took.
std::multiset<int> taken_by(const std::vector<Process*>& workers)
{
    std::multiset<int> numbers;
    for (const Process* worker : workers)
        for (const std::string& line : worker->out_lines())
            if (int number = 0;
                std::sscanf(line.c_str(), "Took task %d", &number) == 1 ||
                std::sscanf(line.c_str(), "Took {\"num\": %d}", &number) == 1)
                numbers.insert(number);
    return numbers;
}

std::multiset<int> numbers(int first, int last)
{
    std::multiset<int> all;
    for (int n = first; n <= last; ++n)
        all.insert(n);
    return all;
}

// Feeds tasks from 1001 on, one at a time, until both have had one: then the
// streamer knows of both. Returns how many that were.
int feed_until_both_work(const Device& device, Process& one, Process& two)
{
    int fed = 0;
    while (taken_by({&one}).empty() || taken_by({&two}).empty()) {
        REQUIRE(fed < 1000);
        feed(device, 1001 + fed++, 1);
    }
    await([&] { return int(taken_by({&one, &two}).size()) == fed; });
    return fed;
}

} // namespace

TEST_CASE("every task is done once, by one worker or another")
{
    Device device{{"streamer_device"}};
    Process one = device.join("task_worker");
    Process two = device.join("task_worker");
    const int before = feed_until_both_work(device, one, two);
    const std::size_t had = taken_by({&one}).size();
    feed(device, 1, 50);
    feed(device, 51, 50);
    await([&] { return int(taken_by({&one, &two}).size()) == 100 + before; });
    auto all = numbers(1, 100);
    all.merge(numbers(1001, 1000 + before));
    CHECK(taken_by({&one, &two}) == all);
    CHECK(taken_by({&one}).size() - had == 50);
    for (Process* process : {&one, &two, &device.process})
        CHECK(process->stop() == 0);
}

TEST_CASE("the first worker gets all that waited")
{
    const Device device{{"streamer_device"}};
    feed(device, 1, 6);
    Process one = device.join("task_worker", {"--count", "6"});
    CHECK(one.finish() == 0);
    CHECK(taken_by({&one}) == numbers(1, 6));
}

TEST_CASE("a streamer sleeps when idle, and not while a task waits in it")
{
    Device device{{"streamer_device"}};
    CHECK(comes_to_rest(device.process));
    feed(device, 1, 1);
    const long long before = processor_time(device.process);
    await(
        [&] { return processor_time(device.process) > before + 300'000'000; });
    Process worker = device.join("task_worker", {"--count", "1"});
    CHECK(worker.finish() == 0);
    CHECK(comes_to_rest(device.process));
}

TEST_CASE("a feeder waits when nobody works, and stops when it is told")
{
    Device device{{"streamer_device"}};
    Process feeder{
        {"task_feeder", "--connect", device.frontend, "--count", "1000000"}};
    feeder.wait_for("connected to");
    CHECK(comes_to_rest(feeder));
    CHECK(feeder.stop() == 0);
    CHECK(count_lines(feeder.out(), "Fed tasks") == 0);
    CHECK(device.process.stop() == 0);
}

TEST_CASE("an idle worker may leave: nothing is lost")
{
    const Device device{{"streamer_device"}};
    Process one = device.join("task_worker", {"--count", "3"});
    feed(device, 1, 3);
    CHECK(one.finish() == 0);
    await_hang_up(device.backend);
    Process two = device.join("task_worker", {"--count", "3"});
    feed(device, 4, 3);
    CHECK(two.finish() == 0);
    CHECK(taken_by({&one, &two}) == numbers(1, 6));
}

TEST_CASE("what a worker was dealt goes with it, in order or not")
{
    for (const bool killed : {false, true}) {
        CAPTURE(killed);
        const Device device{{"streamer_device"}};
        Process one = device.join("task_worker", {"--count", "3", "--step"});
        feed(device, 1, 10); // all to one, who takes the first
        one.wait_for("Took task 1");
        Process two = device.join("task_worker", {"--count", "3"});
        while (taken_by({&two}).empty()) // all before is dealt by then
            feed(device, 11, 1);
        if (killed) {
            crash(one);
        } else {
            for (int n = 0; n < 3; ++n)
                one.enter();
            CHECK(one.finish() == 0);
            CHECK(taken_by({&one}) == numbers(1, 3));
        }
        await_hang_up(device.backend);
        feed(device, 11, 2);
        CHECK(two.finish() == 0);
        for (const int number : taken_by({&two}))
            CHECK(number >= 11);
    }
}

TEST_CASE("a worker that asks for each task leaves nothing undone")
{
    Process giver{
        {"task_giver", "--bind", "tcp://127.0.0.1:*", "--count", "8"}};
    const std::string endpoint = giver.endpoint();
    Process one{{"task_asker", "--connect", endpoint, "--count", "3"}};
    CHECK(one.finish() == 0);
    Process two{{"task_asker", "--connect", endpoint}};
    CHECK(two.finish() == 0);
    CHECK(taken_by({&one}) == numbers(1, 3));
    CHECK(taken_by({&two}) == numbers(4, 8));
    CHECK(giver.stop() == 0);
}

TEST_CASE("a worker that asks and is killed takes one task with it")
{
    Process giver{
        {"task_giver", "--bind", "tcp://127.0.0.1:*", "--count", "5"}};
    const std::string endpoint = giver.endpoint();
    Process one{{"task_asker", "--connect", endpoint, "--step"}};
    one.wait_for("Took");
    crash(one);
    Process two{{"task_asker", "--connect", endpoint}};
    CHECK(two.finish() == 0);
    CHECK(taken_by({&one, &two}) == numbers(1, 5));
    CHECK(taken_by({&two}) == numbers(2, 5));
}

TEST_CASE("a worker in Python does as well")
{
    if (!has_pyzmq())
        return;
    const Device device{{"streamer_device"}};
    Process worker{{WORKBOOK_ROOT "/chapters/08-streamer/task_worker.py",
                    "--connect", device.backend, "--count", "4"}};
    feed(device, 1, 4);
    CHECK(worker.finish() == 0);
    CHECK(taken_by({&worker}) == numbers(1, 4));
}

TEST_CASE("the price of a streamer is printed as a table")
{
    check_price(Device{{"streamer_device"}}, "streamer");
}
