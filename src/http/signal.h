// Signal: one coroutine of an event loop waits until another says that there is something to do.
//
// What is said while nobody waits is kept for the next wait, once. Not thread-safe; must outlive the wait.
#pragma once

#include "http/asio.h"
#include "http/suspend.h"

namespace prome::http {

class Signal {
 public:
  explicit Signal(Executor executor) : executor_(std::move(executor)) {}
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;

  /// The waiter goes on later, not within the caller's own steps.
  void notify();
  Awaitable<void> wait();

 private:
  Executor executor_;
  Waiter waiter_;
  bool told_ = false;
};

}  // namespace prome::http
