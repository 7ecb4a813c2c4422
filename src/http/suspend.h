// How a coroutine of an event loop waits for something that is not Asio's.
#pragma once

#include <functional>
#include <utility>

#include "http/asio.h"

namespace prome::http {

/// Resumes a coroutine that waits, within the call.
using Waiter = std::move_only_function<void()>;

/// Suspends the coroutine and hands what resumes it to `keep`.
template <class Keep>
Awaitable<void> suspend(Keep keep) {
  asio::use_awaitable_t<Executor> token;
  return asio::async_initiate<asio::use_awaitable_t<Executor>, void()>(
      [keep](auto&& handler) {
        keep([done = std::forward<decltype(handler)>(handler)]() mutable { std::move(done)(); });
      },
      token);
}

}  // namespace prome::http
