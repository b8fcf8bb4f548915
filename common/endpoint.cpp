#include "common/endpoint.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <net/if.h>
#include <netdb.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <stdexcept>
#include <utility>

namespace {

constexpr std::string_view tcp = "tcp://";
constexpr std::string_view ipc = "ipc://";
constexpr std::string_view inproc = "inproc://";

constexpr int highest_port = 65535;
constexpr std::size_t longest_ipc_path = sizeof(sockaddr_un::sun_path) - 1;

template <typename... Values>
[[noreturn]] void refuse(fmt::format_string<Values...> text, Values&&... values)
{
    throw std::invalid_argument{
        fmt::format(text, std::forward<Values>(values)...)};
}

// HOST and PORT of "tcp://HOST:PORT".
std::pair<std::string, std::string> split_tcp(std::string_view text)
{
    const std::string_view address = text.substr(tcp.size());
    const std::size_t colon = address.rfind(':');
    if (colon == std::string_view::npos || colon == 0)
        refuse("'{}' is not tcp://HOST:PORT", text);
    return {std::string{address.substr(0, colon)},
            std::string{address.substr(colon + 1)}};
}

void check_port(std::string_view text, std::string_view port)
{
    if (port == "*")
        return;
    int number = -1;
    const char* const end = port.data() + port.size();
    const auto [stop, error] = std::from_chars(port.data(), end, number);
    if (error != std::errc{} || stop != end || number < 0 ||
        number > highest_port)
        refuse("'{}': the port is a number from 0 to {}, or *", text,
               highest_port);
}

void check_ipc_path(std::string_view text)
{
    const std::size_t length = text.size() - ipc.size();
    if (length == 0)
        refuse("'{}' lacks a path, as in ipc:///tmp/workbook", text);
    if (length > longest_ipc_path)
        refuse("'{}': the path has {} characters, more than the {} that fit",
               text, length, longest_ipc_path);
}

bool is_address(const std::string& host)
{
    in_addr ignored{};
    return inet_pton(AF_INET, host.c_str(), &ignored) == 1;
}

bool resolves(const std::string& host)
{
    addrinfo hints{};
    hints.ai_family = AF_INET;
    addrinfo* found = nullptr;
    if (getaddrinfo(host.c_str(), nullptr, &hints, &found) != 0)
        return false;
    freeaddrinfo(found);
    return true;
}

// The file system path of an ipc endpoint; none for an abstract name (@…) or
// one that the kernel chooses (*).
std::string ipc_file(const std::string& text)
{
    if (!text.starts_with(ipc))
        return {};
    const std::string path = text.substr(ipc.size());
    return path.starts_with('@') || path == "*" ? std::string{} : path;
}

} // namespace

Endpoint::Endpoint(std::string given) : text{std::move(given)}
{
    if (text.find_first_of(std::string_view{" \t\r\n\0", 5}) !=
        std::string::npos)
        refuse("'{}' has a blank in it", text);
    if (text.starts_with(tcp))
        check_port(text, split_tcp(text).second);
    else if (text.starts_with(ipc))
        check_ipc_path(text);
    else if (!text.starts_with(inproc) || text.size() == inproc.size())
        refuse("'{}' is not tcp://HOST:PORT, ipc://PATH or inproc://NAME",
               text);
}

std::string_view Endpoint::port() const
{
    if (!text.starts_with(tcp))
        return {};
    return std::string_view{text}.substr(text.rfind(':') + 1);
}

void Endpoint::check_for_bind() const
{
    if (text.starts_with(tcp)) {
        const auto [host, port] = split_tcp(text);
        if (host != "*" && !is_address(host) &&
            if_nametoindex(host.c_str()) == 0)
            refuse("'{}': to listen, '{}' must be an IPv4 address or a "
                   "network interface of this machine; try tcp://127.0.0.1:{}",
                   text, host, port);
        return;
    }
    const std::filesystem::path file = ipc_file(text);
    if (file.empty())
        return;
    if (exists(file) && !is_socket(file))
        refuse("'{}': {} is there and is not a socket; listening would "
               "delete it",
               text, file.string());
    if (file.has_parent_path() && !is_directory(file.parent_path()))
        refuse("'{}': there is no folder {}", text,
               file.parent_path().string());
}

void Endpoint::check_for_connect() const
{
    if (text == "ipc://*")
        refuse("'{}': connecting wants the path that the other side shows",
               text);
    if (!text.starts_with(tcp))
        return;
    const auto [host, port] = split_tcp(text);
    if (port == "*" || port.find_first_not_of('0') == std::string::npos)
        refuse("'{}': connecting wants the port that the other side shows",
               text);
    if (host == "*")
        refuse("'{}': connecting wants a host; try tcp://127.0.0.1:{}", text,
               port);
    if (!is_address(host) && !resolves(host))
        refuse("'{}': no host is called '{}'", text, host);
}

bool Endpoint::is_ipc_in_use() const
{
    const std::string file = ipc_file(text);
    if (file.empty())
        return false;
    const int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (probe < 0)
        return false;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    file.copy(address.sun_path, longest_ipc_path);
    const bool answered =
        connect(probe, reinterpret_cast<const sockaddr*>(&address),
                sizeof address) == 0;
    close(probe);
    return answered;
}
