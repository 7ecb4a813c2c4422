// Text -> text: a query and the route it takes, over maps of several shapes. See shared/docs/SEMANTICS.md.
#include "plan/route.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "promql/parser.h"

namespace prome::plan {
namespace {

using topology::LabelPairs;
using topology::Shard;
using topology::ShardMap;
using topology::ShardSet;

Shard shard(std::string name, LabelPairs labels, bool stored = false) {
  Shard out;
  out.name = std::move(name);
  out.external_labels = std::move(labels);
  out.stored = stored;
  return out;
}

ShardSet aAndB() {
  return {.name = "s",
          .routing_labels = {"cluster"},
          .shards = {shard("a", {{"cluster", "a"}}), shard("b", {{"cluster", "b"}})}};
}

/// a and b, told apart by cluster.
const ShardMap& oneLabel() {
  static const ShardMap map({aAndB()});
  return map;
}

/// Two labels; shard n has no region.
const ShardMap& twoLabels() {
  static const ShardMap map(
      {{.name = "s",
        .routing_labels = {"cluster", "region"},
        .shards = {shard("a", {{"cluster", "a"}, {"region", "eu"}}),
                   shard("b", {{"cluster", "b"}, {"region", "us"}}), shard("n", {{"cluster", "n"}})}}});
  return map;
}

const ShardMap& single() {
  static const ShardMap map(
      {{.name = "s", .routing_labels = {"cluster"}, .shards = {shard("only", {{"cluster", "a"}})}}});
  return map;
}

/// Set 1 by cluster, set 2 by app and cluster; x stores its labels.
const ShardMap& twoSets() {
  static const ShardMap map(
      {aAndB(),
       {.name = "t",
        .routing_labels = {"app", "cluster"},
        .shards = {shard("x", {{"app", "x"}, {"cluster", "cx"}}, true), shard("y", {{"app", "y"}})}}});
  return map;
}

std::string routed(std::string_view query, const ShardMap& shards,
                   model::Dialect dialect = model::Dialect::kPrometheus3) {
  const auto parsed = promql::parse(query);
  if (!parsed) return "does not parse: " + parsed.error().message();
  return routeText(routeQuery(*parsed, shards, dialect), shards);
}

struct Case {
  std::string_view query;
  std::string_view route;
};

void check(const std::vector<Case>& cases, const ShardMap& shards) {
  for (const auto& [query, route] : cases) EXPECT_EQ(routed(query, shards), route) << query;
}

TEST(Route, BlanksKeepEveryPosition) {
  check({{R"(up{cluster="a"})", R"(shard a: up{           } +cluster=a)"},
         {R"(up{cluster="a",job="x"})", R"(shard a: up{            job="x"} +cluster=a)"},
         {R"(up{job="x",cluster="a"})", R"(shard a: up{job="x",           } +cluster=a)"},
         {R"(up{job="x", cluster='a' , z="1"})", R"(shard a: up{job="x",               z="1"} +cluster=a)"},
         {"up{cluster=`a`,}", "shard a: up{            } +cluster=a"},
         {R"(up{cluster=~"a|q",cluster!="b"})", R"(shard a: up{                           } +cluster=a)"},
         {"up{cluster\n=\n\"a\"}", "shard a: up{       \n \n   } +cluster=a"},
         {"up{cluster=\"a\" # cluster, \"b\"\n,job=\"x\"}",
          "shard a: up{                          \n job=\"x\"} +cluster=a"},
         {"up{cluster # x\n=\"a\"\t,\tjob=\"x\"}", "shard a: up{           \n      \tjob=\"x\"} +cluster=a"},
         {"up{cluster=\"a\" # no, comma }\n} # \"",
          "shard a: up{            # no, comma }\n} # \" +cluster=a"}},
        oneLabel());
}

TEST(Route, LastExcludingMatcher) {
  check({{R"({cluster="a"})", R"(shard a: {__name__!=""           } +cluster=a)"},
         {R"({cluster="a",})", R"(shard a: {__name__!=""} +cluster=a)"},
         {R"({cluster=~"a|zzzz"})", R"(shard a: {__name__!=""     } +cluster=a)"},
         {R"({cluster="a",job=~".*"})", R"(shard a: {__name__!="",            job=~".*"} +cluster=a)"},
         {R"({cluster=~"a|zzz",job=~".*"})", R"(shard a: {__name__!="",    job=~".*"} +cluster=a)"},
         {R"({job=~".*",cluster=~"a|zzzzz"})", R"(shard a: {job=~".*",__name__!="",     } +cluster=a)"},
         {R"({job!="x",cluster="a"})", R"(shard a: {__name__!="",job!="x",           } +cluster=a)"},
         {"{cluster=\n\n\"a\"}", "shard a: {__name__!=\"\"        \n\n   } +cluster=a"},
         {R"({__name__=~"a.*",cluster="a"})", R"(shard a: {__name__=~"a.*",           } +cluster=a)"},
         {R"({__name__="x",cluster="a"})", R"(shard a: {__name__="x",           } +cluster=a)"},
         {R"({job="x",cluster="a"})", R"(shard a: {job="x",           } +cluster=a)"}},
        oneLabel());
}

TEST(Route, NamesInQuotesAndNewSpellings) {
  check(
      {{R"({"up",cluster="a"})", R"(shard a: up{           } +cluster=a)"},
       {R"({"my.metric",cluster="a"})", R"(shard a: {__name__="my.metric",           } +cluster=a)"},
       {R"({cluster="a","my.metric"})", R"(shard a: {__name__="my.metric",           } +cluster=a)"},
       {R"(up{"cluster"="a"} offset 5m @ 100)", R"(shard a: up{           } @ 100.000 offset 5m +cluster=a)"},
       {R"(rate(up{cluster="a"}[300]))", R"(shard a: rate(up{           }[5m]) +cluster=a)"},
       {R"(up{cluster="a"} > 1_000)", R"(shard a: up{           } > 1000 +cluster=a)"},
       {R"(sum by ("job") (up{cluster="a"}))", R"(shard a: sum by (job) (up{           }))"}},
      oneLabel());
}

TEST(Route, AggregationsKeepWhatTheyGroupBy) {
  check(
      {{R"(sum(up{cluster="a"}))", R"(shard a: sum(up{           }))"},
       {R"(sum by (cluster) (up{cluster="a"}))", R"(shard a: sum by (cluster) (up{           }) +cluster=a)"},
       {R"(sum(up{cluster="a"}) by (job, cluster))",
        R"(shard a: sum(up{           }) by (job, cluster) +cluster=a)"},
       {R"(sum without (job) (up{cluster="a"}))",
        R"(shard a: sum without (job) (up{           }) +cluster=a)"},
       {R"(sum without (job, cluster) (up{cluster="a"}))",
        R"(shard a: sum without (job, cluster) (up{           }))"},
       {R"(topk(2, up{cluster="a"}))", R"(shard a: topk(2, up{           }) +cluster=a)"},
       {R"(bottomk by (job) (2, up{cluster="a"}))",
        R"(shard a: bottomk by (job) (2, up{           }) +cluster=a)"},
       {R"(limitk(2, up{cluster="a"}))", R"(shard a: limitk(2, up{           }) +cluster=a)"},
       {R"(quantile(0.5, up{cluster="a"}))", R"(shard a: quantile(0.5, up{           }))"},
       {R"(quantile by (cluster) (0.5, up{cluster="a"}))",
        R"(shard a: quantile by (cluster) (0.5, up{           }) +cluster=a)"},
       {R"(limit_ratio(0.5, up{cluster="a"}))",
        R"(shard a: limit_ratio(0.5, label_replace(up{           },"cluster","a","cluster","")))"},
       {R"(count_values("v", up{cluster="a"}))", R"(shard a: count_values("v", up{           }))"},
       {R"(count_values("cluster", up{cluster="a"}))",
        R"(shard a: count_values("cluster", up{           }))"},
       {R"(count_values by (cluster) ("cluster", up{cluster="a"}))",
        R"(shard a: count_values by (cluster) ("cluster", up{           }))"},
       {R"(count_values without (job) ("v", up{cluster="a"}))",
        R"(shard a: count_values without (job) ("v", up{           }) +cluster=a)"}},
      oneLabel());
}

TEST(Route, MatchingOfLikeSides) {
  check(
      {{R"(x{cluster="a"} + y{cluster="a"})", R"(shard a: x{           } + y{           } +cluster=a)"},
       {R"(x{cluster="a"} / on (job) y{cluster="a"})",
        R"(shard a: x{           } / on (job) y{           })"},
       {R"(x{cluster="a"} / on (cluster) y{cluster="a"})",
        R"(shard a: x{           } / on (cluster) y{           } +cluster=a)"},
       {R"(x{cluster="a"} / ignoring (job) y{cluster="a"})",
        R"(shard a: x{           } / ignoring (job) y{           } +cluster=a)"},
       {R"(x{cluster="a"} / ignoring (cluster) y{cluster="a"})",
        R"(shard a: x{           } / ignoring (cluster) y{           })"},
       {R"(x{cluster="a"} * on (job) group_left y{cluster="a"})",
        R"(shard a: x{           } * on (job) group_left y{           } +cluster=a)"},
       {R"(sum by (job) (x{cluster="a"}) * on (job) group_left (cluster) y{cluster="a"})",
        R"(shard a: sum by (job) (x{           }) * on (job) group_left (cluster) y{           } +cluster=a)"},
       {R"(x{cluster="a"} * on (job) group_left (cluster) sum by (job) (y{cluster="a"}))",
        R"(shard a: x{           } * on (job) group_left (cluster) sum by (job) (y{           }))"},
       {R"(sum by (job) (x{cluster="a"}) * on (job) group_right y{cluster="a"})",
        R"(shard a: sum by (job) (x{           }) * on (job) group_right y{           } +cluster=a)"},
       {R"(x{cluster="a"} + on (job) fill (0) y{cluster="a"})",
        R"(shard a: x{           } + on (job) fill (0) y{           })"},
       {R"(x{cluster="a"} and y{cluster="a"})", R"(shard a: x{           } and y{           } +cluster=a)"},
       {R"(x{cluster="a"} or y{cluster="a"})", R"(shard a: x{           } or y{           } +cluster=a)"},
       {R"(x{cluster="a"} unless on (job) y{cluster="a"})",
        R"(shard a: x{           } unless on (job) y{           } +cluster=a)"},
       {R"(sum(x{cluster="a"}) or vector(0))", R"(shard a: sum(x{           }) or vector(0))"}},
      oneLabel());
}

TEST(Route, MatchingOfUnlikeSides) {
  check(
      {{R"(x{cluster="a"} or vector(0))",
        R"(shard a: label_replace(x{           },"cluster","a","cluster","") or vector(0))"},
       {R"(vector(0) or x{cluster="a"})",
        R"(shard a: vector(0) or label_replace(x{           },"cluster","a","cluster",""))"},
       {R"(sum by (cluster) (x{cluster="a"}) + vector(1))",
        R"(shard a: label_replace(sum by (cluster) (x{           }),"cluster","a","cluster","") + vector(1))"},
       {R"(x{cluster="a"} and on (cluster) vector(1))",
        R"(shard a: label_replace(x{           },"cluster","a","cluster","") and on (cluster) vector(1))"},
       {R"(x{cluster="a"} and on (job) vector(1))",
        R"(shard a: x{           } and on (job) vector(1) +cluster=a)"},
       {R"(x{cluster="a"} unless ignoring (cluster) sum by (job) (y{cluster="a"}))",
        R"(shard a: x{           } unless ignoring (cluster) sum by (job) (y{           }) +cluster=a)"},
       {R"((x{cluster="a"} + 1) or on (job) sum by (job) (y{cluster="a"}))",
        R"(shard a: label_replace((x{           } + 1),"cluster","a","cluster","") or on (job) sum by (job) (y{           }))"},
       {R"(-x{cluster="a"} or vector(0) or x{cluster="a"})",
        R"(shard a: label_replace(-x{           },"cluster","a","cluster","") or vector(0) )"
        R"(or label_replace(x{           },"cluster","a","cluster",""))"},
       {R"(x{cluster="a"} + on (job) group_left fill (0) y{cluster="a"})",
        R"(shard a: label_replace(x{           },"cluster","a","cluster","") + on (job) group_left fill (0) )"
        R"(label_replace(y{           },"cluster","a","cluster",""))"},
       {R"(x{cluster="a"} or y{cluster="nope"})",
        R"(shard a: label_replace(x{           },"cluster","a","cluster","") or y{__no_series__=~".+",cluster="nope"})"}},
      oneLabel());
}

TEST(Route, FunctionsThatReadOrWriteTheLabel) {
  check(
      {{R"q(label_replace(x{cluster="a"}, "new", "$1", "cluster", "(.*)"))q",
        R"q(shard a: label_replace(label_replace(x{           },"cluster","a","cluster",""), "new", "$1", "cluster", "(.*)"))q"},
       {R"(label_replace(x{cluster="a"}, "cluster", "z", "job", ".*"))",
        R"(shard a: label_replace(label_replace(x{           },"cluster","a","cluster",""), "cluster", "z", "job", ".*"))"},
       {R"q(label_replace(x{cluster="a"}, "new", "$1", "job", "(.*)"))q",
        R"q(shard a: label_replace(x{           }, "new", "$1", "job", "(.*)") +cluster=a)q"},
       {R"q(label_join(x{cluster="a"}, "new", "-", "job", ("cluster")))q",
        R"q(shard a: label_join(label_replace(x{           },"cluster","a","cluster",""), "new", "-", "job", ("cluster")))q"},
       {R"(sort_by_label(x{cluster="a"}, "job"))",
        R"(shard a: sort_by_label(label_replace(x{           },"cluster","a","cluster",""), "job"))"},
       {R"(sort_by_label(x{cluster="a"}, "cluster"))",
        R"(shard a: sort_by_label(label_replace(x{           },"cluster","a","cluster",""), "cluster"))"},
       {R"(rate(x{cluster="a"}[5m]))", R"(shard a: rate(x{           }[5m]) +cluster=a)"},
       {R"(max_over_time(sum(x{cluster="a"})[1h:1m]))",
        R"(shard a: max_over_time(sum(x{           })[1h:1m]))"},
       {R"(x{cluster="a"}[5m])", R"(shard a: x{           }[5m] +cluster=a)"},
       {R"(scalar(x{cluster="a"}))", R"(shard a: scalar(x{           }))"},
       {R"(vector(scalar(x{cluster="a"})))", R"(shard a: vector(scalar(x{           })))"},
       {R"(x{cluster="a"} * scalar(y{cluster="a"}))",
        R"(shard a: x{           } * scalar(y{           }) +cluster=a)"},
       {R"(hour(x{cluster="a"}))", R"(shard a: hour(x{           }) +cluster=a)"},
       {R"(histogram_quantile(0.9, sum by (le) (rate(x{cluster="a"}[5m]))))",
        R"(shard a: histogram_quantile(0.9, sum by (le) (rate(x{           }[5m]))))"}},
      oneLabel());
}

TEST(Route, Absent) {
  check(
      {{R"(absent(x{cluster="a"}))", R"(shard a: absent(x{           }) +cluster=a)"},
       {R"(absent((x{cluster="a"})))", R"(shard a: absent((x{           })) +cluster=a)"},
       {R"(absent(x{cluster=~"a"}))", R"(shard a: absent(x{            }))"},
       {R"(absent(x{cluster="a",cluster="a"}))", R"(shard a: absent(x{                       }))"},
       {R"(absent_over_time(x{cluster="a"}[5m]))",
        R"(shard a: absent_over_time(x{           }[5m]) +cluster=a)"},
       {R"(absent_over_time(x{cluster="a"}[5m:1m]))", R"(shard a: absent_over_time(x{           }[5m:1m]))"},
       {R"(absent(sum(x{cluster="a"})))", R"(shard a: absent(sum(x{           })))"},
       {R"(absent(x{cluster="a"}) or y{cluster="a"})",
        R"(shard a: absent(x{           }) or y{           } +cluster=a)"},
       {R"(absent(absent(x{cluster="a"})))", R"(shard a: absent(absent(x{           })))"},
       {R"(absent(x{cluster="nope",job="j"}))", R"(absent +cluster=nope +job=j)"},
       {R"((absent((x{cluster="nope",cluster="nope",job="j",k=~"k"}))))", R"(absent +job=j)"},
       {R"(absent_over_time(x{cluster="nope"}[5m]))", R"(absent +cluster=nope)"},
       {R"(absent(x{cluster=""}))", R"(absent)"},
       {R"(absent(sum(x{cluster="nope"})))",
        R"(any shard: absent(sum(x{__no_series__=~".+",cluster="nope"})))"},
       {R"(sum(absent(x{cluster="nope"})))",
        R"(any shard: sum(absent(x{__no_series__=~".+",cluster="nope"})))"},
       {R"(absent(x{cluster="nope"}) or y{cluster="a"})",
        R"(shard a: absent(x{__no_series__=~".+",cluster="nope"}) or label_replace(y{           },"cluster","a","cluster",""))"}},
      oneLabel());
}

TEST(RouteQuery, LabelsOfAbsentAreThoseOfTheDialect) {
  const auto in = [](std::string_view query, model::Dialect dialect) {
    return routed(query, oneLabel(), dialect);
  };
  using enum model::Dialect;
  EXPECT_EQ(in(R"(absent(x{cluster!~"c",cluster="none"}))", kPrometheus2), "absent +cluster=none");
  EXPECT_EQ(in(R"(absent(x{cluster!~"c",cluster="none"}))", kPrometheus3), "absent");
  EXPECT_EQ(in(R"(absent(x{cluster!="b",cluster="a"}))", kPrometheus2),
            R"(shard a: absent(x{                        }) +cluster=a)");
  EXPECT_EQ(in(R"(absent(x{cluster!="b",cluster="a"}))", kPrometheus3),
            R"(shard a: absent(x{                        }))");
}

TEST(Route, NoShardTouched) {
  check({{R"(up{cluster="nope"})", "empty"},
         {R"(up{cluster=""})", "empty"},
         {R"(up{cluster="a",cluster="b"})", "empty"},
         {R"(-(sum by (x) (rate(up{cluster="nope"}[5m]))))", "empty"},
         {R"(up{cluster="nope"}[5m])", "empty"},
         {R"(sort_desc(up{cluster="nope"}))",
          R"(any shard: sort_desc(up{__no_series__=~".+",cluster="nope"}))"},
         {R"(mad_over_time(up{cluster="nope"}[5m]))",
          R"(any shard: mad_over_time(up{__no_series__=~".+",cluster="nope"}[5m]))"},
         {R"(rate(up{cluster="nope"}[5m] anchored))",
          R"(any shard: rate(up{__no_series__=~".+",cluster="nope"}[5m] anchored))"},
         {R"(1 + 1)", "any shard: 1 + 1"},
         {"time()", "any shard: time()"},
         {R"("text")", "any shard: \"text\""},
         {R"(count(up{cluster="nope"}) or vector(0))",
          R"(any shard: count(up{__no_series__=~".+",cluster="nope"}) or vector(0))"},
         {R"(quantile(5, up{cluster="nope"}))",
          R"(any shard: quantile(5, up{__no_series__=~".+",cluster="nope"}))"},
         {R"q(label_replace(up{cluster="nope"}, "x", "$1", "y", "("))q",
          R"q(any shard: label_replace(up{__no_series__=~".+",cluster="nope"}, "x", "$1", "y", "("))q"},
         {R"(scalar(up{cluster="nope"}))", R"(any shard: scalar(up{__no_series__=~".+",cluster="nope"}))"},
         {R"(topk(0, up{cluster="nope"}))", R"(any shard: topk(0, up{__no_series__=~".+",cluster="nope"}))"},
         {R"(up{cluster="nope"} + 1)", R"(any shard: up{__no_series__=~".+",cluster="nope"} + 1)"},
         {R"({cluster="nope"} + 1)", R"(any shard: {__no_series__=~".+",cluster="nope"} + 1)"}},
        oneLabel());
}

TEST(Route, TwoLabels) {
  check(
      {{R"(up{cluster="a"})", R"(shard a: up{           } +cluster=a +region=eu)"},
       {R"(up{region="us"})", R"(shard b: up{           } +cluster=b +region=us)"},
       {R"(up{region=""})", R"(shard n: up{         } +cluster=n)"},
       {R"(sum by (region) (up{cluster="a"}))", R"(shard a: sum by (region) (up{           }) +region=eu)"},
       {R"(sum by (region) (up{cluster="n"}))", R"(shard n: sum by (region) (up{           }))"},
       {R"({cluster="a",region="eu"})", R"(shard a: {__name__!=""           } +cluster=a +region=eu)"},
       {R"(up{cluster="a"} or vector(1))",
        R"(shard a: label_replace(label_replace(up{           },"cluster","a","cluster",""),"region","eu","region","") or vector(1))"},
       {R"(absent(up{cluster="a"}))", R"(shard a: absent(up{           }) +cluster=a)"},
       {R"(absent(up{cluster="n",region=""}))", R"(shard n: absent(up{                     }) +cluster=n)"},
       {R"(up{cluster="a",region="us"})", "empty"}},
      twoLabels());
}

TEST(Route, SingleShard) {
  check({{"up", "shard only: up +cluster=a"},
         {R"(up{cluster!="x"})", R"(shard only: up{            } +cluster=a)"},
         {"info(up)", R"(shard only: info(label_replace(up,"cluster","a","cluster","")))"},
         {R"(info(up, {job="x"}))",
          R"(shard only: info(label_replace(up,"cluster","a","cluster",""), {job="x"}))"},
         {R"(info(up, {cluster=~".+"}))", "planned"},
         {"1", "any shard: 1"}},
        single());
}

TEST(Route, SeveralSets) {
  check({{R"(up{cluster="a",app="x"})", "shard a: up{            app=\"x\"} +cluster=a"},
         {R"(up{app="x"})", "planned"},
         {R"(up{cluster="cx"})", R"(shard x: up{cluster="cx"})"},
         {R"(up{cluster="b",app="none"})", R"(shard b: up{            app="none"} +cluster=b)"}},
        twoSets());
}

TEST(Route, LeavesSeveralShardsToThePlanner) {
  check({{"up", "planned"},
         {R"(x{cluster="b"} + y{cluster="a"})", "planned"},
         {R"(info(up{cluster="a"}))", "planned"}},
        oneLabel());
}

TEST(Route, ValuesAreQuotedForLabelReplace) {
  ShardSet set = aAndB();
  set.shards[0] = shard("q", {{"cluster", "a$1\"\\\n"}});
  EXPECT_EQ(routed("up{cluster!=\"b\"} or vector(1)", ShardMap({set})),
            "shard q: label_replace(up{            },\"cluster\",\"a$$1\\\"\\\\\\n\",\"cluster\",\"\") or "
            "vector(1)");
}

TEST(Route, WithoutInsertionsNothingMoves) {
  for (const std::string_view query :
       {"sum(rate(x{cluster=\"a\",\n  job=\"x\"}[5m])) # end",
        "x{\r\n\tcluster = \"a\" ,\r\n\tjob=\"x\"} / on (job)\n y{cluster=\"a\"}",
        "{cluster=~\"a|long enough\",job=~\".*\"}", "absent(x{t=\"\xC3\xBC\",cluster='a'})",
        "topk(3,\n\n x{cluster=\"a\"})\n"}) {
    const auto parsed = promql::parse(query);
    ASSERT_TRUE(parsed) << query << parsed.error().message();
    const auto route = routeQuery(*parsed, oneLabel());
    ASSERT_EQ(route.text.size(), query.size()) << route.text;
    for (std::size_t i = 0; i < query.size(); ++i) {
      EXPECT_EQ(route.text[i] == '\n', query[i] == '\n') << i << " of " << route.text;
    }
    EXPECT_TRUE(promql::parse(route.text)) << route.text;
  }
}

// Series requests.

/// Per shard: its name, the selectors it is asked for, `+label=value`.
std::vector<std::string> routedSeries(const std::vector<std::string_view>& selectors,
                                      const ShardMap& shards) {
  std::vector<promql::Query> parsed;
  for (const auto text : selectors) parsed.push_back(*promql::parseMetricSelector(text));
  std::vector<std::string> out;
  for (const SeriesPiece& piece : routeSeries(parsed, shards)) {
    std::string text = shards.shard(piece.shard).name;
    for (const std::string& match : piece.matches) text.append(" ").append(match);
    for (const auto& [name, value] : piece.labels) text.append(" +").append(name).append("=").append(value);
    out.push_back(std::move(text));
  }
  return out;
}

using Texts = std::vector<std::string>;

TEST(RouteSeries, OneShard) {
  EXPECT_EQ(routedSeries({R"(up{cluster="a"})", R"({cluster="a"})", R"(x{cluster="nope"})"}, oneLabel()),
            Texts{"a up{           } {__name__!=\"\"           } +cluster=a"});
  EXPECT_EQ(routedSeries({R"(up{cluster="n"})"}, twoLabels()), Texts{"n up{           } +cluster=n"});
  EXPECT_EQ(routedSeries({R"(up{cluster="cx"})"}, twoSets()), Texts{R"(x up{cluster="cx"})"});
}

TEST(RouteSeries, NoneAndSeveral) {
  EXPECT_EQ(routedSeries({R"(up{cluster="nope"})"}, oneLabel()), Texts{});
  EXPECT_EQ(routedSeries({R"(up{cluster="a"})", R"(up{cluster="b"})", "x"}, oneLabel()),
            (Texts{"a up{           } x +cluster=a", "b up{           } x +cluster=b"}));
}

}  // namespace
}  // namespace prome::plan
