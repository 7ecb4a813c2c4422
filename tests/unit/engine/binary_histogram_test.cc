#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "binary_fixture.h"

namespace prome::engine::testing {
namespace {

using model::CounterResetHint;
using model::FloatHistogram;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Two buckets, (0.5, 1] and (1, 2], of `scale` observations each.
FloatHistogram exponential(double scale, CounterResetHint hint = CounterResetHint::kUnknown) {
  FloatHistogram made;
  made.counter_reset_hint = hint;
  made.count = 2 * scale;
  made.sum = 3 * scale;
  made.positive_spans = {{0, 2}};
  made.positive_buckets = {scale, scale};
  return made;
}

FloatHistogram custom(double bound) {
  FloatHistogram made;
  made.schema = model::kCustomBucketsSchema;
  made.count = 2;
  made.sum = 3;
  made.custom_values = {1, bound};
  made.positive_spans = {{0, 2}};
  made.positive_buckets = {1, 1};
  return made;
}

GivenSeries one(const FloatHistogram& value) {
  return histogramsAt({{"__name__", "h"}, {"x", "1"}}, {histogram(value)});
}
GivenSeries number(double value) {
  return at({{"__name__", "f"}, {"x", "1"}}, {value});
}

std::string of(std::string_view labels, const FloatHistogram& value) {
  return std::string(labels) + " " + value.toString();
}

// One operation of one series a side at one step, and the annotation it leaves.
struct Met {
  std::vector<std::string> series;
  std::vector<std::string> warnings;
  std::vector<std::string> infos;
};

Met meet(std::string_view text, const GivenSeries& lhs, const GivenSeries& rhs,
         const EngineOptions& options = {}) {
  Operation operation(text, 1, options);
  Met met;
  met.series = operation.of({lhs}, {rhs}).series;
  model::ShownAnnotations shown = operation.shown();
  met.warnings = std::move(shown.warnings);
  met.infos = std::move(shown.infos);
  return met;
}

TEST(HistogramBinary, AddsAndSubtracts) {
  const Met sum = meet("a + b", one(exponential(1)), one(exponential(2)));
  EXPECT_THAT(sum.series, ElementsAre(of("{x=\"1\"}", exponential(3))));
  EXPECT_THAT(sum.infos, IsEmpty());
  Operation operation("a - b", 1);
  OperatorPtr lhs = operation.given({one(exponential(3))});
  const Answered difference = operation.ofOperators(std::move(lhs), operation.given({one(exponential(1))}));
  EXPECT_THAT(difference.series, ElementsAre(of("{x=\"1\"}", exponential(2))));
}

TEST(HistogramBinary, MakesADifferenceAGauge) {
  Bench bench("a - b", {0, 0, 1});
  const OperatorPtr operation =
      makeBinary(bench.place(bench.root()), bench.given(bench.root(), {one(exponential(3))}),
                 bench.given(bench.root(), {one(exponential(1))}))
          .value();
  const Result<std::vector<Series>> all = drain(*operation);
  EXPECT_EQ((*all)[0].histograms[0]->counter_reset_hint, CounterResetHint::kGauge);
}

TEST(HistogramBinary, ScalesByAFloat) {
  EXPECT_THAT(meet("a * b", one(exponential(1)), number(2)).series,
              ElementsAre(of("{x=\"1\"}", exponential(2))));
  EXPECT_THAT(meet("a * b", number(2), one(exponential(1))).series,
              ElementsAre(of("{x=\"1\"}", exponential(2))));
  EXPECT_THAT(meet("a / b", one(exponential(4)), number(2)).series,
              ElementsAre(of("{x=\"1\"}", exponential(2))));
  EXPECT_THAT(meet("a * 2", one(exponential(1)), at({}, {2})).series,
              ElementsAre(of("{x=\"1\"}", exponential(2))));
  EXPECT_THAT(meet("2 * a", at({}, {2}), one(exponential(1))).series,
              ElementsAre(of("{x=\"1\"}", exponential(2))));
  EXPECT_THAT(meet("a / 2", one(exponential(4)), at({}, {2})).series,
              ElementsAre(of("{x=\"1\"}", exponential(2))));
}

TEST(HistogramBinary, ComparesForEqualityOnly) {
  EXPECT_THAT(meet("a == b", one(exponential(1)), one(exponential(1))).series,
              ElementsAre(of("h{x=\"1\"}", exponential(1))));
  EXPECT_THAT(meet("a == b", one(exponential(1)), one(exponential(2))).series, IsEmpty());
  EXPECT_THAT(meet("a != b", one(exponential(1)), one(exponential(2))).series,
              ElementsAre(of("h{x=\"1\"}", exponential(1))));
  EXPECT_THAT(meet("a == bool b", one(exponential(1)), one(exponential(1))).series,
              ElementsAre("{x=\"1\"} 1"));
  EXPECT_THAT(meet("a != bool b", one(exponential(1)), one(exponential(1))).series,
              ElementsAre("{x=\"1\"} 0"));
}

TEST(HistogramBinary, TrimsByAFloat) {
  FloatHistogram upper = exponential(1);
  upper = upper.trimBuckets(1, FloatHistogram::Trim::kUpper);
  FloatHistogram lower = exponential(1);
  lower = lower.trimBuckets(1, FloatHistogram::Trim::kLower);
  ASSERT_NE(upper.toString(), lower.toString());
  EXPECT_THAT(meet("a </ b", one(exponential(1)), number(1)).series, ElementsAre(of("h{x=\"1\"}", upper)));
  EXPECT_THAT(meet("a >/ 1", one(exponential(1)), at({}, {1})).series, ElementsAre(of("h{x=\"1\"}", lower)));
}

TEST(HistogramBinary, SaysWhichTypesDoNotGoTogether) {
  struct Case {
    const char* text;
    GivenSeries lhs;
    GivenSeries rhs;
    const char* types;
  };
  const GivenSeries scalar = at({}, {2});
  const std::vector<Case> cases{
      {"a + b", one(exponential(1)), number(1), R"("+": histogram + float)"},
      {"a / b", number(1), one(exponential(1)), R"("/": float / histogram)"},
      {"a * b", one(exponential(1)), one(exponential(1)), R"("*": histogram * histogram)"},
      {"a > bool b", one(exponential(1)), one(exponential(1)), R"(">": histogram > histogram)"},
      {"a == bool b", one(exponential(1)), number(1), R"("==": histogram == float)"},
      {"a atan2 b", number(1), one(exponential(1)), R"("atan2": float atan2 histogram)"},
      {"a </ b", number(1), number(1), R"("</": float </ float)"},
      {"a >/ b", one(exponential(1)), one(exponential(1)), R"(">/": histogram >/ histogram)"},
      {"a - 2", one(exponential(1)), scalar, R"("-": histogram - float)"},
      {"2 / a", scalar, one(exponential(1)), R"("/": float / histogram)"},
      {"2 == a", scalar, one(exponential(1)), R"("==": float == histogram)"},
      {"a >= bool 2", one(exponential(1)), scalar, R"(">=": histogram >= float)"},
      {"a </ 2", number(1), scalar, R"("</": float </ float)"},
      {"2 </ a", scalar, one(exponential(1)), R"("</": float </ histogram)"},
  };
  for (const Case& met : cases) {
    const Met answer = meet(met.text, met.lhs, met.rhs);
    EXPECT_THAT(answer.series, IsEmpty()) << met.text;
    EXPECT_THAT(answer.infos,
                ElementsAre("PromQL info: incompatible sample types encountered for binary operator " +
                            std::string(met.types) + " (1:1)"));
    EXPECT_THAT(answer.warnings, IsEmpty()) << met.text;
    EXPECT_THAT(meet(met.text, met.lhs, met.rhs, prometheus2()).infos, IsEmpty()) << met.text;
  }
}

TEST(HistogramBinary, WarnsOfUnlikeBuckets) {
  const Met answer = meet("a + b", one(exponential(1)), one(custom(2)));
  EXPECT_THAT(answer.series, IsEmpty());
  EXPECT_THAT(answer.warnings,
              ElementsAre("PromQL warning: incompatible bucket layout encountered for binary "
                          "operator + (1:1)"));
}

TEST(HistogramBinary, TellsThatBoundsWereReconciled) {
  const Met sum = meet("a + b", one(custom(2)), one(custom(3)));
  EXPECT_EQ(sum.series.size(), 1U);
  EXPECT_THAT(sum.infos,
              ElementsAre("PromQL info: mismatched custom buckets were reconciled during addition (1:1)"));
  EXPECT_THAT(meet("a - b", one(custom(2)), one(custom(3))).infos,
              ElementsAre("PromQL info: mismatched custom buckets were reconciled during subtraction (1:1)"));
}

// As in Prometheus, which gives no result where it warns.
TEST(HistogramBinary, GivesNothingWhereCounterResetsConflict) {
  const Met answer = meet("a + b", one(exponential(1, CounterResetHint::kReset)),
                          one(exponential(1, CounterResetHint::kNotReset)));
  EXPECT_THAT(answer.series, IsEmpty());
  EXPECT_THAT(answer.warnings,
              ElementsAre("PromQL warning: conflicting counter resets during histogram addition (1:1)"));
  EXPECT_THAT(meet("a - b", one(exponential(1, CounterResetHint::kNotReset)),
                   one(exponential(1, CounterResetHint::kReset)))
                  .warnings,
              ElementsAre("PromQL warning: conflicting counter resets during histogram subtraction (1:1)"));
}

// Of one step Prometheus tells the last thing only.
TEST(HistogramBinary, TellsTheLastThingOfAStep) {
  const auto series = [](std::string_view x, std::vector<model::HistogramPtr> histograms,
                         std::vector<double> floats) {
    return GivenSeries{model::Labels{{"x", x}}, std::move(floats), std::move(histograms)};
  };
  const model::HistogramPtr h = histogram(exponential(1));
  Operation same("a + b", 1);
  same.of({series("1", {h}, {}), series("2", {}, {1})}, {series("1", {}, {1}), series("2", {h}, {})});
  EXPECT_THAT(same.shown().infos, ElementsAre("PromQL info: incompatible sample types encountered for binary "
                                              "operator \"+\": float + histogram (1:1)"));
  Operation apart("a + b", 2);
  apart.of({series("1", {h, nullptr}, {}), series("2", {}, {kNone, 1})},
           {series("1", {}, {1, 1}), series("2", {h, h}, {})});
  EXPECT_EQ(apart.shown().infos.size(), 2U);
}

TEST(HistogramBinary, TakesEachStepForWhatItIs) {
  const model::HistogramPtr h = histogram(exponential(1));
  const GivenSeries mixed{model::Labels{{"x", "1"}}, {1, kNone, kNone}, {nullptr, h, nullptr}};
  EXPECT_THAT(Operation("a + b", 3).of({mixed}, {mixed}).series,
              ElementsAre("{x=\"1\"} 2 " + exponential(2).toString() + " -"));
  EXPECT_THAT(Operation("a * 2", 3).of({mixed}, {at({}, {2, 2, 2})}).series,
              ElementsAre("{x=\"1\"} 2 " + exponential(2).toString() + " -"));
  EXPECT_THAT(Operation("-a", 3).of({mixed}).series,
              ElementsAre("{x=\"1\"} -1 " + exponential(-1).toString() + " -"));
  EXPECT_THAT(Operation("a unless b", 3).of({mixed}, {at({{"x", "1"}}, {1, kNone, 1})}).series,
              ElementsAre("{x=\"1\"} - " + exponential(1).toString() + " -"));
}

// An operation that is not defined is no match: the fill may still stand in, and a second partner may come.
TEST(HistogramBinary, CountsNothingUndefinedAsAMatch) {
  const model::HistogramPtr h = histogram(exponential(1));
  const GivenSeries undefined = histogramsAt({{"x", "1"}, {"y", "1"}}, {h});
  const GivenSeries defined = at({{"x", "1"}, {"y", "2"}}, {1});
  EXPECT_THAT(Operation("a + on (x) b", 1).of({undefined, defined}, {at({{"x", "1"}}, {2})}).series,
              ElementsAre("{x=\"1\"} 3"));
  EXPECT_THAT(Operation("a + on (x) fill_left (5) b", 1).of({undefined}, {at({{"x", "1"}}, {2})}).series,
              ElementsAre("{x=\"1\"} 7"));
}

TEST(HistogramBinary, LaysHistogramsAndFloatsOfAGroupIntoOneColumn) {
  const model::HistogramPtr h = histogram(exponential(1));
  EXPECT_THAT(
      Operation("a * on (x) b", 3)
          .of({at({{"x", "1"}}, {2, 2, 2})}, {at({{"x", "1"}, {"y", "1"}}, {3, kNone, kNone}),
                                              histogramsAt({{"x", "1"}, {"y", "2"}}, {nullptr, h, nullptr})})
          .series,
      ElementsAre("{x=\"1\"} 6 " + exponential(2).toString() + " -"));
  EXPECT_THAT(Operation("a * on (x) fill_right (10) b", 3)
                  .of({at({{"x", "1"}}, {2, 2, 2})}, {histogramsAt({{"x", "1"}}, {nullptr, h, nullptr})})
                  .series,
              ElementsAre("{x=\"1\"} 20 " + exponential(2).toString() + " 20"));
}

}  // namespace
}  // namespace prome::engine::testing
