// The engine's limits, over the storage in memory.
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>

#include "engine/engine.h"
#include "promql/parser.h"
#include "promqltest/memory_storage.h"

namespace prome::promqltest {
namespace {

using engine::Engine;
using engine::EngineOptions;
using engine::EvaluationLimits;
using engine::QueryKind;
using engine::QuerySpec;
using engine::StepGrid;

class EngineLimits : public ::testing::Test {
 protected:
  static constexpr std::int64_t kMinute = 60'000;

  void fill(int series, int samples) {
    for (int i = 0; i < series; ++i) {
      const std::string number = std::to_string(i);
      const model::Labels labels{{"__name__", "x"}, {"n", number}};
      for (int at = 0; at < samples; ++at) ASSERT_TRUE(storage_.append(labels, at * kMinute, at));
    }
  }

  void fillHistograms(int series, int samples) {
    model::FloatHistogram histogram;
    histogram.count = 1;
    histogram.sum = 1;
    histogram.positive_spans = {{0, 1}};
    histogram.positive_buckets = {1};
    for (int i = 0; i < series; ++i) {
      const model::Labels labels{{"__name__", "h"}, {"n", std::to_string(i)}};
      for (int at = 0; at < samples; ++at) ASSERT_TRUE(storage_.append(labels, at * kMinute, histogram));
    }
  }

  Result<std::size_t> peakOf(std::string_view text, const QuerySpec& spec,
                             const EvaluationLimits& limits = {}) {
    const auto query = promql::parse(text);
    if (!query) return fail(ErrorKind::kBadData, query.error().message());
    model::Annotations annotations;
    const auto answer = Engine(options_).evaluate(*query, spec, storage_, annotations, limits);
    if (!answer) return std::unexpected(answer.error());
    return answer->peakSamples();
  }

  static QuerySpec instant(std::int64_t time_ms) { return {QueryKind::kInstant, StepGrid::at(time_ms)}; }

  MemoryStorage storage_;
  EngineOptions options_;
};

TEST_F(EngineLimits, SamplesAreCountedAndBounded) {
  fill(10, 20);
  const QuerySpec range{QueryKind::kRange, {0, 19 * kMinute, kMinute}};
  EXPECT_EQ(peakOf("sum(x)", range), 220U) << "the input's 200 beside the result's 20";
  options_.max_samples = 220;
  EXPECT_TRUE(peakOf("sum(x)", range));
  options_.max_samples = 219;
  const auto refused = peakOf("sum(x)", range);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kExecution);
  EXPECT_EQ(refused.error().message,
            "query processing would load too many samples into memory in query execution");
}

TEST_F(EngineLimits, NothingIsAllocatedByANumberOfTheQuery) {
  fill(3, 5);
  EXPECT_TRUE(peakOf("topk(1e18, x)", instant(kMinute)));
  EXPECT_TRUE(peakOf("limitk(1e18, x)", instant(kMinute)));
  const auto steps = peakOf("sum_over_time(x[10y:1ms])", instant(kMinute));
  ASSERT_FALSE(steps);
  EXPECT_EQ(steps.error().kind, ErrorKind::kExecution);
}

TEST_F(EngineLimits, MemoryIsBounded) {
  fill(100, 20);
  options_.max_query_bytes = 100 * 20 * sizeof(double) / 2;
  const QuerySpec range{QueryKind::kRange, {0, 19 * kMinute, kMinute}};
  const auto refused = peakOf("sort(x)", range);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kExecution);
  engine::MemoryBudget process(1000);
  options_.max_query_bytes = 1 << 20;
  EXPECT_FALSE(peakOf("sort(x)", range, {.process_budget = &process}));
  EXPECT_EQ(process.used(), 0U) << "all is given back";
}

TEST_F(EngineLimits, ColumnsOfHistogramsAreBounded) {
  fillHistograms(1, 1);
  constexpr std::size_t kPointers = 100'000;
  const QuerySpec at = instant(kPointers * 1000 - 1);
  options_.max_query_bytes = 3 * kPointers * sizeof(model::HistogramPtr);
  EXPECT_TRUE(peakOf("count_over_time(h[100000s:1s])", at));
  options_.max_query_bytes = kPointers * sizeof(model::HistogramPtr) - 1;
  const auto refused = peakOf("count_over_time(h[100000s:1s])", at);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kExecution);
  EXPECT_NE(refused.error().message.find("memory"), std::string::npos) << refused.error().message;
}

TEST_F(EngineLimits, WhatAggregationsKeepByStepIsBounded) {
  constexpr std::size_t kSteps = 1800;
  constexpr std::size_t kSeries = 100;
  fill(kSeries, 20);
  // Series end before the grid does, so a group counts by step.
  const QuerySpec range{QueryKind::kRange, {0, (kSteps - 1) * 1000, 1000}};
  constexpr std::size_t kCounts = kSteps * kSeries * sizeof(std::uint32_t);
  options_.max_query_bytes = 2 * kCounts;
  EXPECT_TRUE(peakOf("sum(count by (n) (x))", range));
  options_.max_query_bytes = kCounts - 1;
  EXPECT_FALSE(peakOf("sum(count by (n) (x))", range));
}

TEST_F(EngineLimits, ADeadlineEndsAWalkOverTheStepsOfOneSeries) {
  fill(1, 3);
  fillHistograms(1, 3);
  for (const std::string_view text :
       {"count_over_time(h[1000s:1ms])", "count_over_time(timestamp(h)[1000s:1ms])",
        "count_over_time((h smoothed)[1000s:1ms])", "count_over_time(count_over_time(x[1m])[1000s:1ms])"}) {
    EXPECT_TRUE(peakOf(text, instant(1'000'000))) << text;
    const auto late = peakOf(text, instant(1'000'000), {.deadline = engine::Clock::now()});
    ASSERT_FALSE(late) << text;
    EXPECT_EQ(late.error().kind, ErrorKind::kTimeout) << text << ": " << late.error().message;
  }
}

TEST_F(EngineLimits, ADeadlineEndsAnEvaluation) {
  fill(50, 20);
  const auto late = peakOf("count_over_time(x[20m:1s])", {QueryKind::kRange, {0, 19 * kMinute, 1000}},
                           {.deadline = engine::Clock::now()});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().kind, ErrorKind::kTimeout);
  EXPECT_EQ(late.error().message, "query timed out in expression evaluation");
}

TEST_F(EngineLimits, ACancellationEndsAnEvaluation) {
  fill(1000, 20);
  engine::Cancellation cancellation;
  const EvaluationLimits limits{.cancellation = &cancellation};
  // Hours of work, were it not ended.
  Result<std::size_t> result;
  std::thread evaluating([&] {
    result = peakOf("count_over_time(sum_over_time(x[20m:10ms])[20m:1s])",
                    {QueryKind::kRange, {0, 19 * kMinute, 100}}, limits);
  });
  cancellation.cancel();
  evaluating.join();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::kCanceled);
  EXPECT_EQ(result.error().message, "query was canceled in expression evaluation");
}

}  // namespace
}  // namespace prome::promqltest
