#include <cmath>
#include <limits>
#include <random>

#include "engine/bucket_bound.h"
#include "engine/histogram_quantile.h"
#include "function_testing.h"

namespace prome::engine {
namespace {

using namespace testing;  // NOLINT(google-build-using-namespace): the fixture of these tests
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNaN = model::kNormalNaN;

GivenSeries bucket(std::string_view le, std::vector<double> counts, std::string_view job = "j") {
  return {{{"__name__", "h"}, {"job", job}, {"le", le}}, std::move(counts)};
}

/// Observations: 10 in (0, 1], 20 in (1, 2], 10 above.
std::vector<GivenSeries> plain() {
  return {bucket("2", {30}), bucket("+Inf", {40}), bucket("1", {10})};
}

/// Schema 0: 2 in (0.5, 1], 4 in (1, 2], 2 in (2, 4].
model::HistogramPtr native(double sum = 12, double count = 8) {
  auto histogram = std::make_shared<model::FloatHistogram>();
  histogram->count = count;
  histogram->sum = sum;
  histogram->positive_spans = {{0, 3}};
  histogram->positive_buckets = {2, 4, 2};
  return histogram;
}

double quantile(double q, std::vector<GivenSeries> given) {
  return onlyValue(
      evaluateCall("histogram_quantile(scalar(q), h)", kInstant, {std::vector<double>{q}, std::move(given)}));
}

TEST(ClassicQuantile, InterpolatesWithinABucket) {
  EXPECT_EQ(quantile(0.5, plain()), 1.5);
  EXPECT_EQ(quantile(0.125, plain()), 0.5);
  EXPECT_EQ(quantile(0.25, plain()), 1);
  EXPECT_EQ(quantile(0, plain()), 0);
  EXPECT_EQ(quantile(0.9, plain()), 2);  // the highest bucket answers the bound below it
  EXPECT_EQ(quantile(1, plain()), 2);
}

TEST(ClassicQuantile, HasItsSpecialCases) {
  EXPECT_EQ(quantile(-0.1, plain()), -kInf);
  EXPECT_EQ(quantile(1.1, plain()), kInf);
  EXPECT_TRUE(std::isnan(quantile(kNaN, plain())));
  EXPECT_TRUE(std::isnan(quantile(0.5, {bucket("1", {1}), bucket("2", {2})})));
  EXPECT_TRUE(std::isnan(quantile(0.5, {bucket("+Inf", {2})})));
  EXPECT_TRUE(std::isnan(quantile(0.5, {bucket("1", {0}), bucket("+Inf", {0})})));
  EXPECT_EQ(quantile(0.1, {bucket("-1", {5}), bucket("0", {10}), bucket("+Inf", {10})}), -1);
  EXPECT_EQ(quantile(0.75, {bucket("-1", {5}), bucket("1", {10}), bucket("+Inf", {10})}), 0);
}

TEST(ClassicQuantile, AddsUpBucketsOfOneBound) {
  EXPECT_EQ(quantile(0.5, {bucket("1", {1}), bucket("1.0", {1}), bucket("1e0", {2}), bucket("Inf", {8})}), 1);
}

TEST(ClassicQuantile, OverlooksSmallDifferencesIn3x) {
  std::vector<double> counts{1e13, 1e13 - 1, 1e13};
  const ClassicQuantile now =
      classicQuantile(0.5, {std::vector<double>{1, 2, kInf}, counts}, Dialect::kPrometheus3);
  EXPECT_FALSE(now.mended.has_value());
  EXPECT_EQ(counts[1], 1e13);
}

TEST(ClassicQuantile, SaysWhatItMended) {
  const std::vector<double> bounds{1, 2, 4, 8, kInf};
  std::vector<double> counts{10, 8, 20, 15, 30};
  const ClassicQuantile result = classicQuantile(0.9, {bounds, counts}, Dialect::kPrometheus3);
  EXPECT_THAT(counts, ElementsAre(10, 10, 20, 20, 30));
  ASSERT_TRUE(result.mended.has_value());
  EXPECT_EQ(result.mended->min_bucket, 2);
  EXPECT_EQ(result.mended->max_bucket, 8);
  EXPECT_EQ(result.mended->max_difference, 5);
  std::vector<double> again{10, 8, 20, 15, 30};
  EXPECT_FALSE(classicQuantile(0.9, {bounds, again}, Dialect::kPrometheus2).mended.has_value());
  EXPECT_EQ(again, counts);
}

TEST(ClassicQuantile, GroupsByAllLabelsButTheBoundAndDropsTheName) {
  std::vector<GivenSeries> given = plain();
  given.push_back(bucket("1", {1}, "k"));
  given.push_back(bucket("+Inf", {1}, "k"));
  given.push_back(bucket("4", {1}, "k"));
  const Outcome now = evaluateCall("histogram_quantile(0.5, h)", kInstant, {given});
  EXPECT_THAT(now.floats, SameFloats(Floats{{"{job=\"j\"}", {1.5}}, {"{job=\"k\"}", {0.5}}}));
  const Outcome late = evaluateCall("histogram_quantile(0.5, h)", kInstant, {given}, delayed());
  EXPECT_THAT(late.floats, SameFloats(Floats{{"h{job=\"j\"}~", {1.5}}, {"h{job=\"k\"}~", {0.5}}}));
}

// 20 steps: more than are gathered at once, with a bucket missing, and all of them.
TEST(ClassicQuantile, TakesTheBucketsOfEachStepAndItsOwnQuantile) {
  std::vector<double> q;
  std::vector<double> low;
  std::vector<double> high;
  std::vector<double> all;
  std::vector<double> expected;
  for (int step = 0; step < 20; ++step) {
    q.push_back(step % 2 == 0 ? 0.5 : 0.25);
    low.push_back(step % 3 == 0 ? kNone : 10);
    high.push_back(step == 7 ? kNone : 20);
    all.push_back(step == 7 ? kNone : 20);
    const double rank = q.back() * 20;
    expected.push_back(step % 3 == 0 ? 2 * rank / 20 : rank / 10);
  }
  low[7] = kNone;
  expected[7] = kNone;
  const std::vector<GivenSeries> given{bucket("1", low), bucket("2", high), bucket("+Inf", all)};
  const Outcome outcome = evaluateCall("histogram_quantile(scalar(q), h)", {0, 19, 1}, {q, given});
  EXPECT_THAT(outcome.floats, SameFloats(Floats{{"{job=\"j\"}", expected}}));
}

// Steps with sound counts are read in place, others gathered: both must give what the formula gives.
TEST(ClassicQuantile, IsTheSameHoweverTheCountsAreRead) {
  std::mt19937 random(11);
  const auto roll = [&random](unsigned sides) { return random() % sides; };
  constexpr std::size_t kSteps = 300;
  const std::vector<double> bounds{-1, 0, 0.5, 2, 8, kInf};
  std::vector<std::vector<double>> columns(bounds.size(), std::vector<double>(kSteps));
  std::vector<double> q;
  std::vector<double> expected;
  for (std::size_t step = 0; step < kSteps; ++step) {
    q.push_back(roll(101) / 100.0);
    std::vector<double> some_bounds;
    std::vector<double> counts;
    double count = roll(3);
    for (std::size_t i = 0; i < bounds.size(); ++i) {
      count += roll(3) == 0 ? 0 : roll(1000) * (step % 2 == 0 ? 1 : 1e-9);
      if (roll(60) == 0) count -= 1e-13;
      if (roll(60) == 0) count /= 2;
      const bool is_absent = roll(40) == 0;
      columns[i][step] = is_absent ? kNone : count;
      if (is_absent) continue;
      some_bounds.push_back(bounds[i]);
      counts.push_back(count);
    }
    expected.push_back(classicQuantile(q[step], {some_bounds, counts}, Dialect::kPrometheus3).value);
  }
  std::vector<GivenSeries> given;
  const char* const texts[] = {"-1", "0", "0.5", "2", "8", "+Inf"};
  for (std::size_t i = 0; i < bounds.size(); ++i) given.push_back(bucket(texts[i], columns[i]));
  std::ranges::shuffle(given, random);
  const Outcome outcome = evaluateCall("histogram_quantile(scalar(q), h)", {0, kSteps - 1, 1}, {q, given});
  EXPECT_THAT(outcome.floats, SameFloats(Floats{{"{job=\"j\"}", expected}}));
}

TEST(ClassicQuantile, WarnsOfWrongQuantilesEvenWithoutSeries) {
  const std::vector<GivenSeries> none;
  EXPECT_THAT(
      evaluateCall("histogram_quantile(scalar(q), h)", {0, 1, 1}, {std::vector<double>{1.5, kNaN}, none})
          .warnings,
      ElementsAre("PromQL warning: quantile value should be between 0 and 1, got 1.5 (1:20)",
                  "PromQL warning: quantile value should be between 0 and 1, got NaN (1:20)"));
  EXPECT_THAT(evaluateCall("histogram_quantile(1.5, h)", kInstant, {none}, dialect2()).warnings, IsEmpty());
}

TEST(ClassicQuantile, WarnsOfBadBounds) {
  const std::vector<GivenSeries> given{{{{"__name__", "h"}, {"le", "abc"}}, {1}}, {{{"__name__", "g"}}, {1}}};
  EXPECT_THAT(
      evaluateCall("histogram_quantile(0.5, h)", kInstant, {given}).warnings,
      ElementsAre("PromQL warning: bucket label \"le\" is missing or has a malformed value of \"\" (1:25)",
                  "PromQL warning: bucket label \"le\" is missing or has a malformed value of \"abc\" "
                  "(1:25)"));
  EXPECT_THAT(
      evaluateCall("histogram_quantile(0.5, h)", kInstant, {given}, delayed()).warnings,
      ElementsAre("PromQL warning: bucket label \"le\" is missing or has a malformed value of \"\" for "
                  "metric name \"g\" (1:25)",
                  "PromQL warning: bucket label \"le\" is missing or has a malformed value of \"abc\" for "
                  "metric name \"h\" (1:25)"));
  const std::vector<GivenSeries> absent{{{{"__name__", "h"}, {"le", "abc"}}, {kNone}}};
  EXPECT_THAT(evaluateCall("histogram_quantile(0.5, h)", kInstant, {absent}).warnings, IsEmpty());
}

TEST(ClassicQuantile, InformsOfMendedBuckets) {
  const std::vector<GivenSeries> given{bucket("1", {10, 10}), bucket("2", {8, 7}), bucket("+Inf", {20, 20})};
  EXPECT_THAT(
      evaluateCall("histogram_quantile(0.5, h)", {0, 1000, 1000}, {given}, delayed()).infos,
      ElementsAre("PromQL info: input to histogram_quantile needed to be fixed for monotonicity (see "
                  "https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile) "
                  "for metric name \"h\", from buckets 2 to 2, with a max diff of 3, over 2 samples from "
                  "1970-01-01T00:00:00Z to 1970-01-01T00:00:01Z (1:25)"));
}

TEST(ClassicQuantile, AnswersNothingWhereANativeHistogramMeetsIt) {
  std::vector<GivenSeries> given{bucket("1", {1, 1, kNone}), bucket("+Inf", {2, 2, kNone})};
  given.push_back({{{"__name__", "h"}, {"job", "j"}}, {}, {nullptr, native(), native()}});
  const Outcome outcome = evaluateCall("histogram_quantile(0.5, h)", {0, 2, 1}, {given});
  ASSERT_EQ(outcome.floats.size(), 1U);
  const std::vector<double>& values = outcome.floats.at("{job=\"j\"}");
  EXPECT_EQ(values[0], 1);
  EXPECT_TRUE(isAbsent(values[1]));
  EXPECT_DOUBLE_EQ(values[2], std::sqrt(2));
  EXPECT_THAT(outcome.warnings,
              ElementsAre("PromQL warning: vector contains a mix of classic and native histograms (1:25)"));
}

TEST(NativeQuantile, InterpolatesExponentially) {
  const auto at = [](double q) { return quantile(q, {{{{"__name__", "h"}}, {}, {native()}}}); };
  EXPECT_EQ(at(0.25), 1);
  EXPECT_DOUBLE_EQ(at(0.5), std::sqrt(2));
  EXPECT_EQ(at(0.75), 2);
  EXPECT_EQ(at(1), 4);
  EXPECT_EQ(at(0), 0.5);
  EXPECT_EQ(at(-1), -kInf);
  EXPECT_EQ(at(2), kInf);
  EXPECT_TRUE(std::isnan(at(kNaN)));
  EXPECT_TRUE(std::isnan(quantile(0.5, {{{}, {}, {native(0, 0)}}})));
}

TEST(NativeQuantile, IsLinearInTheZeroBucketFromZero) {
  auto histogram = std::make_shared<model::FloatHistogram>(*native());
  histogram->zero_threshold = 0.25;
  histogram->zero_count = 8;
  histogram->count = 16;
  EXPECT_EQ(quantile(0.25, {{{}, {}, {histogram}}}), 0.125);
}

TEST(NativeQuantile, TellsOfNans) {
  const auto infos = [](double q, double count) {
    return evaluateCall("histogram_quantile(scalar(q), h)", kInstant,
                        {std::vector<double>{q}, std::vector<GivenSeries>{{{}, {}, {native(kNaN, count)}}}})
        .infos;
  };
  EXPECT_THAT(infos(0.95, 10),
              ElementsAre("PromQL info: input to histogram_quantile has NaN observations, result "
                          "is NaN (1:20)"));
  EXPECT_THAT(infos(0.5, 10),
              ElementsAre("PromQL info: input to histogram_quantile has NaN observations, result "
                          "is skewed higher (1:20)"));
  EXPECT_THAT(infos(0.5, 8), IsEmpty());
}

TEST(NativeQuantile, IsLinearInCustomBuckets) {
  auto histogram = std::make_shared<model::FloatHistogram>();
  histogram->schema = model::kCustomBucketsSchema;
  histogram->custom_values = {5, 10};
  histogram->positive_spans = {{0, 3}};
  histogram->positive_buckets = {10, 10, 20};
  histogram->count = 40;
  histogram->sum = 300;
  const std::vector<GivenSeries> given{{{}, {}, {histogram}}};
  EXPECT_EQ(quantile(0.125, given), 2.5);
  EXPECT_EQ(quantile(0.375, given), 7.5);
  EXPECT_EQ(quantile(0.9, given), 10);
}

TEST(Quantiles, HaveALabelEach) {
  const Outcome outcome = evaluateCall(
      "histogram_quantiles(h, \"q\", 0.5, 1, scalar(q))", {0, 1, 1},
      {std::vector<GivenSeries>{bucket("1", {10, 10}), bucket("2", {30, 30}), bucket("+Inf", {40, 40})},
       std::vector<double>{0.25, 0.125}});
  EXPECT_THAT(outcome.floats, SameFloats(Floats{{"{job=\"j\", q=\"0.5\"}", {1.5, 1.5}},
                                                {"{job=\"j\", q=\"1.0\"}", {2, 2}},
                                                {"{job=\"j\", q=\"0.25\"}", {1, kNone}},
                                                {"{job=\"j\", q=\"0.125\"}", {kNone, 0.5}}}));
}

TEST(Quantiles, MayNotCollide) {
  std::vector<GivenSeries> given = plain();
  given.push_back(bucket("+Inf", {1}, "k"));
  EXPECT_EQ(evaluateCall("histogram_quantiles(h, \"job\", 0.5)", kInstant, {given}).error,
            "vector cannot contain metrics with the same labelset");
  EXPECT_EQ(evaluateCall("histogram_quantiles(h, \"q\", 0.5, 0.5)", kInstant, {plain()}).error,
            "vector cannot contain metrics with the same labelset");
}

TEST(Fraction, OfAClassicHistogram) {
  const auto fraction = [](double lower, double upper, std::vector<GivenSeries> given = plain()) {
    return onlyValue(
        evaluateCall("histogram_fraction(scalar(l), scalar(u), h)", kInstant,
                     {std::vector<double>{lower}, std::vector<double>{upper}, std::move(given)}));
  };
  EXPECT_EQ(fraction(0, 1), 0.25);
  EXPECT_EQ(fraction(0.5, 1.5), 0.375);
  EXPECT_EQ(fraction(-kInf, kInf), 1);
  EXPECT_EQ(fraction(2, kInf), 0.25);
  EXPECT_EQ(fraction(-kInf, 3), 0.75);  // nothing of the bucket without an end
  EXPECT_EQ(fraction(1, 1), 0);
  EXPECT_EQ(fraction(2, 1), 0);
  EXPECT_TRUE(std::isnan(fraction(kNaN, 1)));
  EXPECT_TRUE(std::isnan(fraction(0, 1, {bucket("1", {1}), bucket("2", {2})})));
  EXPECT_TRUE(evaluateCall("histogram_fraction(0, 1, h)", kInstant, {plain()}, dialect2()).order.empty());
}

TEST(Fraction, OfANativeHistogram) {
  const auto fraction = [](double lower, double upper) {
    return onlyValue(evaluateCall("histogram_fraction(scalar(l), scalar(u), h)", kInstant,
                                  {std::vector<double>{lower}, std::vector<double>{upper},
                                   std::vector<GivenSeries>{{{}, {}, {native()}}}}));
  };
  EXPECT_EQ(fraction(1, 2), 0.5);
  EXPECT_EQ(fraction(-kInf, kInf), 1);
  EXPECT_DOUBLE_EQ(fraction(1, std::sqrt(2)), 0.25);
  EXPECT_EQ(fraction(4, 8), 0);
  EXPECT_TRUE(std::isnan(fraction(0, kNaN)));
  const Outcome nans = evaluateCall("histogram_fraction(0, 1, h)", kInstant,
                                    {std::vector<GivenSeries>{{{}, {}, {native(kNaN, 10)}}}});
  EXPECT_EQ(onlyValue(nans), 0.2);
  EXPECT_THAT(nans.infos,
              ElementsAre("PromQL info: input to histogram_fraction has NaN observations, which are "
                          "excluded from all fractions (1:20)"));
}

TEST(HistogramParts, OfNativeHistograms) {
  const std::vector<GivenSeries> given{
      {{{"__name__", "h"}, {"__unit__", "s"}}, {1, kNone}, {nullptr, native()}}};
  const auto values = [&](std::string_view text) { return evaluateCall(text, {0, 1, 1}, {given}).floats; };
  EXPECT_THAT(values("histogram_count(h)"), SameFloats(Floats{{"{__unit__=\"s\"}", {kNone, 8}}}));
  EXPECT_THAT(values("histogram_sum(h)"), SameFloats(Floats{{"{__unit__=\"s\"}", {kNone, 12}}}));
  EXPECT_THAT(values("histogram_avg(h)"), SameFloats(Floats{{"{__unit__=\"s\"}", {kNone, 1.5}}}));
  const double low = std::sqrt(0.5) - 1.5;
  const double middle = std::sqrt(2) - 1.5;
  const double high = std::sqrt(8) - 1.5;
  const double variance = (2 * low * low + 4 * middle * middle + 2 * high * high) / 8;
  EXPECT_NEAR(values("histogram_stdvar(h)").begin()->second[1], variance, 1e-15);
  EXPECT_NEAR(values("histogram_stddev(h)").begin()->second[1], std::sqrt(variance), 1e-15);
}

TEST(BucketBound, IsReadAsGoReadsFloats) {
  EXPECT_EQ(bucketBound("0.5"), 0.5);
  EXPECT_EQ(bucketBound("+Inf"), kInf);
  EXPECT_EQ(bucketBound("-infinity"), -kInf);
  EXPECT_EQ(bucketBound("1_000"), 1000);
  EXPECT_EQ(bucketBound("0x1p-2"), 0.25);
  EXPECT_EQ(bucketBound("0x_1p4"), 16);
  EXPECT_EQ(bucketBound(".5"), 0.5);
  EXPECT_EQ(bucketBound("1e-400"), 0);
  EXPECT_TRUE(std::isnan(bucketBound("NaN").value()));
  for (const std::string_view text :
       {"", "1e400", "0x1", "1__0", "_1", "1_", " 1", "1 ", "+NaN", "--1", "1e", "infin"})
    EXPECT_FALSE(bucketBound(text).has_value()) << text;
}

}  // namespace
}  // namespace prome::engine
