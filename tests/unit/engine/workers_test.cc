#include "engine/workers.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <latch>

namespace prome::engine {
namespace {

TEST(Workers, RunALightTaskBesideHeavyOnes) {
  std::promise<void> release;
  const std::shared_future<void> released = release.get_future().share();
  std::promise<void> light_done;
  {
    Workers workers({.max_threads = 4, .max_waiting = 1});
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(workers.submit([released] { released.wait(); }));
    ASSERT_TRUE(workers.submit([&] { light_done.set_value(); }));
    light_done.get_future().wait();  // while the heavy ones are still at it
    release.set_value();
  }
}

TEST(Workers, HaveBoundedThreadsAndABoundedQueue) {
  std::promise<void> release;
  const std::shared_future<void> released = release.get_future().share();
  std::atomic<int> ran{0};
  {
    Workers workers({.max_threads = 2, .max_waiting = 3});
    std::latch begun(2);
    const auto task = [&] {
      begun.count_down();
      released.wait();
      ++ran;
    };
    ASSERT_TRUE(workers.submit(task));
    ASSERT_TRUE(workers.submit(task));
    begun.wait();
    for (int i = 0; i < 3; ++i) {
      ASSERT_TRUE(workers.submit([&] { ++ran; }));
    }
    EXPECT_FALSE(workers.submit([&] { ++ran; }));
    EXPECT_EQ(workers.threads(), 2U);
    release.set_value();
  }
  EXPECT_EQ(ran, 5);
}

TEST(Workers, EndThreadsWithoutWorkAndStartNewOnes) {
  Workers workers({.max_threads = 2, .max_waiting = 1, .idle_time = std::chrono::milliseconds(1)});
  for (int round = 0; round < 3; ++round) {
    std::promise<void> done;
    ASSERT_TRUE(workers.submit([&] { done.set_value(); }));
    done.get_future().wait();
    while (workers.threads() > 0) std::this_thread::yield();
  }
}

}  // namespace
}  // namespace prome::engine
