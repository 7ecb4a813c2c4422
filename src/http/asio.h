// The few Boost.Asio types the project uses, with concrete executors (no type erasure on the hot path).
//
// Sockets and awaitables belong to one event loop; nothing here may be touched from another thread.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>

namespace prome::http {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;
using Clock = std::chrono::steady_clock;
using Executor = asio::io_context::executor_type;
using TcpSocket = asio::basic_stream_socket<asio::ip::tcp, Executor>;
using Timer = asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, Executor>;

template <class T = void>
using Awaitable = asio::awaitable<T, Executor>;

/// Completion token: `auto [ec, n] = co_await socket.async_read_some(buffer, kAwait);`
inline constexpr asio::as_tuple_t<asio::use_awaitable_t<Executor>> kAwait{};

}  // namespace prome::http
