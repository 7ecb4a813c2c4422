#include "verify/settling_queue.h"

#include <gtest/gtest.h>

#include <thread>

namespace prome::verify {
namespace {

using Clock = SettlingQueue::Clock;
using std::chrono::hours;
using std::chrono::milliseconds;

ShadowQuestion asking(std::string query) {
  return {.question = {.query = std::move(query)}};
}

std::string popped(SettlingQueue& queue) {
  const auto out = queue.pop();
  return out == nullptr ? "<closed>" : out->question.query;
}

TEST(SettlingQueue, InTheOrderOfTheirTimes) {
  SettlingQueue queue;
  queue.open(10);
  const auto past = Clock::now() - hours(1);
  EXPECT_TRUE(queue.push(asking("third"), past + milliseconds(3)));
  EXPECT_TRUE(queue.push(asking("first"), past + milliseconds(1)));
  EXPECT_TRUE(queue.push(asking("second"), past + milliseconds(2)));
  EXPECT_EQ(popped(queue), "first");
  EXPECT_EQ(popped(queue), "second");
  EXPECT_EQ(popped(queue), "third");
  EXPECT_EQ(queue.size(), 0u);
}

TEST(SettlingQueue, NotBeforeItsTime) {
  SettlingQueue queue;
  queue.open(10);
  const auto ready = Clock::now() + milliseconds(30);
  EXPECT_TRUE(queue.push(asking("x"), ready));
  EXPECT_EQ(popped(queue), "x");
  EXPECT_GE(Clock::now(), ready);
}

TEST(SettlingQueue, NothingWhileItIsHeld) {
  SettlingQueue queue;
  queue.open(10);
  const auto until = Clock::now() + milliseconds(30);
  queue.holdUntil(until);
  queue.holdUntil(until - milliseconds(20));  // the later one stands
  EXPECT_TRUE(queue.push(asking("x"), Clock::now()));
  EXPECT_EQ(popped(queue), "x");
  EXPECT_GE(Clock::now(), until);
}

TEST(SettlingQueue, NoMoreThanItsLimit) {
  SettlingQueue queue;
  EXPECT_FALSE(queue.push(asking("closed"), Clock::now()));
  queue.open(2);
  EXPECT_TRUE(queue.push(asking("a"), Clock::now()));
  EXPECT_TRUE(queue.push(asking("b"), Clock::now()));
  EXPECT_FALSE(queue.push(asking("c"), Clock::now()));
  EXPECT_EQ(queue.size(), 2u);
  EXPECT_EQ(popped(queue), "a");
  EXPECT_TRUE(queue.push(asking("d"), Clock::now()));
  EXPECT_FALSE(queue.push(asking("e"), Clock::now()));
}

TEST(SettlingQueue, WaitersAreWokenForWhatIsNewAndByTheEnd) {
  SettlingQueue queue;
  queue.open(10);
  EXPECT_TRUE(queue.push(asking("later"), Clock::now() + hours(1)));
  std::string got;
  std::thread one([&] { got = popped(queue); });
  EXPECT_TRUE(queue.push(asking("now"), Clock::now()));
  one.join();
  EXPECT_EQ(got, "now");
  std::vector<std::thread> waiting;
  for (int i = 0; i < 4; ++i) waiting.emplace_back([&] { EXPECT_EQ(popped(queue), "<closed>"); });
  queue.close();
  for (auto& thread : waiting) thread.join();
  EXPECT_FALSE(queue.push(asking("late"), Clock::now()));
  EXPECT_EQ(queue.clear(), 1u);
  EXPECT_EQ(queue.size(), 0u);
  queue.open(1);
  EXPECT_TRUE(queue.push(asking("anew"), Clock::now()));
  EXPECT_EQ(popped(queue), "anew");
}

TEST(SettlingQueue, EveryOneComesOnceFromManyThreadsToMany) {
  constexpr int kThreads = 4;
  constexpr int kEach = 500;
  SettlingQueue queue;
  queue.open(kThreads * kEach);
  std::atomic<int> got{0};
  std::atomic<long> sum{0};
  std::vector<std::thread> takers;
  for (int i = 0; i < 3; ++i) {
    takers.emplace_back([&] {
      while (const auto question = queue.pop()) {
        sum += std::stol(question->question.query);
        if (++got == kThreads * kEach) queue.close();
      }
    });
  }
  std::vector<std::thread> givers;
  for (int i = 0; i < kThreads; ++i) {
    givers.emplace_back([&, i] {
      for (int n = 0; n < kEach; ++n)
        EXPECT_TRUE(queue.push(asking(std::to_string(i * kEach + n)), Clock::now()));
    });
  }
  for (auto& thread : givers) thread.join();
  for (auto& thread : takers) thread.join();
  EXPECT_EQ(got, kThreads * kEach);
  EXPECT_EQ(sum, static_cast<long>(kThreads * kEach) * (kThreads * kEach - 1) / 2);
  EXPECT_EQ(queue.size(), 0u);
}

}  // namespace
}  // namespace prome::verify
