#include "promqltest/comparison.h"

#include <gtest/gtest.h>

#include <limits>

#include "model/sample.h"
#include "promqltest/histogram_notation.h"

namespace prome::promqltest {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kMax = std::numeric_limits<double>::max();

model::FloatHistogram histogram(std::string_view text) {
  Cursor cursor(text);
  return parseHistogram(cursor).value().histogram;
}

EvalCommand eval(const std::string& block) {
  const auto script = parseScript(block);
  EXPECT_TRUE(script) << script.error().message;
  return std::get<EvalCommand>(script->commands.at(0));
}

PointSeries one(std::string_view name, std::vector<Point> points) {
  return {.labels = model::Labels{{"__name__", name}}, .points = std::move(points)};
}

TEST(NearlyEqual, IsRelative) {
  EXPECT_TRUE(nearlyEqual(1, 1 + 1.9e-6));
  EXPECT_FALSE(nearlyEqual(1, 1 + 2.1e-6));
  EXPECT_TRUE(nearlyEqual(1e300, 1e300 * (1 + 1e-6)));
  EXPECT_FALSE(nearlyEqual(1, -1));
  EXPECT_FALSE(nearlyEqual(0, 1e-300));
  EXPECT_TRUE(nearlyEqual(0, 1e-320));
  EXPECT_TRUE(nearlyEqual(kMax, kMax * (1 - 1e-9)));
}

TEST(NearlyEqual, KnowsSpecialValues) {
  EXPECT_TRUE(nearlyEqual(kInf, kInf));
  EXPECT_FALSE(nearlyEqual(kInf, -kInf));
  EXPECT_FALSE(nearlyEqual(kInf, kMax));
  EXPECT_TRUE(nearlyEqual(model::kNormalNaN, -std::numeric_limits<double>::quiet_NaN()));
  EXPECT_FALSE(nearlyEqual(model::kNormalNaN, 1));
  EXPECT_TRUE(nearlyEqual(model::kStaleNaN, model::kStaleNaN));
  EXPECT_FALSE(nearlyEqual(model::kStaleNaN, model::kNormalNaN));
}

TEST(NearlyEqual, ComparesHistogramsWithoutTheirEmptyBuckets) {
  const auto base = histogram("{{count:3 sum:4 buckets:[1 0 2]}}");
  const auto same = [&](std::string_view text, CompareHint hint = CompareHint::kIgnored) {
    return nearlyEqual(base, histogram(text), hint);
  };
  EXPECT_TRUE(same("{{count:3 sum:4 buckets:[1 0 2]}}"));
  EXPECT_TRUE(same("{{count:3 sum:4 offset:-2 buckets:[0 0 1 0 2 0]}}"));
  EXPECT_TRUE(same("{{count:3 sum:4.000001 buckets:[1 0 2]}}"));
  EXPECT_FALSE(same("{{count:3 sum:4.1 buckets:[1 0 2]}}"));
  EXPECT_FALSE(same("{{count:3 sum:4 buckets:[1 2 0]}}"));
  EXPECT_FALSE(same("{{count:3 sum:4 offset:1 buckets:[1 0 2]}}"));
  EXPECT_FALSE(same("{{count:3 sum:4 n_buckets:[1 0 2]}}"));
  EXPECT_FALSE(same("{{schema:1 count:3 sum:4 buckets:[1 0 2]}}"));
  EXPECT_FALSE(same("{{count:3 sum:4 z_bucket_w:0.1 buckets:[1 0 2]}}"));
  EXPECT_FALSE(same("{{count:3 sum:4 z_bucket:1 buckets:[1 0 2]}}"));
  EXPECT_TRUE(same("{{count:3 sum:4 buckets:[1 0 2] counter_reset_hint:gauge}}"));
  EXPECT_FALSE(same("{{count:3 sum:4 buckets:[1 0 2] counter_reset_hint:gauge}}", CompareHint::kCompared));
  EXPECT_FALSE(nearlyEqual(histogram("{{schema:-53 custom_values:[1 2] count:1 buckets:[1]}}"),
                           histogram("{{schema:-53 custom_values:[1 3] count:1 buckets:[1]}}"),
                           CompareHint::kIgnored));
}

TEST(Difference, ShowsSeriesThatDifferInTheScriptsNotation) {
  const auto wanted = eval("eval instant at 1m m\n  a 1\n  b 2\n  c 3\n");
  const PointVector right{one("c", {{60'000, 3.0}}), one("b", {{60'000, 2.0}}), one("a", {{60'000, 1.0}})};
  EXPECT_EQ(difference(wanted, right), "");
  const PointVector wrong{one("a", {{60'000, 1.0}}), one("b", {{60'000, 2.5}}), one("d", {{60'000, 4.0}})};
  EXPECT_EQ(difference(wanted, wrong),
            "  b\n    wanted  2\n    got     2.5\n"
            "  d\n    wanted  nothing\n    got     4\n"
            "  c\n    wanted  3\n    got     nothing\n");
}

TEST(Difference, LooksAtEveryStep) {
  const auto wanted = eval("eval range from 0 to 2m step 1m m\n  a 1 _ 3\n");
  const auto got = [](std::vector<Point> points) { return PointMatrix{{one("a", std::move(points))}}; };
  EXPECT_EQ(difference(wanted, got({{0, 1.0}, {120'000, 3.0}})), "");
  EXPECT_NE(difference(wanted, got({{0, 1.0}, {60'000, 3.0}})), "");
  EXPECT_NE(difference(wanted, got({{0, 1.0}, {60'000, 2.0}, {120'000, 3.0}})), "");
  EXPECT_EQ(difference(wanted, got({{0, 1.0}})), "  a\n    wanted  1 @ 0s  3 @ 2m\n    got     1 @ 0s\n");
}

TEST(Difference, TellsKindsApart) {
  const auto scalar = eval("eval instant at 1m 1\n  1\n");
  EXPECT_EQ(difference(scalar, 1.0), "");
  EXPECT_NE(difference(scalar, 2.0), "");
  EXPECT_NE(difference(scalar, PointVector{}), "");
  const auto vector = eval("eval instant at 1m m\n");
  EXPECT_EQ(difference(vector, PointVector{}), "");
  EXPECT_NE(difference(vector, 1.0), "");
  EXPECT_NE(difference(vector, PointMatrix{}), "");
  EXPECT_NE(difference(vector, std::string("x")), "");
  const auto text = eval("eval instant at 1m \"x\"\n  expect string \"x\"\n");
  EXPECT_EQ(difference(text, std::string("x")), "");
  EXPECT_NE(difference(text, std::string("y")), "");
  const auto number = eval("eval instant at 1m m\n  a 1\n");
  const auto shared = std::make_shared<const model::FloatHistogram>();
  EXPECT_NE(difference(number, PointVector{one("a", {{0, shared}})}), "");
}

TEST(Difference, LooksAtOrderWhereAsked) {
  const auto ordered = eval("eval instant at 1m m\n  expect ordered\n  b 1\n  a 1\n");
  EXPECT_EQ(difference(ordered, PointVector{one("b", {{0, 1.0}}), one("a", {{0, 1.0}})}), "");
  EXPECT_NE(difference(ordered, PointVector{one("a", {{0, 1.0}}), one("b", {{0, 1.0}})}), "");
  const auto range = eval("eval range from 0 to 0 step 1m m\n  b 1\n  a 1\n");
  EXPECT_NE(difference(range, PointMatrix{{one("b", {{0, 1.0}}), one("a", {{0, 1.0}})}}), "");
}

TEST(Difference, RefusesEqualLabelsAndTooManyValues) {
  const auto wanted = eval("eval instant at 1m m\n  a 1\n");
  EXPECT_NE(difference(wanted, PointVector{one("a", {{0, 1.0}}), one("a", {{0, 1.0}})}), "");
  const auto long_line = eval("eval range from 0 to 1m step 1m m\n  a 1 2 3\n");
  EXPECT_NE(difference(long_line, PointMatrix{{one("a", {{0, 1.0}, {60'000, 2.0}})}}), "");
}

TEST(Difference, CoversAnnotations) {
  AnnotationExpectation wanted;
  EXPECT_EQ(difference(wanted, "warning", {"x"}), "");
  wanted.texts = {TextExpectation::exactly("x")};
  EXPECT_EQ(difference(wanted, "warning", {"x"}), "");
  EXPECT_EQ(difference(wanted, "warning", {"x", "y"}), "  unexpected warning: y\n");
  EXPECT_EQ(difference(wanted, "warning", {}), "  missing warning: the text x\n");
  const AnnotationExpectation none{.texts = {}, .none = true};
  EXPECT_EQ(difference(none, "info", {}), "");
  EXPECT_EQ(difference(none, "info", {"x"}), "  no info: x\n");
}

}  // namespace
}  // namespace prome::promqltest
