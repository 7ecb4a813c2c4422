// The as-if rule on random queries: what is sent to one shard, evaluated over the shard's series and given
// the route's labels, equals the query as written, evaluated over the union. Both by the naive evaluator.
#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>
#include <string_view>

#include "naive_evaluator.h"
#include "plan/route.h"
#include "promql/parser.h"

namespace prome::plan {
namespace {

using naive::Labels;
using naive::Value;
using naive::Vector;
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

class Random {
 public:
  explicit Random(std::uint32_t seed) : engine_(seed) {}
  std::size_t below(std::size_t count) { return engine_() % count; }
  bool oneIn(std::size_t count) { return below(count) == 0; }
  std::string one(std::initializer_list<std::string_view> options) {
    return std::string(options.begin()[below(options.size())]);
  }

 private:
  std::mt19937 engine_;
};

/// Queries that touch shard a (cluster="a", region="r$1") or none.
class QueryMaker {
 public:
  explicit QueryMaker(Random& random) : random_(random) {}

  std::string vector(int depth) {
    if (depth <= 0) return selector();
    switch (random_.below(12)) {
      case 0:
      case 1:
        return aggregation(depth);
      case 2:
      case 3:
      case 4:
        return "(" + vector(depth - 1) + ")" + matching() + operand(depth);
      case 5:
        return operand(depth) + setOperator() + operand(depth);
      case 6:
        return labelFunction(depth);
      case 7:
        return function(depth);
      case 8:
        return operand(depth) + random_.one({" + ", " == bool ", " > "}) + scalar(depth - 1);
      case 9:
        return random_.one({"-", "abs"}) + "(" + vector(depth - 1) + ")";
      case 10:
        return "vector(" + scalar(depth - 1) + ")";
      default:
        return "(" + vector(depth - 1) + ")";
    }
  }

  std::string scalar(int depth) {
    if (depth <= 0 || random_.oneIn(2)) return random_.one({"1", "2", "7"});
    return "scalar(" + vector(depth - 1) + ")";
  }

 private:
  std::string operand(int depth) {
    return random_.oneIn(2) ? "(" + vector(depth - 1) + ")" : vector(depth - 1);
  }

  std::string selector() {
    const std::string routing = random_.one(
        {"cluster=\"a\"", "cluster=\"a\"", "cluster=\"a\"", "cluster=~\"a|z\"", "cluster!=\"b\"",
         "cluster=\"a\",cluster=\"a\"", "cluster=\"a\",region=~\"r.*\"", "cluster=\"a\", region=\"r$1\"",
         "cluster=\"nope\"", "cluster=\"\"", "cluster=\"b\",cluster=\"a\"", "cluster!~\"b|\" # c, d\n"});
    const std::string name = random_.one({"m1", "m1", "m2", "m3", "none"});
    switch (random_.below(6)) {
      case 0:
        return name + "{job=\"x\"," + routing + "}";
      case 1:
        return name + "{" + routing + " ,job=~\"x|y\", }";
      case 2:
        return "{" + routing + "," + random_.one({"job=~\".*\"", "inst=\"1\"", "__name__=~\"m.|none\""}) +
               "}";
      case 3:
        return "{__name__=\"" + name + "\"," + routing + "}";
      default:
        return name + "{" + routing + "}";
    }
  }

  std::string names() {
    return random_.one({"cluster", "job", "inst", "cluster,job", "job, inst", "cluster, region", "",
                        "__name__, cluster", "region,job,inst", "cluster,region,job,inst"});
  }

  std::string aggregation(int depth) {
    const std::string grouping = random_.one({"", " by (" + names() + ")", " without (" + names() + ")"});
    switch (random_.below(6)) {
      case 0:
        return random_.one({"topk", "bottomk"}) + grouping + "(" + scalar(depth - 1) + ", " + selector() +
               ")";
      case 1:
        return "count_values" + grouping + "(\"" + random_.one({"cluster", "job", "v"}) + "\", " +
               vector(depth - 1) + ")";
      case 2:
        return "limit_ratio(" + random_.one({"0.5", "-0.5", "0.2"}) + "," + vector(depth - 1) + ")";
      default:
        break;
    }
    const std::string op = random_.one({"sum", "count", "min", "max", "avg", "group"});
    return random_.oneIn(2) ? op + grouping + "(" + vector(depth - 1) + ")"
                            : op + "(" + vector(depth - 1) + ")" + grouping;
  }

  std::string matching() {
    const std::string op = random_.one({" + ", " - ", " * ", " == ", " > bool ", " < "});
    const std::string fill =
        random_.oneIn(4) ? random_.one({" fill(3) ", " fill_left(4) ", " fill_right(5) "}) : "";
    if (random_.oneIn(5)) return op + fill;
    const std::string key = random_.one({"on", "ignoring"}) + "(" + names() + ")";
    if (random_.oneIn(2)) return op + key + fill;
    const std::string group = random_.one({" group_left", " group_right"});
    const std::string include = random_.one({"", "(cluster)", "(job)", "(inst)", "(cluster, region)"});
    return op + key + group + include + " " + fill;
  }

  std::string setOperator() {
    const std::string op = random_.one({" and ", " or ", " or ", " unless "});
    return random_.oneIn(3) ? op : op + random_.one({"on", "ignoring"}) + "(" + names() + ") ";
  }

  std::string labelFunction(int depth) {
    const std::string target = random_.one({"cluster", "job", "new"});
    const std::string source = random_.one({"cluster", "region", "job", "inst"});
    if (random_.oneIn(3)) {
      return "label_join(" + vector(depth - 1) + ", \"" + target + "\", \"-\", \"" + source + "\", \"job\")";
    }
    return "label_replace(" + vector(depth - 1) + ", \"" + target + "\", \"" +
           random_.one({"n", "$1", "", "$1$1"}) + "\", \"" + source + "\", \"" +
           random_.one({"(.*)", "(.+)", "x()", "()"}) + "\")";
  }

  std::string function(int depth) {
    switch (random_.below(6)) {
      case 0:
        return "absent(" + vector(depth - 1) + ")";
      case 1:
        return "absent((" + selector() + "))";
      case 2:
        return "absent_over_time(" + selector() + "[5m] offset 1m)";
      case 3:
        return "sum_over_time((" + vector(depth - 1) + ")[5m:1m] @ 100)";
      case 4:
        return "last_over_time(" + selector() + "[5m])";
      default:
        return "sort_by_label(" + vector(depth - 1) + ", \"cluster\")";
    }
  }

  Random& random_;
};

Vector randomData(Random& random, const LabelPairs& labels, int offset) {
  Vector data;
  int value = offset;
  for (const char* const name : {"m1", "m2", "m3"}) {
    for (const char* const job : {"", "x", "y"}) {
      for (const char* const inst : {"", "1", "2"}) {
        ++value;
        if (!random.oneIn(3)) continue;
        Labels all(labels.begin(), labels.end());
        all["__name__"] = name;
        if (*job != '\0') all["job"] = job;
        if (*inst != '\0') all["inst"] = inst;
        std::erase_if(all, [](const auto& label) { return label.second.empty(); });
        data.push_back({all, static_cast<double>(value * 7 % 64)});
      }
    }
  }
  return data;
}

class Fixture {
 public:
  Fixture(Random& random, const LabelPairs& of_a, bool stored)
      : shards_({ShardSet{
            .name = "s",
            .routing_labels = {"cluster", "region"},
            .shards = {shard("a", of_a, stored), shard("b", {{"cluster", "b"}, {"region", "q"}})}}}),
        in_a_(randomData(random, stored ? of_a : LabelPairs{}, 0)) {
    for (auto series : in_a_) {
      for (const auto& [name, value] : of_a) series.labels[name] = value;
      union_.push_back(series);
    }
    const Vector in_b = randomData(random, {{"cluster", "b"}, {"region", "q"}}, 27);
    union_.insert(union_.end(), in_b.begin(), in_b.end());
  }

  std::string expected(const promql::Query& query) const {
    return outcome([&] { return naive::evaluate(query.root(), union_); });
  }

  std::string actual(const Route& route) const {
    return outcome([&]() -> Value {
      if (route.kind == Route::Kind::kEmpty) return {};
      if (route.kind == Route::Kind::kAbsent) {
        return {.series = {{Labels(route.labels.begin(), route.labels.end()), 1}}};
      }
      const auto routed = promql::parse(route.text);
      if (!routed) throw std::logic_error("not a query: " + routed.error().message());
      Value value = naive::evaluate(routed->root(), in_a_);
      for (auto& series : value.series) series.labels.insert(route.labels.begin(), route.labels.end());
      return value;
    });
  }

  const ShardMap& shards() const { return shards_; }

 private:
  template <class Function>
  static std::string outcome(Function function) {
    try {
      return naive::describe(function());
    } catch (const naive::EvaluationError& error) {
      return std::string("error: ") + error.what();
    }
  }

  ShardMap shards_;
  Vector in_a_;
  Vector union_;
};

struct Tally {
  int checked = 0;
  int filled = 0;  // a result with series
};

void check(std::uint32_t seed, const LabelPairs& of_a, bool stored, Tally& tally) {
  Random random(seed);
  const Fixture fixture(random, of_a, stored);
  QueryMaker maker(random);
  const std::string text = maker.vector(static_cast<int>(random.below(5)));
  const auto query = promql::parse(text);
  if (!query) return;  // the grammar is loose: a label both in `on` and in group_left, say
  const auto route = routeQuery(*query, fixture.shards());
  if (route.kind == Route::Kind::kPlanned) return;  // `cluster=~".*"`-like touch of both shards
  const std::string expected = fixture.expected(*query);
  EXPECT_EQ(fixture.actual(route), expected)
      << "seed " << seed << "\nquery: " << text << "\nroute: " << routeText(route, fixture.shards());
  ++tally.checked;
  if (!expected.empty() && !expected.starts_with("error")) ++tally.filled;
}

void checkMany(std::uint32_t first_seed, int count, const LabelPairs& of_a, bool stored) {
  Tally tally;
  for (int i = 0; i < count && !testing::Test::HasFailure(); ++i) {
    check(first_seed + static_cast<std::uint32_t>(i), of_a, stored, tally);
  }
  EXPECT_GT(tally.checked, count / 2);
  EXPECT_GT(tally.filled, tally.checked / 4);
}

TEST(LabelFlowProperty, TwoRoutingLabels) {
  checkMany(1, 20'000, {{"cluster", "a"}, {"region", "r$1"}}, false);
}

TEST(LabelFlowProperty, OneOfTwoRoutingLabelsMissing) {
  checkMany(1'000'000, 20'000, {{"cluster", "a"}}, false);
}

TEST(LabelFlowProperty, StoredLabels) {
  checkMany(2'000'000, 8'000, {{"cluster", "a"}, {"region", "r$1"}}, true);
}

}  // namespace
}  // namespace prome::plan
