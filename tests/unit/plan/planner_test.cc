// Text -> text: a query, and what goes where, for each row of SEMANTICS' table and each hazard it names.
#include "plan/planner.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "promql/parser.h"

namespace prome::plan {
namespace {

using topology::LabelPairs;
using topology::Shard;
using topology::ShardMap;

Shard shard(std::string name, LabelPairs labels, bool stored = false) {
  Shard out;
  out.name = std::move(name);
  out.external_labels = std::move(labels);
  out.stored = stored;
  return out;
}

/// a and b, told apart by cluster.
const ShardMap& oneLabel() {
  static const ShardMap map({{.name = "s",
                              .routing_labels = {"cluster"},
                              .shards = {shard("a", {{"cluster", "a"}}), shard("b", {{"cluster", "b"}})}}});
  return map;
}

/// a and c share their labels.
const ShardMap& sharedLabels() {
  static const ShardMap map({{.name = "s",
                              .routing_labels = {"cluster"},
                              .shards = {shard("a", {{"cluster", "a"}}), shard("b", {{"cluster", "b"}}),
                                         shard("c", {{"cluster", "a"}})}}});
  return map;
}

const ShardMap& twoLabels() {
  static const ShardMap map(
      {{.name = "s",
        .routing_labels = {"cluster", "region"},
        .shards = {shard("a", {{"cluster", "a"}, {"region", "eu"}}),
                   shard("b", {{"cluster", "a"}, {"region", "us"}}), shard("n", {{"cluster", "n"}})}}});
  return map;
}

const ShardMap& withStored() {
  static const ShardMap map(
      {{.name = "s",
        .routing_labels = {"cluster"},
        .shards = {shard("a", {{"cluster", "a"}}), shard("z", {{"cluster", "z"}}, true)}}});
  return map;
}

std::string planned(std::string_view text, const ShardMap& shards = oneLabel(), PlanOptions options = {}) {
  const auto query = promql::parse(text);
  if (!query) return "parse: " + query.error().message();
  const auto plan = buildPlan(*query, shards, options);
  return plan ? planText(*plan, shards) : "error: " + plan.error().message;
}

TEST(Planner, PushesWhatShardsCanAnswerAlone) {
  EXPECT_EQ(planned("x"), "shards (whole, concatenate): x\n  x  -> a +cluster=a, b +cluster=b\n");
  EXPECT_EQ(planned("rate(x{job=\"j\"}[5m])"),
            "shards (whole, concatenate): rate(x{job=\"j\"}[5m])\n"
            "  rate(x{job=\"j\"}[5m])  -> a +cluster=a, b +cluster=b\n");
  EXPECT_EQ(planned("sum by (job, cluster) (x)"),
            "shards (whole, concatenate): sum by (job, cluster) (x)\n"
            "  sum by (job, cluster) (x)  -> a +cluster=a, b +cluster=b\n");
  EXPECT_EQ(planned("sum without (job) (x) * 2"),
            "shards (whole, concatenate): sum without (job) (x) * 2\n"
            "  sum without (job) (x) * 2  -> a +cluster=a, b +cluster=b\n");
}

TEST(Planner, RoutesBySelector) {
  EXPECT_EQ(planned("x{cluster=\"a\"}"),
            "shards (one-shard, concatenate): x{cluster=\"a\"}\n  x  -> a +cluster=a\n");
  EXPECT_EQ(planned("{cluster=~\"a|b\"}"),
            "shards (whole, concatenate): {cluster=~\"a|b\"}\n"
            "  {__name__!=\"\"}  -> a +cluster=a, b +cluster=b\n");
  EXPECT_EQ(planned("count(x{cluster=\"nope\"}) or vector(0)"),
            "router (no-shard): count(x{cluster=\"nope\"}) or vector(0)\n");
}

TEST(Planner, TakesAggregationsApart) {
  EXPECT_EQ(planned("sum by (job) (rate(x[5m]))"),
            "shards (decomposed, sum, rounding): sum by (job) (rate(x[5m]))\n"
            "  sum by (job) (rate(x[5m]))  -> a, b\n");
  EXPECT_EQ(planned("avg(x)"),
            "shards (decomposed, avg, rounding): avg(x)\n  sum(x)  -> a, b\n  count(x)  -> a, b\n");
  EXPECT_EQ(planned("stddev(x)"),
            "shards (decomposed, stddev, rounding): stddev(x)\n  count(x)  -> a, b\n  avg(x)  -> a, b\n"
            "  stdvar(x)  -> a, b\n");
  EXPECT_EQ(planned("topk(3, x)"),
            "router (candidates): topk(3, x)\n  shards (candidates, top): x\n"
            "    topk(4, x)  -> a +cluster=a, b +cluster=b\n");
  EXPECT_EQ(planned("count_values(\"v\", x)"),
            "shards (decomposed, count_values): count_values(\"v\", x)\n  count_values(\"v\", x)  -> a, b\n");
  EXPECT_EQ(planned("count_values(\"cluster\", x)"),
            "router (routing-label): count_values(\"cluster\", x)\n"
            "  shards (whole, concatenate): x\n    x  -> a +cluster=a, b +cluster=b\n");
  EXPECT_EQ(planned("quantile(0.9, x)"),
            "router (across-shards): quantile(0.9, x)\n"
            "  shards (whole, concatenate): x\n    x  -> a +cluster=a, b +cluster=b\n");
}

TEST(Planner, PullsWhatIsSummedWhereExactnessIsAskedFor) {
  PlanOptions options;
  options.exactness = Exactness::kExact;
  EXPECT_EQ(planned("sum(x)", oneLabel(), options),
            "router (exact-asked): sum(x)\n  shards (whole, concatenate): x\n"
            "    x  -> a +cluster=a, b +cluster=b\n");
  EXPECT_EQ(planned("max(x)", oneLabel(), options), "shards (decomposed, max): max(x)\n  max(x)  -> a, b\n");
}

TEST(Planner, PushesNothingAboveAnAggregateAcrossShards) {
  EXPECT_EQ(planned("100 - max(x)"),
            "router (input-across): 100 - max(x)\n  shards (decomposed, max): max(x)\n    max(x)  -> a, b\n");
  EXPECT_EQ(planned("max_over_time(sum(x)[1h:])"),
            "router (input-across): max_over_time(sum(x)[1h:])\n"
            "  shards (decomposed, sum, rounding): sum(x)\n    sum(x)  -> a, b\n");
}

TEST(Planner, PushesMatchingWhereTheKeyTellsShardsApart) {
  EXPECT_EQ(planned("a / b"), "shards (whole, concatenate): a / b\n  a / b  -> a +cluster=a, b +cluster=b\n");
  EXPECT_EQ(planned("a / on (job) b"),
            "router (match-across): a / on (job) b\n"
            "  shards (whole, concatenate): a\n    a  -> a +cluster=a, b +cluster=b\n"
            "  shards (whole, concatenate): b\n    b  -> a +cluster=a, b +cluster=b\n");
  EXPECT_EQ(planned("a - on (cluster, job) b"),
            "shards (whole, concatenate): a - on (cluster, job) b\n"
            "  a - on (cluster, job) b  -> a +cluster=a, b +cluster=b\n"
            "  check: count by (cluster, job) (b) > 1  -> a +cluster=a, b +cluster=b\n");
  EXPECT_EQ(planned("x or vector(0)"),
            "router (match-across): x or vector(0)\n"
            "  shards (whole, concatenate): x\n    x  -> a +cluster=a, b +cluster=b\n");
}

TEST(Planner, ChecksEveryShardWhereValuesComeRoundAnOperation) {
  const std::string asked = "count by (cluster, job) (c) > 1  -> a +cluster=a, b +cluster=b\n";
  const std::string nothing_shown = "  check: " + asked;
  const std::string every_shard = "  check every shard: " + asked;
  const auto checked = [](const std::string& query) {
    const std::string plan = planned(query);
    const std::size_t at = plan.find("  check");
    return at == std::string::npos ? "" : plan.substr(at);
  };
  const std::string operation = "b * on (cluster, job) c";
  EXPECT_EQ(checked("a and " + operation), nothing_shown);
  EXPECT_EQ(checked(operation + " unless a"), nothing_shown);
  EXPECT_EQ(checked("sum(" + operation + ")"), nothing_shown);
  EXPECT_EQ(checked("a unless " + operation), every_shard);
  EXPECT_EQ(checked("a or " + operation), every_shard);
  EXPECT_EQ(checked("abs(" + operation + ") or a"), every_shard);
  EXPECT_EQ(checked("sum(a unless 1 + (" + operation + "))"), every_shard);
  EXPECT_EQ(checked("absent(" + operation + ")"), every_shard);
  EXPECT_EQ(checked("a + fill(0) (" + operation + ")"), every_shard);
  EXPECT_EQ(checked("b * on (cluster, job) fill(0) c"), "") << "an empty side stops nobody";
}

TEST(Planner, ChecksTheOneSideUnlessItsSeriesDifferInMoreThanTheName) {
  const auto is_checked = [](const std::string& one) {
    return planned("a * " + one).find("check") != std::string::npos;
  };
  for (const char* const one :
       {"b", "-b", "abs(b)", "topk by (cluster) (2, b)", "max by (cluster) ({job=\"x\"})",
        "max without (job) ({job=\"x\"})", "label_replace(b, \"l\", \"\", \"\", \"\")",
        "count_values by (cluster) (\"v\", b)"}) {
    EXPECT_FALSE(is_checked(one)) << one;
  }
  for (const char* const one :
       {"{job=\"x\"}", "abs({job=\"x\"})", "max by (cluster, __name__) ({job=\"x\"})",
        "topk by (cluster) (2, {job=\"x\"})", "label_replace(b, \"__name__\", \"\", \"\", \"\")",
        "histogram_quantiles(b, \"__name__\", 0.5, 1)", "count_values by (cluster) (\"__name__\", b)",
        "(b or c)"}) {
    EXPECT_TRUE(is_checked(one)) << one;
  }
}

TEST(Planner, KeepsWhatTakesBucketsOfSeveralShards) {
  const ShardMap buckets({{.name = "s",
                           .routing_labels = {"le"},
                           .shards = {shard("a", {{"le", "1"}}), shard("b", {{"le", "+Inf"}})}}});
  for (const char* const query : {"histogram_quantile(0.9, x)", "histogram_fraction(0, 1, x)"}) {
    EXPECT_TRUE(planned(query, buckets).starts_with("router (not-told-apart): ")) << planned(query, buckets);
  }
  for (const char* const query : {"histogram_count(x)", "histogram_sum(x)", "histogram_stddev(x)"}) {
    EXPECT_TRUE(planned(query, buckets).starts_with("shards (whole, ")) << planned(query, buckets);
  }
}

TEST(Planner, KeepsWhatLooksAtAllSeries) {
  EXPECT_EQ(planned("scalar(x) * x{cluster=\"a\"}"),
            "router (input-across): scalar(x) * x{cluster=\"a\"}\n"
            "  router (scalar): scalar(x)\n"
            "    shards (whole, concatenate): x\n      x  -> a +cluster=a, b +cluster=b\n"
            "  shards (one-shard, concatenate): x{cluster=\"a\"}\n    x  -> a +cluster=a\n");
  EXPECT_EQ(planned("sort(x)"),
            "router (order): sort(x)\n  shards (whole, concatenate): x\n"
            "    x  -> a +cluster=a, b +cluster=b\n");
  EXPECT_EQ(planned("absent(x)"), "shards (absent-everywhere, absent): absent(x)\n  absent(x)  -> a, b\n");
  EXPECT_EQ(planned("quantile_over_time(scalar(y), x[5m])"),
            "router (input-across): quantile_over_time(scalar(y), x[5m])\n"
            "  router (scalar): scalar(y)\n"
            "    shards (whole, concatenate): y\n      y  -> a +cluster=a, b +cluster=b\n"
            "  samples (raw-samples): x\n    {__name__=\"x\"}  -> a +cluster=a, b +cluster=b\n");
}

TEST(Planner, KeepsInfoThatLooksForRoutingLabels) {
  const ShardMap one(
      {{.name = "s", .routing_labels = {"cluster"}, .shards = {shard("a", {{"cluster", "a"}})}}});
  EXPECT_EQ(planned("info(x, {job=~\".+\"})", one),
            "shards (one-shard, concatenate): info(x, {job=~\".+\"})\n"
            "  info(label_replace(x,\"cluster\",\"a\",\"cluster\",\"\"), {job=~\".+\"})  -> a\n");
  const std::string kept = planned("info(x, {cluster=~\".+\"})", one);
  EXPECT_TRUE(kept.starts_with("router (info): info(x, {cluster=~\".+\"})\n")) << kept;
}

TEST(Planner, MakesLabelsRealWhereTheyAreRead) {
  EXPECT_EQ(
      planned("label_replace(x, \"c\", \"$1\", \"cluster\", \"(.*)\")"),
      "shards (whole, concatenate): label_replace(x, \"c\", \"$1\", \"cluster\", \"(.*)\")\n"
      "  label_replace(label_replace(x,\"cluster\",\"a\",\"cluster\",\"\"), \"c\", \"$1\", \"cluster\", "
      "\"(.*)\")  -> a\n"
      "  label_replace(label_replace(x,\"cluster\",\"b\",\"cluster\",\"\"), \"c\", \"$1\", \"cluster\", "
      "\"(.*)\")  -> b\n");
  EXPECT_EQ(planned("label_replace(x, \"cluster\", \"$1\", \"job\", \"(.*)\")"),
            "router (routing-label): label_replace(x, \"cluster\", \"$1\", \"job\", \"(.*)\")\n"
            "  shards (whole, concatenate): x\n    x  -> a +cluster=a, b +cluster=b\n");
}

TEST(Planner, WritesOutWhatDependsOnTheQuerysTimes) {
  PlanOptions options;
  options.times = {.start_ms = 1'000'500, .end_ms = 2'000'000, .step_ms = 15'000};
  options.default_subquery_step_ms = 30'000;
  EXPECT_EQ(planned("max_over_time(rate(x[5m])[1h:])", oneLabel(), options),
            "shards (whole, concatenate): max_over_time(rate(x[5m])[1h:])\n"
            "  max_over_time(rate(x[5m])[1h:30s])  -> a +cluster=a, b +cluster=b\n");
  EXPECT_EQ(planned("sum(x @ start()) + sum(x @ end() offset 1m) + step()", oneLabel(), options),
            "router (input-across): sum(x @ start()) + sum(x @ end() offset 1m) + step()\n"
            "  router (input-across): sum(x @ start()) + sum(x @ end() offset 1m)\n"
            "    shards (decomposed, sum, rounding): sum(x @ start())\n"
            "      sum(x @ 1000.500)  -> a, b\n"
            "    shards (decomposed, sum, rounding): sum(x @ end() offset 1m)\n"
            "      sum(x @ 2000.000 offset 1m)  -> a, b\n");
  EXPECT_EQ(planned("sum(rate(x[step() * 4]))", oneLabel(), options),
            "shards (decomposed, sum, rounding): sum(rate(x[step() * 4]))\n"
            "  sum(rate(x[1m]))  -> a, b\n");
}

TEST(Planner, AsksShardsForTheTimesTheyHaveAlone) {
  using Base = topology::TimeBound::Base;
  topology::Shard recent = shard("recent", {{"cluster", "a"}});
  recent.times.min = topology::TimeBound{Base::kNow, -3'600'000};
  topology::Shard old = shard("old", {{"cluster", "a"}});
  old.times.max = topology::TimeBound{Base::kEpoch, 6'000'000};
  const ShardMap map({{.name = "s", .routing_labels = {"cluster"}, .shards = {recent, old}}});
  PlanOptions options;
  options.now_ms = 10'000'000;  // recent begins at 6'400'000
  const auto asked = [&](std::string_view query, std::int64_t start_s, std::int64_t end_s) {
    options.times = {start_s * 1000, end_s * 1000, 10'000};
    const std::string plan = planned(query, map, options);
    return std::string(plan.find("recent") != std::string::npos ? "recent" : "") +
           (plan.find("old") != std::string::npos ? " old" : "");
  };
  EXPECT_EQ(asked("x", 7'000, 8'000), "recent");
  EXPECT_EQ(asked("x", 6'301, 6'301), "recent");
  EXPECT_EQ(asked("x", 6'300, 8'000), "recent old");
  EXPECT_EQ(asked("x", 5'000, 6'099), " old");
  EXPECT_EQ(asked("x", 5'000, 6'100), "recent old");
  EXPECT_EQ(asked("x offset 1000s", 7'300, 8'000), "recent old");
  EXPECT_EQ(asked("x offset -1000s", 5'301, 5'500), "recent");
  EXPECT_EQ(asked("x @ 5000", 9'000, 9'000), " old");
  EXPECT_EQ(asked("rate(x[10m])", 6'901, 8'000), "recent");
  EXPECT_EQ(asked("rate(x[10m])", 6'900, 8'000), "recent old");
  EXPECT_EQ(asked("max_over_time(x[10m:1m] @ 7000)", 1, 1), "recent");
  EXPECT_EQ(asked("max_over_time(rate(x[5m])[10m:1m])", 7'201, 7'201), "recent");
  EXPECT_EQ(asked("max_over_time(rate(x[5m])[10m:1m])", 7'200, 7'200), "recent old");
  EXPECT_EQ(asked("x / (x offset 1h)", 8'000, 8'000), "recent old");
  EXPECT_EQ(asked("x", 6'500, INT64_MAX / 1000 - 1), "recent");
}

TEST(Planner, DoesNotTrustLabelsThatShardsShare) {
  EXPECT_EQ(planned("x", sharedLabels()),
            "shards (whole, unite): x\n  x  -> a +cluster=a, b +cluster=b, c +cluster=a\n");
  // The ranges of two series that may be one cannot be united; the steps of a subquery can.
  EXPECT_EQ(planned("x[5m:1m]", sharedLabels()),
            "router (not-told-apart): x[5m:1m]\n"
            "  shards (whole, unite): x\n    x  -> a +cluster=a, b +cluster=b, c +cluster=a\n");
  EXPECT_EQ(
      planned("x[5m]", sharedLabels()),
      "router (not-told-apart): x[5m]\n"
      "  samples (raw-samples): x\n    {__name__=\"x\"}  -> a +cluster=a, b +cluster=b, c +cluster=a\n");
  EXPECT_EQ(planned("sum by (cluster) (x)", sharedLabels()),
            "router (not-told-apart): sum by (cluster) (x)\n"
            "  shards (whole, unite): x\n    x  -> a +cluster=a, b +cluster=b, c +cluster=a\n");
  EXPECT_EQ(planned("max by (cluster) (x)", sharedLabels()),
            "shards (decomposed, max): max by (cluster) (x)\n"
            "  max by (cluster) (x)  -> a +cluster=a, b +cluster=b, c +cluster=a\n");
  EXPECT_EQ(planned("sum by (cluster) (x{cluster=\"b\"})", sharedLabels()),
            "shards (one-shard, concatenate): sum by (cluster) (x{cluster=\"b\"})\n"
            "  sum by (cluster) (x)  -> b +cluster=b\n");
}

TEST(Planner, FollowsEachOfSeveralRoutingLabels) {
  EXPECT_EQ(planned("sum by (region, cluster) (x)", twoLabels()),
            "shards (whole, concatenate): sum by (region, cluster) (x)\n"
            "  sum by (region, cluster) (x)  -> a +cluster=a +region=eu, b +cluster=a +region=us\n"
            "  sum by (region, cluster) (x)  -> n +cluster=n\n");
  EXPECT_EQ(planned("sum by (cluster) (x)", twoLabels()),
            "shards (decomposed, sum, rounding): sum by (cluster) (x)\n"
            "  sum by (cluster) (x)  -> a +cluster=a, b +cluster=a\n"
            "  sum by (cluster) (x)  -> n +cluster=n\n");
}

TEST(Planner, LeavesStoredLabelsToTheirShard) {
  EXPECT_EQ(planned("x{cluster=~\"a|z\"}", withStored()),
            "shards (whole, concatenate): x{cluster=~\"a|z\"}\n"
            "  x  -> a +cluster=a\n  x{cluster=~\"a|z\"}  -> z\n");
}

TEST(Planner, KeepsAtTheRouterWhatItIsToldTo) {
  const auto query = promql::parse("sum(rate(x[5m]))");
  PlanOptions options;
  options.unpushed.insert(&query->root());
  auto plan = buildPlan(*query, oneLabel(), options);
  ASSERT_TRUE(plan.has_value());
  EXPECT_EQ(planText(*plan, oneLabel()),
            "router (evaluated-again): sum(rate(x[5m]))\n"
            "  shards (whole, concatenate): rate(x[5m])\n"
            "    rate(x[5m])  -> a +cluster=a, b +cluster=b\n");
  options.unpushed.insert(promql::as<promql::AggregateExpr>(query->root())->expr);
  plan = buildPlan(*query, oneLabel(), options);
  ASSERT_TRUE(plan.has_value());
  EXPECT_EQ(planText(*plan, oneLabel()),
            "router (evaluated-again): sum(rate(x[5m]))\n"
            "  router (evaluated-again): rate(x[5m])\n"
            "    samples (raw-samples): x\n      {__name__=\"x\"}  -> a +cluster=a, b +cluster=b\n");
}

TEST(Planner, KnowsWhereThePiecesNodesCameFrom) {
  const std::string text = "1 + sum(  label_join(x{cluster=\"a\", job=\"j\"}, \"d\", \"-\", \"cluster\")  )";
  const auto query = promql::parse(text);
  ASSERT_TRUE(query.has_value());
  const auto plan = buildPlan(*query, oneLabel(), {});
  ASSERT_TRUE(plan.has_value());
  const PieceText& piece = plan->fetches.at(0).texts.at(0);
  EXPECT_EQ(piece.text.substr(0, 10), "1 + sum(la");
  for (const std::string_view node : {"sum(", "x{", "label_join("}) {
    EXPECT_EQ(piece.original(static_cast<std::uint32_t>(piece.text.find(node))), text.find(node)) << node;
  }
}

}  // namespace
}  // namespace prome::plan
