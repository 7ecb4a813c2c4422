#include "function_testing.h"

namespace prome::engine {
namespace {

using namespace testing;  // NOLINT(google-build-using-namespace): the fixture of these tests
using Samples = GivenLeaves::Samples;

constexpr std::int64_t kMinute = 60'000;

std::vector<GivenSeries> base(std::vector<double> values = {1}) {
  return {{{{"__name__", "up"}, {"instance", "a"}, {"job", "x.y"}, {"own", "1"}}, std::move(values)}};
}

Samples info(std::initializer_list<model::Label> labels, std::vector<std::int64_t> times,
             std::string_view name = "target_info", std::string_view instance = "a") {
  model::LabelsBuilder builder{model::Labels(labels)};
  builder.set("__name__", name).set("instance", instance).set("job", "x.y");
  std::vector<double> values(times.size(), 1);
  return {builder.labels(), std::move(times), std::move(values)};
}

Outcome call(std::string_view text, std::vector<Samples> infos, std::vector<GivenSeries> given = base(),
             const StepGrid& grid = kInstant) {
  return evaluateCall(text, grid, {std::move(given)}, {}, GivenLeaves(std::move(infos)));
}

constexpr const char* kPlain = "up{instance=\"a\", job=\"x.y\", own=\"1\"}";

TEST(Info, AddsTheLabelsOfTheTarget) {
  EXPECT_THAT(call("info(up)", {info({{"v", "2"}, {"own", "other"}}, {-1})}).floats,
              SameFloats(Floats{{"up{instance=\"a\", job=\"x.y\", own=\"1\", v=\"2\"}", {1}}}));
}

TEST(Info, LeavesSeriesWithoutATarget) {
  EXPECT_THAT(call("info(up)", {}).floats, SameFloats(Floats{{kPlain, {1}}}));
  EXPECT_THAT(call("info(up)", {info({{"v", "2"}}, {-1}, "target_info", "b")}).floats,
              SameFloats(Floats{{kPlain, {1}}}));
  EXPECT_THAT(call("info(up)", {info({{"v", "2"}}, {-5 * kMinute})}).floats,
              SameFloats(Floats{{kPlain, {1}}}));  // too old
  const std::vector<GivenSeries> nameless{{{{"l", "1"}}, {3}}};
  EXPECT_THAT(call("info(up)", {info({{"v", "2"}}, {-1})}, nameless).floats,
              SameFloats(Floats{{"{l=\"1\"}", {3}}}));
}

TEST(Info, TakesOnlyLabelsThatAreMatched) {
  const std::vector<Samples> infos{info({{"v", "2"}, {"w", "3"}}, {-1})};
  EXPECT_THAT(call("info(up, {v=~\".*\"})", infos).floats,
              SameFloats(Floats{{"up{instance=\"a\", job=\"x.y\", own=\"1\", v=\"2\"}", {1}}}));
  EXPECT_THAT(call("info(up, {__name__=\"target_info\"})", infos).floats,
              SameFloats(Floats{{"up{instance=\"a\", job=\"x.y\", own=\"1\", v=\"2\", w=\"3\"}", {1}}}));
  // No such info series: kept only where the matchers want none.
  EXPECT_THAT(call("info(up, {v=~\"9|\"})", infos).floats, SameFloats(Floats{{kPlain, {1}}}));
  EXPECT_TRUE(call("info(up, {v=\"9\"})", infos).order.empty());
}

TEST(Info, ReadsOtherInfoMetrics) {
  const std::vector<Samples> infos{info({{"v", "2"}}, {-1}), info({{"w", "3"}}, {-1}, "build_info")};
  EXPECT_THAT(call("info(up, {__name__=\"build_info\"})", infos).floats,
              SameFloats(Floats{{"up{instance=\"a\", job=\"x.y\", own=\"1\", w=\"3\"}", {1}}}));
  EXPECT_THAT(call("info(up, {__name__!=\"nope\"})", infos).floats,
              SameFloats(Floats{{"up{instance=\"a\", job=\"x.y\", own=\"1\", v=\"2\", w=\"3\"}", {1}}}));
}

TEST(Info, DoesNotEnrichInfoSeries) {
  const std::vector<GivenSeries> given{
      {{{"__name__", "target_info"}, {"instance", "a"}, {"job", "x.y"}}, {1}}};
  EXPECT_THAT(call("info(up)", {info({{"v", "2"}}, {-1})}, given).floats,
              SameFloats(Floats{{"target_info{instance=\"a\", job=\"x.y\"}", {1}}}));
}

TEST(Info, GoesByTheNewestSample) {
  const std::vector<Samples> infos{info({{"v", "1"}}, {0}), info({{"v", "2"}}, {kMinute})};
  const Outcome outcome = call("info(up)", infos, base({1, 2}), {30'000, 90'000, kMinute});
  EXPECT_THAT(outcome.floats,
              SameFloats(Floats{{"up{instance=\"a\", job=\"x.y\", own=\"1\", v=\"1\"}", {1, kNone}},
                                {"up{instance=\"a\", job=\"x.y\", own=\"1\", v=\"2\"}", {kNone, 2}}}));
}

TEST(Info, SeesStaleMarkers) {
  Samples gone = info({{"v", "1"}}, {0, 10'000});
  gone.values[1] = model::kStaleNaN;
  EXPECT_THAT(call("info(up)", {gone}, base({1, 2}), {0, 10'000, 10'000}).floats,
              SameFloats(Floats{{"up{instance=\"a\", job=\"x.y\", own=\"1\", v=\"1\"}", {1, kNone}},
                                {kPlain, {kNone, 2}}}));
}

TEST(Info, RefusesWhatConflicts) {
  EXPECT_EQ(call("info(up)", {info({{"v", "1"}}, {-5}), info({{"v", "2"}}, {-5})}).error,
            "found duplicate series for info metric: existing {__name__=\"target_info\", instance=\"a\", "
            "job=\"x.y\", v=\"1\"} @ -5, new {__name__=\"target_info\", instance=\"a\", job=\"x.y\", "
            "v=\"2\"} @ -5");
  // Another target's conflict does not matter.
  EXPECT_EQ(call("info(up)",
                 {info({{"v", "1"}}, {-5}, "target_info", "b"), info({{"v", "2"}}, {-5}, "target_info", "b")})
                .error,
            "");
  EXPECT_EQ(call("info(up, {__name__=~\".*_info\"})",
                 {info({{"v", "1"}}, {-5}), info({{"v", "2"}}, {-5}, "build_info")})
                .error,
            "conflicting label: v");
  Samples histograms = info({}, {});
  histograms.histogram_times = {-1};
  histograms.histograms = {std::make_shared<const model::FloatHistogram>()};
  EXPECT_EQ(call("info(up)", {histograms}).error,
            "this should be an info metric, with float samples: {__name__=\"target_info\", instance=\"a\", "
            "job=\"x.y\"}");
}

TEST(Info, RefusesSeriesThatBecomeEqual) {
  std::vector<GivenSeries> given = base();
  given.push_back({{{"__name__", "up"}, {"instance", "a"}, {"job", "x.y"}, {"own", "1"}, {"v", "2"}}, {5}});
  EXPECT_EQ(call("info(up)", {info({{"v", "2"}}, {-1})}, given).error,
            "vector cannot contain metrics with the same labelset");
}

// Info series are read where the first selector looks, but looked up at the steps themselves.
TEST(Info, LooksWhereTheSelectorLooks) {
  const std::vector<Samples> infos{info({{"v", "2"}}, {-kMinute})};
  EXPECT_THAT(call("info(rate(up[5m] offset 2m))", infos).floats, SameFloats(Floats{{kPlain, {1}}}));
  EXPECT_EQ(call("info(rate(up[5m] offset 30s))", infos).order.at(0),
            "up{instance=\"a\", job=\"x.y\", own=\"1\", v=\"2\"}");
  EXPECT_EQ(call("info(up @ 60)", infos).order.at(0), "up{instance=\"a\", job=\"x.y\", own=\"1\", v=\"2\"}");
  EXPECT_THAT(call("info(up @ 600)", infos).floats, SameFloats(Floats{{kPlain, {1}}}));
}

}  // namespace
}  // namespace prome::engine
