#include "querier/samples_decoder.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>

#include "engine/evaluation.h"

namespace prome::querier {
namespace {

struct Bounds {
  std::int64_t start_ms = model::kMinTimeMs;
  std::int64_t end_ms = model::kMaxTimeMs;
};

/// One line a series, `{a="b"} time:value ...`; a histogram by its count. An error is the last line.
std::string decode(std::string_view answer, std::size_t piece, Bounds bounds = {},
                   std::size_t max_bytes = std::size_t{1} << 30) {
  engine::EngineOptions options;
  options.max_query_bytes = max_bytes;
  engine::Evaluation evaluation(options, engine::StepGrid::at(0), {});
  SamplesDecoder decoder(bounds.start_ms, bounds.end_ms, {{"cluster", "c"}}, evaluation);
  std::string out;
  engine::SampleRun run;
  for (std::size_t at = 0; at < answer.size(); at += piece) {
    const std::string copy(answer.substr(at, piece));
    if (!decoder.feed(copy)) break;
    while (decoder.next(run)) {
      out += run.labels.toString();
      for (std::size_t i = 0; i < run.floats.size(); ++i) {
        out += ' ' + std::to_string(run.floats.times[i]) + ':' + std::to_string(run.floats.values[i]);
      }
      for (std::size_t i = 0; i < run.histograms.size(); ++i) {
        out += " " + std::to_string(run.histograms.times[i]) + ":h" +
               std::to_string(run.histograms.values[i]->count);
      }
      out += '\n';
    }
  }
  if (const auto finished = decoder.finish(); !finished) out += finished.error().message + '\n';
  return out;
}

std::string matrix(const std::string& series) {
  return R"({"status":"success","data":{"resultType":"matrix","result":[)" + series + "]}}";
}

const std::string kSeries = matrix(
    R"({"metric":{"a":"1"},"values":[[1700000000,"1"],[1700000001.5,"2.5"],[1700000007.001,"3"]]},)"
    R"({"metric":{"cluster":"d"},"values":[[1600000000,"4"]],"histograms":[[1700000001,{"count":"7","sum":"1"}]]})");

TEST(SamplesDecoder, AnyTimes) {
  const std::string expected =
      "{a=\"1\", cluster=\"c\"} 1700000000000:1.000000 1700000001500:2.500000 1700000007001:3.000000\n"
      "{cluster=\"d\"} 1600000000000:4.000000 1700000001000:h7.000000\n";
  for (std::size_t piece = 1; piece <= kSeries.size(); ++piece) EXPECT_EQ(decode(kSeries, piece), expected);
}

TEST(SamplesDecoder, LeavesOutWhatWasNotAskedFor) {
  EXPECT_EQ(decode(kSeries, 1000, {.start_ms = 1'700'000'001'000, .end_ms = 1'700'000'001'500}),
            "{a=\"1\", cluster=\"c\"} 1700000001500:2.500000\n"
            "{cluster=\"d\"} 1700000001000:h7.000000\n");
  EXPECT_EQ(decode(kSeries, 1000, {.start_ms = 0, .end_ms = 1}), "");
}

TEST(SamplesDecoder, TimesMustAscend) {
  const auto error_of = [](const std::string& lists) {
    return decode(matrix(R"({"metric":{},)" + lists + "}"), 1000);
  };
  EXPECT_NE(error_of(R"("values":[[2,"1"],[1,"1"]])").find("not after"), std::string::npos);
  EXPECT_NE(error_of(R"("values":[[1700000000,"1"],[1700000000,"1"]])").find("not after"), std::string::npos);
  EXPECT_NE(
      error_of(R"("histograms":[[1,{"count":"1","sum":"1"}],[1,{"count":"1","sum":"1"}]])").find("not after"),
      std::string::npos);
}

TEST(SamplesDecoder, OfMatricesOnly) {
  EXPECT_NE(decode(R"({"status":"success","data":{"resultType":"vector","result":[]}})", 9).find("no matrix"),
            std::string::npos);
  EXPECT_NE(
      decode(R"({"status":"success","data":{"result":[1,"2"],"resultType":"scalar"}})", 9).find("no matrix"),
      std::string::npos);
}

TEST(SamplesDecoder, TakesFromTheBudget) {
  std::string values;
  for (int i = 0; i < 1000; ++i) {
    values += (i > 0 ? ",[" : "[") + std::to_string(1'700'000'000 + i) + ",\"0.5\"]";
  }
  const std::string answer = matrix(R"({"metric":{},"values":[)" + values + "]}");
  constexpr std::size_t kBytes = 1024 * 16;
  EXPECT_NE(decode(answer, answer.size(), {}, kBytes).find(":0.5"), std::string::npos);
  EXPECT_THROW(decode(answer, answer.size(), {}, kBytes - 1), engine::EvaluationStopped);
}

}  // namespace
}  // namespace prome::querier
