#include "querier/answer_decoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "base/number_format.h"
#include "decoding.h"

namespace prome::querier {
namespace {

using engine::StepGrid;
using testing::decode;
using testing::Decoded;
using ::testing::ElementsAre;
using testing::textOf;

constexpr StepGrid kGrid{.start_ms = 1'700'000'000'500, .end_ms = 1'700'000'045'500, .step_ms = 15'000};
constexpr StepGrid kInstant{.start_ms = 1'700'000'000'000, .end_ms = 1'700'000'000'000, .step_ms = 1};

/// The answer must be read as `expected` whatever pieces it comes in.
void expectDecoded(const std::string& answer, const StepGrid& grid, const std::string& expected) {
  for (std::size_t piece = 1; piece <= answer.size(); ++piece) {
    const std::string text = textOf(decode(answer, grid, piece));
    ASSERT_EQ(text, expected) << "in pieces of " << piece;
  }
  for (std::size_t first = 1; first < answer.size(); ++first) {
    const engine::EngineOptions options;
    engine::Evaluation evaluation(options, grid, {});
    AnswerDecoder decoder(grid, {}, evaluation);
    engine::Series series;
    std::size_t count = 0;
    for (const std::string& part : {answer.substr(0, first), answer.substr(first)}) {
      if (!decoder.feed(part)) break;
      while (decoder.next(series)) ++count;
    }
    const auto finished = decoder.finish();
    ASSERT_EQ(finished.has_value(), expected.find("error ") == std::string::npos) << "cut at " << first;
    const Decoded whole = decode(answer, grid, answer.size());
    ASSERT_EQ(count, whole.series.size()) << "cut at " << first;
  }
}

std::string matrix(const std::string& series) {
  return R"({"status":"success","data":{"resultType":"matrix","result":[)" + series + "]}}";
}

std::string vector(const std::string& series) {
  return R"({"status":"success","data":{"resultType":"vector","result":[)" + series + "]}}";
}

TEST(AnswerDecoder, MatrixWithGaps) {
  expectDecoded(
      matrix(
          R"({"metric":{"__name__":"up","job":"a"},"values":[[1700000000.500,"1"],[1700000030.500,"0.25"],[1700000045.500,"-0"]]},)"
          R"({"metric":{},"values":[[1700000015.500,"NaN"],[1700000030.500,"+Inf"],[1700000045.500,"-Inf"]]})"),
      kGrid,
      "{__name__=\"up\", job=\"a\"} 1 - 0.25 -0\n"
      "{} - nan inf -inf\n");
}

TEST(AnswerDecoder, NothingFound) {
  expectDecoded(matrix(""), kGrid, "");
  expectDecoded(R"({"status":"success","data":{"resultType":"matrix","result":null}})", kGrid, "");
}

TEST(AnswerDecoder, Vector) {
  expectDecoded(vector(R"({"metric":{"a":"b"},"value":[1700000000,"1e+21"]},)"
                       R"({"metric":{"a":"c"},"value":[1700000000.000,"5e-324"]})"),
                kInstant, "{a=\"b\"} 1e+21\n{a=\"c\"} 4.9406564584124654e-324\n");
}

TEST(AnswerDecoder, Scalar) {
  expectDecoded(R"({"status":"success","data":{"resultType":"scalar","result":[1700000000,"2.5"]}})",
                kInstant, "{} 2.5\n");
  const Decoded decoded =
      decode(R"({"status":"success","data":{"result":[1.7e9,"2.5"],"resultType":"scalar"}})", kInstant, 100,
             {{"a", "b"}});
  EXPECT_EQ(textOf(decoded), "{} 2.5\n");
}

TEST(AnswerDecoder, AnyKeyOrderAndWhiteSpace) {
  expectDecoded(
      " {\n\t\"isPartial\" : false , \"infos\":[ \"i\\\"1\" , \"i2\" ],\r\n \"stats\": "
      "{\"a\":[1,{\"b\":\"}]\"}],\"c\":null},"
      "\"data\":{\"analysis\":{},\"result\" : [ { \"values\" : [ [ 1700000000.5 , \"1\" ] , "
      "[1700000015.5,\"2\"] ] ,"
      " \"group\":1, \"metric\" : { \"b\" : \"2\" , \"a\" : \"1\" } } ,{\"metric\":{},\"values\":[ ]} ] ,"
      "\"resultType\":\"matrix\"},\"warnings\":[\"w\"],\"status\":\"success\" } \n",
      kGrid, "{a=\"1\", b=\"2\"} 1 2 - -\nwarning w\ninfo i\"1\ninfo i2\n");
}

TEST(AnswerDecoder, EscapesInLabels) {
  expectDecoded(
      vector(
          "{\"metric\":{\"a\":\"\\\"\\\\\\n\\u003c\\u00e9\\ud83d\\ude00\xc3\xa9\",\"u\\u002ev\":\"\\ud800\"},"
          "\"value\":[1700000000,\"1\"]}"),
      kInstant, "{a=\"\\\"\\\\\\n<\u00e9\U0001F600\u00e9\", \"u.v\"=\"\uFFFD\"} 1\n");
}

constexpr const char* kHistogram =
    R"({"count":"7","sum":"2.5","buckets":[[1,"-2","-1","1"],[3,"-0.25","0.25","2"],[0,"0.5","1","4"]]})";

TEST(AnswerDecoder, HistogramsBesideFloats) {
  expectDecoded(
      matrix(
          std::string(R"({"metric":{"a":"b"},"values":[[1700000000.5,"1"]],"histograms":[[1700000015.5,)") +
          kHistogram + "],[1700000045.5," + kHistogram + "]]}"),
      kGrid, "{a=\"b\"} 1 h(7) - h(7)\n");
  expectDecoded(vector(std::string(R"({"metric":{"a":"b"},"histogram":[1700000000,)") + kHistogram + "]}"),
                kInstant, "{a=\"b\"} h(7)\n");
}

TEST(AnswerDecoder, AddsLabels) {
  const std::string answer = vector(
      R"({"metric":{"a":"1","z":"1"},"value":[1700000000,"1"]},{"metric":{"cluster":"own"},"value":[1700000000,"2"]},)"
      R"({"metric":{"cluster":"c"},"value":[1700000000,"3"]},{"metric":{"cluster":""},"value":[1700000000,"4"]})");
  const Decoded decoded = decode(answer, kInstant, 10, {{"cluster", "c"}, {"empty", ""}, {"region", "r"}});
  EXPECT_EQ(textOf(decoded),
            "{a=\"1\", cluster=\"c\", region=\"r\", z=\"1\"} 1\n"
            "{cluster=\"own\", region=\"r\"} 2\n"
            "{cluster=\"c\", region=\"r\"} 3\n"
            "{cluster=\"c\", region=\"r\"} 4\n");
  EXPECT_EQ(decoded.foreign_labels, 1U);
}

TEST(AnswerDecoder, GivesSeriesAsTheyAreWhole) {
  const engine::EngineOptions options;
  engine::Evaluation evaluation(options, kGrid, {});
  AnswerDecoder decoder(kGrid, {}, evaluation);
  engine::Series series;
  const std::string answer = matrix(R"({"metric":{"a":"1"},"values":[[1700000000.5,"1"]]})");
  const std::string first = answer.substr(0, answer.size() - 3);
  ASSERT_TRUE(decoder.feed(first));
  EXPECT_TRUE(decoder.next(series));
  EXPECT_EQ(series.labels.get("a"), "1");
  EXPECT_FALSE(decoder.next(series));
  const std::string second = answer.substr(answer.size() - 3);
  ASSERT_TRUE(decoder.feed(second));
  EXPECT_FALSE(decoder.next(series));
  EXPECT_TRUE(decoder.finish());
}

/// Times as a server writes them.
void appendTime(std::string& out, std::int64_t time_ms) {
  out += std::to_string(time_ms / 1000);
  if (time_ms % 1000 == 0) return;
  const std::string milli = std::to_string(1000 + time_ms % 1000);
  out += '.' + milli.substr(1);
}

struct Generated {
  std::string answer;
  std::vector<std::vector<double>> series;  // kAbsent where there is no value
};

Generated generate(std::mt19937_64& random, const StepGrid& grid) {
  Generated out;
  std::string elements;
  for (std::uint64_t i = random() % 5; i > 0; --i) {
    elements +=
        (elements.empty() ? "" : ",") + (R"({"metric":{"n":")" + std::to_string(i)) + R"("},"values":[)";
    std::vector<double>& column = out.series.emplace_back();
    const std::uint64_t gaps = random() % 4;
    bool any = false;
    for (std::size_t step = 0; step < grid.steps(); ++step) {
      column.push_back(engine::kAbsent);
      if (random() % 4 < gaps && (any || step + 1 < grid.steps())) continue;
      switch (random() % 4) {
        case 0:
          column.back() = static_cast<double>(random() % 10'000) / 100;
          break;
        case 1:
          column.back() = static_cast<double>(random() % 10'000) / 285;
          break;
        case 2:
          column.back() = std::bit_cast<double>(random());
          break;
        default:
          column.back() = -static_cast<double>(random() % 1'000'000);
      }
      if (std::isnan(column.back())) column.back() = model::kNormalNaN;
      elements += any ? ",[" : "[";
      any = true;
      appendTime(elements, grid.time(step));
      char text[kMaxSampleValueBytes];
      elements += ",\"" + std::string(text, writeSampleValue(text, column.back())) + "\"]";
    }
    elements += "]}";
  }
  out.answer = matrix(elements);
  return out;
}

TEST(AnswerDecoder, GeneratedMatrices) {
  std::mt19937_64 random(5);
  for (int round = 0; round < 2'000; ++round) {
    const auto start = static_cast<std::int64_t>(random() % 3 == 0 ? random() % 100'000'000
                                                                   : 1'700'000'000'000 + random() % 2 * 7);
    const auto step = static_cast<std::int64_t>(random() % 2 == 0 ? 15'000 : 1 + random() % 5'000);
    const StepGrid grid{.start_ms = start,
                        .end_ms = start + static_cast<std::int64_t>(random() % 60) * step,
                        .step_ms = step};
    const Generated generated = generate(random, grid);
    const std::size_t piece = 1 + random() % (random() % 2 == 0 ? 100 : 5'000);
    const Decoded decoded = decode(generated.answer, grid, piece);
    ASSERT_FALSE(decoded.error) << decoded.error->message << " in " << generated.answer;
    ASSERT_EQ(decoded.series.size(), generated.series.size()) << generated.answer;
    for (std::size_t i = 0; i < generated.series.size(); ++i) {
      ASSERT_TRUE(std::ranges::equal(
          decoded.series[i].floats, generated.series[i], {},
          [](double value) { return std::bit_cast<std::uint64_t>(value); },
          [](double value) { return std::bit_cast<std::uint64_t>(value); }))
          << generated.answer;
    }
  }
}

TEST(AnswerDecoder, GridsAtTheEndOfTime) {
  const StepGrid grid{.start_ms = model::kMaxTimeMs - 1, .end_ms = model::kMaxTimeMs, .step_ms = 1};
  expectDecoded(matrix(R"({"metric":{},"values":[[9223372036854775.806,"1"],[9223372036854775.807,"2"]]})"),
                grid, "{} 1 2\n");
}

}  // namespace
}  // namespace prome::querier
