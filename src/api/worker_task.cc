#include "api/worker_task.h"

#include <boost/asio/post.hpp>

namespace prome::api {
namespace {

class CancelWhenGone final : public http::Watch {
 public:
  CancelWhenGone(http::Loop& loop, const http::Exchange& exchange, engine::Cancellation& cancellation,
                 std::function<void()> gone)
      : Watch(loop.watchdog), cancellation_(cancellation), gone_(std::move(gone)) {
    watchClient(exchange.clientFd());
    arm(http::Clock::time_point::max(), Pace::kFast);
  }

 private:
  void fire(Cause) override {
    cancellation_.cancel();
    gone_();
  }

  engine::Cancellation& cancellation_;
  const std::function<void()> gone_;
};

}  // namespace

http::Awaitable<bool> runOnWorker(http::Loop& loop, engine::Workers& workers, const http::Exchange& exchange,
                                  engine::Cancellation& cancellation, std::function<void()> gone,
                                  std::function<void()> task) {
  http::Timer done(loop.io.get_executor(), http::Clock::time_point::max());
  const bool taken = workers.submit([&loop, &done, task = std::move(task)] {
    task();
    // Runs on the loop, and so not before the coroutine waits.
    http::asio::post(loop.io, [&done] { done.cancel(); });
  });
  if (!taken) co_return false;
  const CancelWhenGone watch(loop, exchange, cancellation, std::move(gone));
  co_await done.async_wait(http::kAwait);
  co_return true;
}

}  // namespace prome::api
