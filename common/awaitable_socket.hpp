#pragma once

#include "common/socket_watch.hpp"

#include <asio/async_result.hpp>
#include <asio/awaitable.hpp>
#include <asio/use_awaitable.hpp>

#include <memory>
#include <utility>

/// SocketWatch::async_wait() for a coroutine: `co_await ready(watch,
/// ZMQ_POLLIN)` goes on when the socket can receive.
///
/// @param watch must outlive the coroutine: do not make it one of its locals
/// @param event ZMQ_POLLIN to receive, ZMQ_POLLOUT to send
inline asio::awaitable<void> ready(SocketWatch& watch, short event)
{
    return asio::async_initiate<const asio::use_awaitable_t<>&, void()>(
        [&watch, event](auto go_on) {
            // Shared, because a std::function wants to be able to copy it.
            auto shared = std::make_shared<decltype(go_on)>(std::move(go_on));
            watch.async_wait(event, [shared] { std::move (*shared)(); });
        },
        asio::use_awaitable);
}
