#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "model/sample.h"
#include "promqltest/histogram_notation.h"
#include "promqltest/limits.h"
#include "promqltest/series_notation.h"

namespace prome::promqltest {
namespace {

using model::CounterResetHint;
using model::Labels;

/// Values as `1 _ stale`.
std::string values(std::string_view items) {
  const auto series = parseSeries("m " + std::string(items));
  if (!series) return "error at " + std::to_string(series.error().offset) + ": " + series.error().message;
  std::string out;
  for (const ScriptValue& value : series->values) {
    if (!out.empty()) out += ' ';
    if (value.isGap()) {
      out += '_';
    } else if (const auto* const number = std::get_if<double>(&value.value)) {
      std::array<char, 32> text{};
      std::snprintf(text.data(), text.size(), "%g", *number);
      out += model::isStaleNaN(*number) ? "stale" : text.data();
    } else {
      out += "histogram";
    }
  }
  return out;
}

TEST(SeriesNotation, ReadsLabels) {
  EXPECT_EQ(parseSeries("up 1")->labels, (Labels{{"__name__", "up"}}));
  EXPECT_EQ(parseSeries("{} 1")->labels, Labels());
  EXPECT_EQ(parseSeries(R"(a:b{x="}",y='"',z=`\n`} 1)")->labels,
            (Labels{{"__name__", "a:b"}, {"x", "}"}, {"y", "\""}, {"z", "\\n"}}));
  EXPECT_EQ(parseSeries(R"({"a.b","c d"="e"} 1)")->labels, (Labels{{"__name__", "a.b"}, {"c d", "e"}}));
  EXPECT_EQ(parseSeries(R"(sum{by=""} 1)")->labels, (Labels{{"__name__", "sum"}}));
}

TEST(SeriesNotation, RefusesWhatIsNoLabelSet) {
  for (const char* const line : {"", "5 6", R"(m{a="b" 1)", R"(m{a!="b"} 1)", R"(m{a=~"b"} 1)",
                                 R"(m{a="1",a="2"} 1)", R"(m{a} 1)", R"(m{"a} 1)"}) {
    EXPECT_FALSE(parseSeries(line)) << line;
  }
}

TEST(SeriesNotation, ExpandsFloats) {
  EXPECT_EQ(values("1 -2 +3.5 1e3 1e-3"), "1 -2 3.5 1000 0.001");
  EXPECT_EQ(values("_ _x3 4"), "_ _ _ _ 4");
  EXPECT_EQ(values("_x0 4"), "4");
  EXPECT_EQ(values("5x0 5x2"), "5 5 5 5");
  EXPECT_EQ(values("1+2x3"), "1 3 5 7");
  EXPECT_EQ(values("1-2x3"), "1 -1 -3 -5");
  EXPECT_EQ(values("-1-1x1 -1+1x1"), "-1 -2 -1 0");
  EXPECT_EQ(values("1e2+1e1x1"), "100 110");
  EXPECT_EQ(values("stale stalex1"), "stale stale stale");
  EXPECT_EQ(values("inf -Inf NaN NaNx1"), "inf -inf nan nan nan");
  EXPECT_EQ(values("1m 1h30mx1 2m+30sx1"), "60 5400 5400 120 150");
  EXPECT_EQ(values("1_000"), "1000");
  EXPECT_EQ(values("  1\t2  "), "1 2");
}

TEST(SeriesNotation, SaysWhereItStops) {
  EXPECT_EQ(values("1 oops"), "error at 4: expected a number, got \"oops\"");
  EXPECT_EQ(values("1,2"), "error at 3: expected a blank");
  EXPECT_EQ(values("1+1"), "error at 2: expected xN behind the change");
  EXPECT_EQ(values("1x"), "error at 4: expected a whole number");
  EXPECT_EQ(values("1x-1"), "error at 4: expected a whole number");
  EXPECT_EQ(values("0x1F"), "error at 5: expected a blank");
  EXPECT_EQ(values("1..2"), "error at 2: bad number \"1..2\"");
  EXPECT_EQ(values("{{count:1"), "error at 2: the histogram is not closed by }}");
}

TEST(SeriesNotation, BoundsTheValuesOfALine) {
  const std::string most = std::to_string(kMaxValuesPerLine);
  EXPECT_EQ(parseSeries("m _x" + most)->values.size(), kMaxValuesPerLine);
  EXPECT_FALSE(parseSeries("m _x" + most + " 1"));
  EXPECT_FALSE(parseSeries("m 1x" + most));
  EXPECT_FALSE(parseSeries("m 1x99999999999999999999"));
  EXPECT_FALSE(parseStarts("m@st 1sx" + most));
}

TEST(StartNotation, ReadsOffsets) {
  EXPECT_TRUE(isStartLine("m{a=\"b\"}@st -1m"));
  EXPECT_FALSE(isStartLine("m 1 2"));
  const auto starts = parseStarts("m{a=\"b\"}@st _ _x2 -1m 30sx1 0s-10sx2 0");
  ASSERT_TRUE(starts) << starts.error().message;
  using Offset = std::optional<std::int64_t>;
  EXPECT_EQ(starts->offsets_ms,
            (std::vector<Offset>{{}, {}, {}, -60'000, 30'000, 30'000, 0, -10'000, -20'000, 0}));
  EXPECT_FALSE(parseStarts("m@st 5"));
  EXPECT_FALSE(parseStarts("m@st 1m+1m"));
  EXPECT_FALSE(parseStarts("m@st 101y"));
}

TEST(HistogramNotation, ReadsEveryKey) {
  Cursor cursor(
      "{{schema:1 count:22.5 sum:-3 z_bucket:2 z_bucket_w:0.001 offset:-2 buckets:[5 10 7] n_offset:3 "
      "n_buckets:[1 Inf] counter_reset_hint:not_reset }}x3");
  const auto noted = parseHistogram(cursor);
  ASSERT_TRUE(noted) << noted.error().message;
  EXPECT_EQ(cursor.rest(), "x3");
  const model::FloatHistogram& h = noted->histogram;
  EXPECT_EQ(h.schema, 1);
  EXPECT_EQ(h.count, 22.5);
  EXPECT_EQ(h.sum, -3);
  EXPECT_EQ(h.zero_count, 2);
  EXPECT_EQ(h.zero_threshold, 0.001);
  EXPECT_EQ(h.positive_spans, (std::vector<model::Span>{{-2, 3}}));
  EXPECT_EQ(h.positive_buckets, (std::vector<double>{5, 10, 7}));
  EXPECT_EQ(h.negative_spans, (std::vector<model::Span>{{3, 2}}));
  EXPECT_TRUE(std::isinf(h.negative_buckets[1]));
  EXPECT_EQ(h.counter_reset_hint, CounterResetHint::kNotReset);
  EXPECT_TRUE(noted->hint_given);
}

TEST(HistogramNotation, ReadsCustomBoundsAndNothingAtAll) {
  Cursor custom("{{schema:-53 custom_values:[-1 0 1.5] buckets:[1 2 3 4]}}");
  EXPECT_EQ(parseHistogram(custom)->histogram.custom_values, (std::vector<double>{-1, 0, 1.5}));
  Cursor empty("{{}}");
  const auto noted = parseHistogram(empty);
  ASSERT_TRUE(noted);
  EXPECT_FALSE(noted->hint_given);
  EXPECT_TRUE(noted->histogram.positive_spans.empty());
}

TEST(HistogramNotation, RefusesWhatItDoesNotKnow) {
  for (const char* const text :
       {"{{width:1}}", "{{count:1 count:2}}", "{{count 1}}", "{{count:}}", "{{schema:1.5}}",
        "{{buckets:[1 2}}", "{{buckets:[1,2]}}", "{{counter_reset_hint:maybe}}", "{{count:1sum:2}}",
        "{count:1}", "{{count:1}"}) {
    Cursor cursor(text);
    EXPECT_FALSE(parseHistogram(cursor)) << text;
  }
}

TEST(SeriesNotation, ExpandsHistograms) {
  EXPECT_EQ(values("{{count:1}}x2"), "histogram histogram histogram");
  const auto rising = parseSeries("m {{count:1 sum:2 buckets:[1]}}+{{count:2 sum:1 buckets:[2]}}x2");
  ASSERT_TRUE(rising) << rising.error().message;
  ASSERT_EQ(rising->values.size(), 3U);
  EXPECT_EQ(std::get<model::HistogramPtr>(rising->values[2].value)->count, 5);
  EXPECT_EQ(std::get<model::HistogramPtr>(rising->values[0].value)->count, 1);
  const auto falling = parseSeries("m {{count:5 buckets:[5]}}-{{count:2 buckets:[2]}}x1 7");
  ASSERT_TRUE(falling) << falling.error().message;
  EXPECT_EQ(std::get<model::HistogramPtr>(falling->values[1].value)->positive_buckets,
            std::vector<double>{3});
  EXPECT_EQ(falling->values.size(), 3U);
  EXPECT_FALSE(parseSeries("m {{schema:1}}+{{schema:0}}x1"));
}

}  // namespace
}  // namespace prome::promqltest
