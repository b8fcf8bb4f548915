// Counts results, each task once, and names the tasks that have none.

#include "batch.hpp"

#include "messages.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <vector>

void Batch::begin(std::uint64_t count)
{
    expected = count;
    done.erase(done.lower_bound(count), done.end());
}

bool Batch::add(std::uint64_t worker, std::uint64_t num)
{
    const bool is_new =
        num < expected.value_or(most_numbers) && done.insert(num).second;
    if (is_new)
        ++count_of[worker];
    return is_new;
}

void Batch::check_complete() const
{
    if (!expected)
        throw std::runtime_error{"no start message has come"};
    if (is_complete())
        return;
    std::vector<std::uint64_t> missing; // not more than one wants to read
    for (std::uint64_t num = 0; num < *expected && missing.size() < 20; ++num)
        if (!done.contains(num))
            missing.push_back(num);
    throw std::runtime_error{fmt::format(
        "missing results: {} of {}, of tasks {}", *expected - done.size(),
        *expected, fmt::join(missing, ", "))};
}
