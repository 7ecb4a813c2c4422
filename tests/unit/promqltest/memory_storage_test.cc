#include "promqltest/memory_storage.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>

#include "model/sample.h"
#include "promql/parser.h"

namespace prome::promqltest {
namespace {

using model::CounterResetHint;
using model::FloatHistogram;
using model::Labels;

Labels series(std::string_view name, std::string_view job = {}) {
  return Labels{{"__name__", name}, {"job", job}};
}

/// `name{...}=value@time,...` of every series a selector gives between the times.
std::string selected(MemoryStorage& storage, std::string_view selector, std::int64_t start_ms = 0,
                     std::int64_t end_ms = 1'000'000) {
  const auto query = promql::parse(selector);
  if (!query) return query.error().message();
  auto stream = storage.samples({.matchers = promql::as<promql::VectorSelector>(query->root())->matchers,
                                 .start_ms = start_ms,
                                 .end_ms = end_ms,
                                 .pos = {}});
  if (!stream) return stream.error().message;
  std::string out;
  engine::SampleRun run;
  while ((*stream)->next(run).value()) {
    out += run.labels.toSeriesString() + "=";
    for (std::size_t i = 0; i < run.floats.size(); ++i) {
      out += std::to_string(static_cast<int>(run.floats.values[i])) + "@" +
             std::to_string(run.floats.times[i]) + ",";
    }
    for (const std::int64_t time : run.histograms.times) out += "h@" + std::to_string(time) + ",";
    out += " ";
  }
  return out;
}

FloatHistogram counter(std::vector<double> buckets, std::int32_t schema = 0) {
  FloatHistogram out;
  out.schema = schema;
  out.positive_spans = {{.offset = 0, .length = static_cast<std::uint32_t>(buckets.size())}};
  for (const double bucket : buckets) out.count += bucket;
  out.positive_buckets = std::move(buckets);
  return out;
}

std::vector<CounterResetHint> storedHints(MemoryStorage& storage) {
  const auto query = promql::parse("h");
  auto stream = storage.samples({.matchers = promql::as<promql::VectorSelector>(query->root())->matchers,
                                 .start_ms = 0,
                                 .end_ms = 1'000'000,
                                 .pos = {}});
  engine::SampleRun run;
  std::vector<CounterResetHint> out;
  while ((*stream)->next(run).value()) {
    for (const auto& histogram : run.histograms.values) out.push_back(histogram->counter_reset_hint);
  }
  return out;
}

TEST(MemoryStorage, GivesWhatIsBetweenTheTimesBothIncluded) {
  MemoryStorage storage;
  for (const std::int64_t t : {0, 10, 20, 30}) {
    ASSERT_TRUE(storage.append(series("m", "a"), t, static_cast<double>(t)));
  }
  EXPECT_EQ(selected(storage, "m", 10, 20), R"(m{job="a"}=10@10,20@20, )");
  EXPECT_EQ(selected(storage, "m", 11, 19), "");
  EXPECT_EQ(selected(storage, "m", 25, 5), "");
}

TEST(MemoryStorage, SelectsByMatchers) {
  MemoryStorage storage;
  ASSERT_TRUE(storage.append(series("m", "a"), 0, 1));
  ASSERT_TRUE(storage.append(series("m", "b"), 0, 2));
  ASSERT_TRUE(storage.append(series("n"), 0, 3));
  EXPECT_EQ(selected(storage, "m"), R"(m{job="a"}=1@0, m{job="b"}=2@0, )");
  EXPECT_EQ(selected(storage, R"(m{job!="a"})"), R"(m{job="b"}=2@0, )");
  EXPECT_EQ(selected(storage, R"({__name__=~"m|n",job=""})"), "n=3@0, ");
  EXPECT_EQ(selected(storage, R"({__name__=~"[mn]",job=~"a|"})"), R"(m{job="a"}=1@0, n=3@0, )");
  EXPECT_EQ(selected(storage, R"({job!~"a|b",__name__!=""})"), "n=3@0, ");
  EXPECT_EQ(selected(storage, "none"), "");
  storage.clear();
  EXPECT_EQ(selected(storage, "m"), "");
  EXPECT_EQ(storage.seriesCount(), 0U);
}

TEST(MemoryStorage, MatchesAsItsDialectDoes) {
  for (const auto dialect : {model::Dialect::kPrometheus3, model::Dialect::kPrometheus2}) {
    MemoryStorage storage(dialect);
    ASSERT_TRUE(storage.append(series("m", "a\nb"), 0, 1));
    EXPECT_EQ(selected(storage, R"(m{job=~"a.b"})").empty(), dialect == model::Dialect::kPrometheus2);
  }
}

TEST(MemoryStorage, KeepsTheOrderOfTime) {
  MemoryStorage storage;
  ASSERT_TRUE(storage.append(series("m"), 10, 1));
  EXPECT_TRUE(storage.append(series("m"), 10, 1));  // told twice
  EXPECT_EQ(storage.append(series("m"), 10, 2).error().kind, ErrorKind::kBadData);
  EXPECT_EQ(storage.append(series("m"), 9, 1).error().kind, ErrorKind::kBadData);
  EXPECT_FALSE(storage.append(series("m"), 10, counter({1})));
  EXPECT_EQ(selected(storage, "m"), "m=1@10, ");
}

TEST(MemoryStorage, GivesStartsOnlyWhereThereAreAny) {
  MemoryStorage storage;
  ASSERT_TRUE(storage.append(series("m"), 0, 1));
  ASSERT_TRUE(storage.append(series("m"), 10, 2, 5));
  ASSERT_TRUE(storage.append(series("m"), 20, 3));
  ASSERT_TRUE(storage.append(series("plain"), 0, 1));
  const auto query = promql::parse(R"({__name__=~"m|plain"})");
  auto stream = storage.samples({.matchers = promql::as<promql::VectorSelector>(query->root())->matchers,
                                 .start_ms = 5,
                                 .end_ms = 100,
                                 .pos = {}});
  engine::SampleRun run;
  ASSERT_TRUE((*stream)->next(run).value());
  EXPECT_EQ(std::vector<std::int64_t>(run.floats.starts.begin(), run.floats.starts.end()),
            (std::vector<std::int64_t>{5, 0}));
  EXPECT_FALSE((*stream)->next(run).value());
}

TEST(MemoryStorage, GivesHistogramsWithTheHintsOfChunks) {
  MemoryStorage storage;
  using enum CounterResetHint;
  std::int64_t time = 0;
  const auto add = [&](FloatHistogram histogram, CounterResetHint hint = kUnknown) {
    histogram.counter_reset_hint = hint;
    const auto added = storage.append(series("h"), ++time, std::move(histogram));
    EXPECT_TRUE(added) << added.error().message;
  };
  add(counter({1, 2}));
  add(counter({1, 3}));             // more
  add(counter({1, 3, 1}));          // a bucket more
  add(counter({2, 2, 3}));          // one bucket shrinks
  add(counter({3, 3, 3}), kReset);  // said to be one
  add(counter({9, 9, 9}), kNotReset);
  add(counter({9, 9, 9}, 1));  // another schema
  add(counter({9, 9, 9}, 1), kGauge);
  add(counter({1}, 1), kGauge);
  add(counter({1}, 1));
  ASSERT_TRUE(storage.append(series("h"), ++time, 1.0));
  add(counter({1}, 1));
  ASSERT_TRUE(storage.append(series("h"), ++time, model::kStaleNaN));
  add(counter({1}, 1));
  add(counter({1}, 1));
  const std::vector<CounterResetHint> hints = storedHints(storage);
  ASSERT_EQ(hints.size(), 14U);
  EXPECT_EQ(hints, (std::vector<CounterResetHint>{kUnknown, kNotReset, kNotReset, kUnknown, kUnknown,
                                                  kNotReset, kUnknown, kGauge, kGauge, kUnknown, kUnknown,
                                                  kNotReset,  // the stale marker
                                                  kUnknown, kNotReset}));
}

TEST(MemoryStorage, RefusesHistogramsThatContradictThemselves) {
  MemoryStorage storage;
  FloatHistogram wrong = counter({1, 2});
  wrong.positive_spans.front().length = 3;
  EXPECT_FALSE(storage.append(series("h"), 0, wrong));
}

TEST(MemoryStorage, IsReadByThreadsAtOnce) {
  MemoryStorage storage;
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(storage.append(series("m", std::to_string(i)), 0, i));
  const std::string once = selected(storage, "m");
  std::vector<std::thread> threads;
  std::array<std::string, 4> results;
  for (std::string& result : results) {
    threads.emplace_back([&] { result = selected(storage, R"(m{job=~".*"})"); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::string& result : results) EXPECT_EQ(result, once);
}

}  // namespace
}  // namespace prome::promqltest
