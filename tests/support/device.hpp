#pragma once

#include "support/helpers.hpp"

#include <doctest/doctest.h>

/// A device of chapters 6 to 8 on ports that the kernel chose.
struct Device
{
    explicit Device(std::vector<std::string> command)
        : process{[&] {
              for (const char* side : {"--bind-frontend", "--bind-backend"})
                  command.insert(command.end(), {side, "tcp://127.0.0.1:*"});
              return command;
          }()},
          frontend{process.endpoint()},
          backend{process.endpoint()}
    {
    }

    /// Starts a program that connects to the backend, and waits for it.
    Process join(const std::string& program,
                 const std::vector<std::string>& more = {}) const
    {
        std::vector<std::string> command{program, "--connect", backend};
        command.insert(command.end(), more.begin(), more.end());
        Process joined{command};
        joined.wait_for("connected to");
        return joined;
    }

    Process process;
    std::string frontend;
    std::string backend;
};

/// The table of what a device costs is there, whatever the numbers are.
inline void check_price(const Device& device, const std::string& kind)
{
    const std::vector<std::string> command{
        "device_bench",       kind,
        "--rounds",           "1",
        "--connect-frontend", device.frontend,
        "--connect-backend",  device.backend};
    const Result table = run_to_end(command);
    CAPTURE(table.err);
    CHECK(table.status == 0);
    CHECK(count_lines(table.out, kind) == 2);
    CHECK(count_lines(table.out, "per second") == 1);
    CHECK(count_lines(table.out, "in microseconds") == 1);

    std::vector<std::string> with_commas = command;
    with_commas.emplace_back("--csv");
    CHECK(run_to_end(with_commas)
              .out.starts_with("device,measure,direct,through,ratio\n"));
}
