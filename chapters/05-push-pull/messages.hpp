#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace zmq {
class multipart_t;
}

// The messages of this chapter: one frame each, with a small JSON object in
// it. Every read… function gives nothing when the message is anything else,
// or holds a number beyond these limits.

constexpr std::uint64_t most_numbers = 1'000'000; // 0 to 999,999
constexpr std::uint64_t highest_id = 65'535;      // of a consumer or worker
constexpr std::uint64_t longest_work = 60'000;    // milliseconds

/// `{"num": 7}`: a number, from the producer to a consumer.
std::string write_number(std::uint64_t num);
std::optional<std::uint64_t> read_number(const zmq::multipart_t& message);

/// `{"num": 7, "ms": 100}`: a task, from the ventilator to a worker.
struct Task
{
    std::uint64_t num;
    std::uint64_t ms; ///< how long the work takes
};
std::string write_task(const Task& task);
std::optional<Task> read_task(const zmq::multipart_t& message);

/// `{"consumer": 1, "num": 7}`: who has done what, from a consumer or a
/// worker to the collector or the sink.
struct Result
{
    std::uint64_t consumer;
    std::uint64_t num;
};
std::string write_result(const Result& result);
std::optional<Result> read_result(const zmq::multipart_t& message);

/// `{"start": 8}`: the start message, from the ventilator to the sink, with
/// the number of results that will follow.
std::string write_start(std::uint64_t count);
std::optional<std::uint64_t> read_start(const zmq::multipart_t& message);

/// Counts messages that make no sense, and says what they were.
class Dropped
{
public:
    void report(const zmq::multipart_t& message);

private:
    std::uint64_t count = 0;
};
