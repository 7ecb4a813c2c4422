#include "remote/answer_queue.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>

namespace prome::remote {
namespace {

using Put = AnswerQueue::Put;

constexpr std::size_t kLimit = 1000;
/// A test that waits for it has failed.
const http::Clock::time_point kNever = http::Clock::now() + std::chrono::minutes(10);

class AnswerQueueTest : public testing::Test {
 protected:
  std::unique_ptr<AnswerQueue> makeQueue(std::size_t limit = kLimit) {
    return std::make_unique<AnswerQueue>(limit, of_query_, budget_, [this] { ++room_; });
  }
  static std::string text(const AnswerQueue::Taken& taken) {
    std::string out;
    for (const auto& block : taken.blocks) out += block;
    return out;
  }
  /// What is there; never waits.
  static AnswerQueue::Taken take(AnswerQueue& queue) { return queue.take(http::Clock::now(), {}); }

  engine::MemoryBudget budget_{10'000};
  QueuedBytes of_process_{3'000};
  std::shared_ptr<QueuedBytes> of_query_ = std::make_shared<QueuedBytes>(2'000, &of_process_);
  int room_ = 0;
};

TEST_F(AnswerQueueTest, GivesAllBytesInOrder) {
  const auto queue = makeQueue();
  EXPECT_EQ(queue->put("ab"), Put::kGoOn);
  EXPECT_EQ(queue->put("c"), Put::kGoOn);
  EXPECT_EQ(text(take(*queue)), "abc");
  EXPECT_EQ(queue->put("d"), Put::kGoOn);
  queue->end(std::nullopt);
  const auto last = take(*queue);
  EXPECT_EQ(text(last), "d");
  EXPECT_TRUE(last.ended);
  EXPECT_FALSE(last.error);
  queue->abandon();
}

TEST_F(AnswerQueueTest, TellsItsError) {
  const auto queue = makeQueue();
  queue->end(Error{ErrorKind::kTimeout, "late"});
  EXPECT_EQ(take(*queue).error, (Error{ErrorKind::kTimeout, "late"}));
  queue->abandon();
}

TEST_F(AnswerQueueTest, IsFullAtItsLimit) {
  const auto queue = makeQueue();
  EXPECT_EQ(queue->put(std::string(kLimit - 1, 'x')), Put::kGoOn);
  EXPECT_FALSE(queue->full());
  EXPECT_EQ(queue->put("x"), Put::kFull);
  EXPECT_TRUE(queue->full());
  EXPECT_EQ(room_, 0);
  EXPECT_EQ(text(take(*queue)).size(), kLimit);
  EXPECT_EQ(room_, 1);
  EXPECT_FALSE(queue->full());
  take(*queue);
  EXPECT_EQ(room_, 1) << "nobody waited";
  queue->abandon();
}

TEST_F(AnswerQueueTest, SharesTheQuerysLimitButMayAlwaysHoldARun) {
  const auto a = makeQueue(5'000);
  const auto b = makeQueue(5'000);
  EXPECT_EQ(a->put(std::string(1'999, 'x')), Put::kGoOn);
  EXPECT_EQ(b->put("x"), Put::kFull);
  EXPECT_TRUE(a->full());
  take(*b);
  EXPECT_FALSE(a->full());
  EXPECT_EQ(a->put("x"), Put::kFull);
  EXPECT_FALSE(b->full()) << "it is empty";
  EXPECT_EQ(b->put("x"), Put::kFull);
  a->abandon();
  EXPECT_FALSE(b->full());
  b->abandon();
  EXPECT_EQ(of_query_->total(), 0U);
  EXPECT_EQ(of_process_.total(), 0U);
}

TEST_F(AnswerQueueTest, SharesTheProcesssLimit) {
  const auto other = std::make_shared<QueuedBytes>(10'000, &of_process_);
  AnswerQueue elsewhere(10'000, other, budget_, [] {});
  const auto queue = makeQueue();
  EXPECT_EQ(queue->put("x"), Put::kGoOn);
  EXPECT_EQ(elsewhere.put(std::string(2'999, 'x')), Put::kFull);
  EXPECT_TRUE(queue->full());
  elsewhere.abandon();
  EXPECT_FALSE(queue->full());
  queue->abandon();
}

TEST_F(AnswerQueueTest, CountsWhatWaitsAndWhatWasTakenAgainstTheBudget) {
  const auto queue = makeQueue(100'000);
  EXPECT_EQ(queue->put(std::string(1'500, 'x')), Put::kGoOn);
  EXPECT_EQ(budget_.used(), 1'500U);
  auto taken = take(*queue);
  EXPECT_EQ(budget_.used(), 1'500U) << "the thread reads it";
  EXPECT_EQ(of_query_->total(), 0U);
  EXPECT_EQ(queue->put(std::string(500, 'x')), Put::kGoOn);
  EXPECT_EQ(budget_.used(), 2'000U);
  take(*queue);
  EXPECT_EQ(budget_.used(), 500U);
  queue->abandon();
  EXPECT_EQ(budget_.used(), 0U);
  EXPECT_EQ(queue->put("x"), Put::kGoOn);
  EXPECT_EQ(budget_.used(), 0U) << "dropped";
}

TEST_F(AnswerQueueTest, TakesNothingOverTheBudget) {
  const auto queue = makeQueue(100'000);
  budget_.take(9'000);
  EXPECT_EQ(queue->put(std::string(1'000, 'x')), Put::kGoOn);
  EXPECT_EQ(queue->put("x"), Put::kOverBudget);
  EXPECT_EQ(text(take(*queue)).size(), 1'000U);
  budget_.give(9'000);
  queue->abandon();
}

TEST_F(AnswerQueueTest, WakesTheThreadForALotOrForTheEnd) {
  const auto queue = makeQueue(1u << 20);
  engine::MemoryBudget large(1u << 20);
  AnswerQueue wide(1u << 20, std::make_shared<QueuedBytes>(1u << 20), large, [] {});
  std::string got;
  std::thread reading([&] {
    bool ended = false;
    std::vector<std::string> blocks;
    while (!ended) {
      auto taken = wide.take(kNever, std::move(blocks));
      for (const auto& block : taken.blocks) got += block;
      ended = taken.ended;
      blocks = std::move(taken.blocks);
    }
  });
  std::string sent;
  for (int i = 0; i < 1000; ++i) {
    const std::string run(1 + static_cast<std::size_t>(i * 7 % 900), static_cast<char>('a' + i % 26));
    EXPECT_NE(wide.put(run), Put::kOverBudget);
    sent += run;
  }
  wide.end(std::nullopt);
  reading.join();
  EXPECT_EQ(got, sent);
  wide.abandon();
  EXPECT_EQ(large.used(), 0U);
  queue->abandon();
}

TEST_F(AnswerQueueTest, IsWokenForGood) {
  const auto queue = makeQueue();
  std::thread reading([&] { EXPECT_TRUE(queue->take(kNever, {}).blocks.empty()); });
  queue->wake();
  reading.join();
  EXPECT_TRUE(queue->take(kNever, {}).blocks.empty());
  queue->abandon();
}

}  // namespace
}  // namespace prome::remote
