#include "forward/label_splicer.h"

#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace prome::forward {
namespace {

using Labels = std::vector<std::pair<std::string, std::string>>;

struct Spliced {
  std::string text;
  bool good = true;
  std::uint64_t foreign = 0;
};

Spliced splice(std::string_view bytes, AnswerShape shape, const Labels& labels, std::size_t piece) {
  const SplicedLabels rendered(labels);
  LabelSplicer splicer(shape, rendered);
  alignas(iovec) std::array<char, http::SliceSink::kMinScratch> scratch;
  http::SliceSink sink(scratch);
  Spliced out;
  for (std::size_t at = 0; at < bytes.size() && out.good; at += piece) {
    const std::string copy(bytes.substr(at, piece));
    std::string_view in = copy;
    while ((!in.empty() || splicer.owes()) && out.good) {
      out.good = splicer.feed(in, sink);
      for (const iovec& slice : sink.slices())
        out.text.append(static_cast<const char*>(slice.iov_base), slice.iov_len);
      sink.clear();
    }
  }
  out.foreign = splicer.foreignLabels();
  return out;
}

const Labels kTwo = {{"cluster", "a\"<"}, {"region", "eu"}};

/// Expects the same in pieces of every size. Returns the text, or "refused".
std::string spliced(std::string_view bytes, AnswerShape shape, const Labels& labels = kTwo) {
  const Spliced whole = splice(bytes, shape, labels, bytes.size());
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
    const Spliced again = splice(bytes, shape, labels, piece);
    EXPECT_EQ(again.good, whole.good) << piece << " of " << bytes;
    EXPECT_EQ(again.foreign, whole.foreign) << piece << " of " << bytes;
    if (!whole.good) continue;
    EXPECT_EQ(again.text, whole.text) << piece << " of " << bytes;
  }
  return whole.good ? whole.text : "refused";
}

std::string query(std::string_view series) {
  return R"({"status":"success","data":{"resultType":"vector","result":[)" + std::string(series) +
         R"(]},"warnings":["{\"metric\":{"]})";
}

void checkInstant(std::string_view series, std::string_view expected) {
  EXPECT_EQ(spliced(query(series), AnswerShape::kInstant), query(expected)) << series;
}

TEST(LabelSplicer, LabelsComeAtTheirSortedPlaces) {
  checkInstant("", "");
  checkInstant(R"({"metric":{},"value":[1,"2"]})",
               R"({"metric":{"cluster":"a\"\u003c","region":"eu"},"value":[1,"2"]})");
  checkInstant(
      R"({"metric":{"__name__":"up","job":"x"},"value":[1,"2"]})",
      R"({"metric":{"__name__":"up","cluster":"a\"\u003c","job":"x","region":"eu"},"value":[1,"2"]})");
  checkInstant(R"({"metric":{"zone":"z"},"value":[1,"2"]},{"metric":{"a":"b"},"value":[1,"2"]})",
               R"({"metric":{"cluster":"a\"\u003c","region":"eu","zone":"z"},"value":[1,"2"]},)"
               R"({"metric":{"a":"b","cluster":"a\"\u003c","region":"eu"},"value":[1,"2"]})");
}

TEST(LabelSplicer, ASeriesKeepsItsOwn) {
  const std::string bytes = query(R"({"metric":{"cluster":"own","x":"1"}},{"metric":{"region":"own"}})");
  EXPECT_EQ(
      spliced(bytes, AnswerShape::kInstant),
      query(
          R"({"metric":{"cluster":"own","region":"eu","x":"1"}},{"metric":{"cluster":"a\"\u003c","region":"own"}})"));
  EXPECT_EQ(splice(bytes, AnswerShape::kInstant, kTwo, bytes.size()).foreign, 2U);
}

TEST(LabelSplicer, AnyLayoutAndOrderOfKeys) {
  EXPECT_EQ(
      spliced(
          R"({ "data" : { "result" : [ { "value" : [ 1 , "2" ] , "metric" : { "x" : "y" , "z" : "" } } ] } })",
          AnswerShape::kInstant),
      R"({ "data" : { "result" : [ { "value" : [ 1 , "2" ] , "metric" : { "cluster":"a\"\u003c","region":"eu","x" : "y" , "z" : "" } } ] } })");
  EXPECT_EQ(spliced("{\"data\":{\"result\":[{\"metric\":{ }}]}}\n", AnswerShape::kInstant),
            "{\"data\":{\"result\":[{\"metric\":{ \"cluster\":\"a\\\"\\u003c\",\"region\":\"eu\"}}]}}\n");
}

TEST(LabelSplicer, QuotesAndBracketsInValues) {
  checkInstant(
      R"({"metric":{"a":"}]\"{\"metric\":{\\","b\\":"\\\\"},"value":[1,"NaN"]})",
      R"({"metric":{"a":"}]\"{\"metric\":{\\","b\\":"\\\\","cluster":"a\"\u003c","region":"eu"},"value":[1,"NaN"]})");
}

TEST(LabelSplicer, WhatIsNoLabelSetPasses) {
  for (const std::string_view same :
       {R"({"status":"success","data":{"resultType":"scalar","result":[1.5,"2"]}})",
        R"({"status":"error","error":"x","data":null})", R"({"metric":{"a":"b"},"data":[{"metric":{}}]})",
        R"({"data":{"result":[{"histogram":{"metric":1}}],"metric":{}}})"}) {
    EXPECT_EQ(spliced(same, AnswerShape::kInstant), same);
  }
  const std::string bytes = query(R"({"metric":{"a":"b"}})");
  EXPECT_EQ(spliced(bytes, AnswerShape::kInstant, {}), bytes);
}

TEST(LabelSplicer, SeriesAnswers) {
  EXPECT_EQ(
      spliced(R"({"status":"success","data":[{"__name__":"up","job":"x"},{}]})", AnswerShape::kSeries),
      R"({"status":"success","data":[{"__name__":"up","cluster":"a\"\u003c","job":"x","region":"eu"},{"cluster":"a\"\u003c","region":"eu"}]})");
  EXPECT_EQ(spliced(R"({"status":"success","data":[]})", AnswerShape::kSeries),
            R"({"status":"success","data":[]})");
}

TEST(LabelSplicer, WhatIsNoJsonIsRefused) {
  for (const std::string_view bad :
       {"x", "\"text\"", "{]", "}", "{}{", "{} x", "{\"data\":{\"result\":[{\"metric\":{x}}]}}",
        "{\"data\":{\"result\":[{\"metric\":{\"a\"x}}]}}", "<html>"}) {
    EXPECT_EQ(spliced(bad, AnswerShape::kInstant), "refused") << bad;
  }
}

TEST(LabelSplicer, Limits) {
  const auto nested = [](std::size_t depth) {
    return "{\"a\":" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}";
  };
  EXPECT_EQ(spliced(nested(kMaxJsonDepth), AnswerShape::kInstant), nested(kMaxJsonDepth));
  EXPECT_EQ(spliced(nested(kMaxJsonDepth + 1), AnswerShape::kInstant), "refused");
  const auto named = [](std::size_t size) {
    return "{\"data\":[{\"" + std::string(size, 'z') + "\":\"1\"}]}";
  };
  const Labels one = {{"a", "1"}};
  EXPECT_TRUE(splice(named(kMaxHeldBytes - 1), AnswerShape::kSeries, one, 7).good);
  EXPECT_FALSE(splice(named(kMaxHeldBytes), AnswerShape::kSeries, one, 7).good);
}

TEST(LabelSplicer, ManySeriesThroughASmallSink) {
  std::string series;
  std::string expected;
  for (int i = 0; i < 3000; ++i) {
    const std::string value =
        R"(},"value":[1,")" + std::string(static_cast<std::size_t>(i % 2000), '7') + R"("]},)";
    series += R"({"metric":{"job":"x")" + value;
    expected += R"({"metric":{"cluster":"a\"\u003c","job":"x","region":"eu")" + value;
  }
  series.pop_back();
  expected.pop_back();
  for (const std::size_t piece : {1U << 20U, 65536U, 1000U, 17U}) {
    const Spliced out = splice(query(series), AnswerShape::kInstant, kTwo, piece);
    EXPECT_TRUE(out.good && out.text == query(expected)) << piece;
  }
}

}  // namespace
}  // namespace prome::forward
