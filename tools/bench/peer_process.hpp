#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

/// A program that a bench starts, and whose output it reads. It is gone with
/// this object, and with the bench, however that ends.
class PeerProcess
{
public:
    /// @param command the program, found by PATH if it has no slash, and its
    ///        arguments
    /// @throws std::system_error
    explicit PeerProcess(std::vector<std::string> command);
    PeerProcess(const PeerProcess&) = delete;
    PeerProcess& operator=(const PeerProcess&) = delete;
    ~PeerProcess();

    /// Waits for a line that begins like that.
    /// @return the rest of it
    /// @throws std::runtime_error when the program ends before, or says
    ///         nothing at all for 60 seconds
    std::string wait_for(const std::string& beginning);

    /// Waits for its end; drops what it says until then.
    /// @return the exit status; 128 + signal when a signal ended it
    /// @throws std::runtime_error when it says nothing and does not end
    int finish();

private:
    bool read_more();

    std::string name;
    pid_t pid = 0;
    int output = -1;
    std::string unread;
};
