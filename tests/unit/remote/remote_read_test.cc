#include "remote/remote_read.h"

#include <gtest/gtest.h>
#include <snappy.h>

#include <cmath>
#include <protozero/pbf_writer.hpp>
#include <string>
#include <vector>

#include "promql/parser.h"

namespace prome::remote {
namespace {

using protozero::pbf_writer;

std::string packed(const std::string& text) {
  std::string out;
  snappy::Compress(text.data(), text.size(), &out);
  return out;
}

void addLabel(pbf_writer& series, const std::string& name, const std::string& value) {
  pbf_writer label(series, 1);
  label.add_string(1, name);
  label.add_string(2, value);
}

void addSample(pbf_writer& series, double value, std::int64_t time_ms) {
  pbf_writer sample(series, 2);
  sample.add_double(1, value);
  sample.add_int64(2, time_ms);
}

/// An answer of one result whose series `write` writes.
template <class Write>
std::string answerOf(Write write) {
  std::string text;
  pbf_writer response(text);
  {
    pbf_writer result(response, 1);
    write(result);
  }
  return text;
}

std::string twoSeries() {
  return answerOf([](pbf_writer& result) {
    {
      pbf_writer series(result, 1);
      addLabel(series, "__name__", "x");
      addLabel(series, "job", "a");
      addSample(series, 1.5, 1000);
      addSample(series, model::kStaleNaN, 2000);
    }
    pbf_writer series(result, 1);
    addLabel(series, "__name__", "x");
    addLabel(series, "cluster", "own");
    addSample(series, -0.0, -5);
  });
}

class RemoteRead : public testing::Test {
 protected:
  Result<RemoteReadAnswer> read(const std::string& message, topology::LabelPairs added = {}) {
    return RemoteReadAnswer::read(packed(message), std::move(added), budget_);
  }
  std::string errorOf(const std::string& message) {
    auto answer = read(message);
    if (!answer) return answer.error().message;
    engine::SampleRun run;
    while (true) {
      const auto more = answer->next(run);
      if (!more) return more.error().message;
      if (!*more) return "none";
    }
  }

  engine::MemoryBudget budget_{1u << 20};
};

TEST_F(RemoteRead, AsksForWhatASelectorSelects) {
  const auto query = promql::parseMetricSelector(R"(x{job=~"a.*",y!="1"})");
  const auto& matchers = promql::as<promql::VectorSelector>(query->root())->matchers;
  std::string plain;
  const std::string body = remoteReadRequest(matchers, 1000, 2000);
  ASSERT_TRUE(snappy::Uncompress(body.data(), body.size(), &plain));
  std::string expected;
  pbf_writer request(expected);
  {
    pbf_writer asked(request, 1);
    asked.add_int64(1, 1000);
    asked.add_int64(2, 2000);
    const auto add = [&](int type, const std::string& name, const std::string& value) {
      pbf_writer matcher(asked, 3);
      matcher.add_enum(1, type);
      matcher.add_string(2, name);
      matcher.add_string(3, value);
    };
    for (const auto& matcher : matchers) {
      add(matcher.name == "job" ? 2
          : matcher.name == "y" ? 1
                                : 0,
          std::string(matcher.name), std::string(matcher.value));
    }
  }
  request.add_enum(2, 0);
  EXPECT_EQ(plain, expected);
}

TEST_F(RemoteRead, ReadsFloatsAndAddsLabels) {
  auto answer = read(twoSeries(), {{"cluster", "a"}});
  ASSERT_TRUE(answer.has_value()) << answer.error().message;
  engine::SampleRun run;
  ASSERT_TRUE(*answer->next(run));
  EXPECT_EQ(run.labels.get("cluster"), "a");
  EXPECT_EQ(run.labels.get("job"), "a");
  ASSERT_EQ(run.floats.size(), 2u);
  EXPECT_EQ(run.floats.times[1], 2000);
  EXPECT_EQ(run.floats.values[0], 1.5);
  EXPECT_TRUE(model::isStaleNaN(run.floats.values[1]));
  ASSERT_TRUE(*answer->next(run));
  EXPECT_EQ(run.labels.get("cluster"), "own");
  EXPECT_EQ(run.floats.times[0], -5);
  EXPECT_TRUE(std::signbit(run.floats.values[0]));
  EXPECT_FALSE(*answer->next(run));
}

TEST_F(RemoteRead, ReadsHistograms) {
  const std::string message = answerOf([](pbf_writer& result) {
    pbf_writer series(result, 1);
    addLabel(series, "__name__", "h");
    pbf_writer histogram(series, 4);
    histogram.add_uint64(1, 6);
    histogram.add_double(3, 12.5);
    histogram.add_sint32(4, 1);
    histogram.add_double(5, 0.001);
    histogram.add_uint64(6, 1);
    {
      pbf_writer span(histogram, 11);
      span.add_sint32(1, -2);
      span.add_uint32(2, 2);
    }
    const std::vector<std::int64_t> deltas = {3, -1};
    histogram.add_packed_sint64(12, deltas.begin(), deltas.end());
    histogram.add_enum(14, 3);
    histogram.add_int64(15, 60'000);
  });
  auto answer = read(message);
  ASSERT_TRUE(answer.has_value());
  engine::SampleRun run;
  const auto more = answer->next(run);
  ASSERT_TRUE(more.has_value()) << more.error().message;
  ASSERT_EQ(run.histograms.size(), 1u);
  EXPECT_EQ(run.histograms.times[0], 60'000);
  const model::FloatHistogram& histogram = *run.histograms.values[0];
  EXPECT_EQ(histogram.positive_buckets, (std::vector<double>{3, 2}));
  EXPECT_EQ(histogram.positive_spans, (std::vector<model::Span>{{-2, 2}}));
  EXPECT_EQ(histogram.count, 6);
  EXPECT_EQ(histogram.zero_count, 1);
  EXPECT_EQ(histogram.counter_reset_hint, model::CounterResetHint::kGauge);
}

TEST_F(RemoteRead, RefusesWhatBreaksTheProtocol) {
  EXPECT_EQ(RemoteReadAnswer::read("\xff\xff", {}, budget_).error().message,
            "remote read answer: not snappy");
  EXPECT_EQ(errorOf("\x0a\x7f"), "remote read answer: end of buffer exception");
  EXPECT_EQ(errorOf(answerOf([](pbf_writer& result) {
              pbf_writer series(result, 1);
              addSample(series, 1, 2000);
              addSample(series, 1, 2000);
            })),
            "remote read answer: samples are not in order");
  EXPECT_EQ(errorOf(""), "none");
  // A histogram whose buckets are not those of its spans.
  EXPECT_TRUE(errorOf(answerOf([](pbf_writer& result) {
                pbf_writer series(result, 1);
                pbf_writer histogram(series, 4);
                pbf_writer span(histogram, 11);
                span.add_uint32(2, 2'000'000'000);
              })).starts_with("remote read answer: "));
}

TEST_F(RemoteRead, TakesNoMoreMemoryThanTheBudgetHas) {
  const std::string large(2u << 20, '\0');
  EXPECT_THROW(static_cast<void>(read(large)), engine::EvaluationStopped);
  EXPECT_EQ(budget_.used(), 0u);
}

}  // namespace
}  // namespace prome::remote
