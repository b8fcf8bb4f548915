#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>

/// The tasks that belong together: how many there are, and which are done.
/// Results may come before the start message, which takes another way.
class Batch
{
public:
    /// The start message: this many tasks, numbered from 0.
    void begin(std::uint64_t count);
    bool has_begun() const { return expected.has_value(); }

    /// Notes a result.
    /// @return false for one that came before, or whose task is not of this
    ///         batch
    bool add(std::uint64_t worker, std::uint64_t num);

    bool is_complete() const { return expected && done.size() >= *expected; }

    /// @throws std::runtime_error that says which results are missing
    void check_complete() const;

    /// How many results of which worker.
    const std::map<std::uint64_t, int>& counts() const { return count_of; }

private:
    std::optional<std::uint64_t> expected;
    std::set<std::uint64_t> done;
    std::map<std::uint64_t, int> count_of;
};
