#pragma once

#include "common/children.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>
#include <map>

/// The status of a process that took too long.
constexpr int hung = 128 + SIGALRM;

/// Does something that may crash or hang, again and again, each time in a
/// process of its own.
///
/// @param work returns an exit status
/// @param patience seconds before a process counts as hanging
/// @return how often each status came; nothing when it was told to stop
inline std::map<int, int> in_processes(int runs, unsigned patience,
                                       const std::function<int()>& work)
{
    Children children;
    for (int run = 1; run <= runs; ++run)
        if (children.fork("run " + std::to_string(run)) == 0) {
            const rlimit nothing{0, 0};
            setrlimit(RLIMIT_CORE, &nothing); // leave no core files behind
            alarm(patience);
            std::_Exit(work());
        }
    std::map<int, int> count;
    for (int run = 1; run <= runs; ++run) {
        const auto ended = children.wait();
        if (!ended)
            return {};
        ++count[ended->status];
    }
    return count;
}
