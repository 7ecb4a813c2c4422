#include "http/signal.h"

#include <boost/asio/post.hpp>
#include <utility>

namespace prome::http {

void Signal::notify() {
  if (waiter_)
    asio::post(executor_, std::exchange(waiter_, nullptr));
  else
    told_ = true;
}

Awaitable<void> Signal::wait() {
  if (!std::exchange(told_, false)) co_await suspend([this](Waiter waiter) { waiter_ = std::move(waiter); });
}

}  // namespace prome::http
