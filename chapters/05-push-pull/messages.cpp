// What travels in this chapter, as JSON.

#include "messages.hpp"

#include "common/printable.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>
#include <zmq.hpp>
#include <zmq_addon.hpp>

using nlohmann::json;

namespace {

constexpr std::size_t longest_body = 1000; // bytes; ours have less than 50

// Whatever the bytes are, this does not throw: "discarded" stands for text
// that is not JSON. Long texts are refused unread, deep nesting with them.
json parse(const zmq::multipart_t& message)
{
    if (message.size() != 1 || message.at(0).size() > longest_body)
        return json::value_t::discarded;
    return json::parse(message.at(0).to_string_view(), nullptr, false);
}

// A whole number of an object, if it is there and not above the limit.
std::optional<std::uint64_t> number(const json& object, const char* name,
                                    std::uint64_t limit)
{
    if (!object.is_object())
        return {};
    const auto found = object.find(name);
    if (found == object.end() || !found->is_number_unsigned())
        return {};
    const auto value = found->get<std::uint64_t>();
    return value <= limit ? std::optional{value} : std::nullopt;
}

} // namespace

std::string write_number(std::uint64_t num)
{
    return json{{"num", num}}.dump();
}

std::optional<std::uint64_t> read_number(const zmq::multipart_t& message)
{
    return number(parse(message), "num", most_numbers - 1);
}

std::string write_task(const Task& task)
{
    return json{{"num", task.num}, {"ms", task.ms}}.dump();
}

std::optional<Task> read_task(const zmq::multipart_t& message)
{
    const json body = parse(message);
    const auto num = number(body, "num", most_numbers - 1);
    const auto ms = number(body, "ms", longest_work);
    return num && ms ? std::optional{Task{*num, *ms}} : std::nullopt;
}

std::string write_result(const Result& result)
{
    return json{{"consumer", result.consumer}, {"num", result.num}}.dump();
}

std::optional<Result> read_result(const zmq::multipart_t& message)
{
    const json body = parse(message);
    const auto consumer = number(body, "consumer", highest_id);
    const auto num = number(body, "num", most_numbers - 1);
    return consumer && num ? std::optional{Result{*consumer, *num}}
                           : std::nullopt;
}

std::string write_start(std::uint64_t count)
{
    return json{{"start", count}}.dump();
}

std::optional<std::uint64_t> read_start(const zmq::multipart_t& message)
{
    return number(parse(message), "start", most_numbers);
}

void Dropped::report(const zmq::multipart_t& message)
{
    ++count;
    fmt::print(stderr, "Dropped {}: {} frame{}, the last is '{}'\n", count,
               message.size(), message.size() == 1 ? "" : "s",
               printable(message.at(message.size() - 1).to_string_view(), 60));
}
