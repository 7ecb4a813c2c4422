#include "topology/shard_map.h"

#include <gtest/gtest.h>
#include <re2/re2.h>

#include <algorithm>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace prome::topology {
namespace {

using promql::LabelMatcher;
using promql::MatchType;

Shard shard(std::string name, LabelPairs labels) {
  Shard out;
  out.name = std::move(name);
  out.external_labels = std::move(labels);
  return out;
}

LabelMatcher matcher(std::string_view name, std::string_view op, std::string_view value) {
  const MatchType type = op == "="    ? MatchType::kEqual
                         : op == "!=" ? MatchType::kNotEqual
                         : op == "=~" ? MatchType::kRegexp
                                      : MatchType::kNotRegexp;
  return {.type = type, .name = name, .value = value, .pos = {}};
}

std::vector<ShardId> routed(const ShardMap& map, const std::vector<LabelMatcher>& matchers) {
  const ShardList list = map.route(matchers);
  EXPECT_EQ(list.size(), list.ids().size());
  EXPECT_EQ(list.empty(), list.ids().empty());
  return {list.ids().begin(), list.ids().end()};
}

using Ids = std::vector<ShardId>;

/// 0 a/eu, 1 b/us, 2 c (no region), 3 a/us.
ShardSet clusters() {
  return {.name = "clusters",
          .routing_labels = {"cluster", "region"},
          .shards = {shard("s0", {{"cluster", "a"}, {"region", "eu"}}),
                     shard("s1", {{"cluster", "b"}, {"region", "us"}}), shard("s2", {{"cluster", "c"}}),
                     shard("s3", {{"cluster", "a"}, {"region", "us"}})}};
}

TEST(ShardMap, Describes) {
  const ShardMap map({clusters()});
  EXPECT_EQ(map.size(), 4U);
  EXPECT_EQ(map.shard(3).name, "s3");
  EXPECT_EQ(map.routingLabels(2), (LabelPairs{{"cluster", "c"}, {"region", ""}}));
  EXPECT_TRUE(map.isRoutingLabel(2, "region"));
  EXPECT_FALSE(map.isRoutingLabel(2, "job"));
  EXPECT_EQ(map.sets().size(), 1U);
}

TEST(ShardMap, FourKindsOfMatchers) {
  const ShardMap map({clusters()});
  EXPECT_EQ(routed(map, {}), (Ids{0, 1, 2, 3}));
  EXPECT_EQ(routed(map, {matcher("cluster", "=", "a")}), (Ids{0, 3}));
  EXPECT_EQ(routed(map, {matcher("cluster", "!=", "a")}), (Ids{1, 2}));
  EXPECT_EQ(routed(map, {matcher("cluster", "=~", "a|b")}), (Ids{0, 1, 3}));
  EXPECT_EQ(routed(map, {matcher("cluster", "!~", "a|b")}), (Ids{2}));
  EXPECT_EQ(routed(map, {matcher("cluster", "=", "nope")}), Ids{});
  EXPECT_EQ(routed(map, {matcher("job", "=", "nope")}), (Ids{0, 1, 2, 3}));
}

TEST(ShardMap, RegexesAreAnchored) {
  const ShardMap map(
      {{.name = "",
        .routing_labels = {"x"},
        .shards = {shard("", {{"x", "aa"}}), shard("", {{"x", "a"}}), shard("", {{"x", "a\nb"}})}}});
  EXPECT_EQ(routed(map, {matcher("x", "=~", "a")}), (Ids{1}));
  EXPECT_EQ(routed(map, {matcher("x", "=~", "a+")}), (Ids{0, 1}));
  EXPECT_EQ(routed(map, {matcher("x", "=~", "a.*")}), (Ids{0, 1, 2}));
  EXPECT_EQ(routed(map, {matcher("x", "!~", "a|")}), (Ids{0, 2}));
}

TEST(ShardMap, AMissingLabelIsEmpty) {
  const ShardMap map({clusters()});
  EXPECT_EQ(routed(map, {matcher("region", "=", "")}), (Ids{2}));
  EXPECT_EQ(routed(map, {matcher("region", "!=", "")}), (Ids{0, 1, 3}));
  EXPECT_EQ(routed(map, {matcher("region", "=~", "|eu")}), (Ids{0, 2}));
  EXPECT_EQ(routed(map, {matcher("region", "!~", ".+")}), (Ids{2}));
  EXPECT_EQ(routed(map, {matcher("cluster", "=", "")}), Ids{});
}

TEST(ShardMap, MatchersIntersect) {
  const ShardMap map({clusters()});
  EXPECT_EQ(routed(map, {matcher("cluster", "=", "a"), matcher("region", "=", "us")}), (Ids{3}));
  EXPECT_EQ(routed(map, {matcher("cluster", "=", "a"), matcher("cluster", "=", "b")}), Ids{});
  EXPECT_EQ(
      routed(map, {matcher("region", "=~", "u."), matcher("cluster", "!=", "b"), matcher("job", "=", "x")}),
      (Ids{3}));
}

TEST(ShardMap, ALabelOfAnotherSetDoesNotNarrow) {
  const ShardMap map({{.name = "one",
                       .routing_labels = {"cluster"},
                       .shards = {shard("a", {{"cluster", "a"}}), shard("b", {{"cluster", "b"}})}},
                      {.name = "two",
                       .routing_labels = {"app"},
                       .shards = {shard("x", {{"app", "x"}}), shard("y", {{"app", "y"}})}}});
  EXPECT_EQ(routed(map, {matcher("cluster", "=", "a")}), (Ids{0, 2, 3}));
  EXPECT_EQ(routed(map, {matcher("cluster", "=", "a"), matcher("app", "=", "y")}), (Ids{0, 3}));
  EXPECT_EQ(routed(map, {matcher("app", "=~", "z+")}), (Ids{0, 1}));
  EXPECT_FALSE(map.isRoutingLabel(2, "cluster"));
}

TEST(ShardMap, AnExternalLabelThatIsNoRoutingLabelIsIgnored) {
  const ShardMap map({{.name = "",
                       .routing_labels = {"cluster"},
                       .shards = {shard("", {{"cluster", "a"}, {"tier", "1"}})}}});
  EXPECT_EQ(routed(map, {matcher("tier", "=", "2")}), (Ids{0}));
  EXPECT_EQ(map.routingLabels(0), (LabelPairs{{"cluster", "a"}}));
}

TEST(ShardMap, EqualLabelSetsAreBothTouched) {
  const ShardMap map({{.name = "",
                       .routing_labels = {"x"},
                       .shards = {shard("p", {{"x", "1"}}), shard("q", {{"x", "1"}})}}});
  EXPECT_EQ(routed(map, {matcher("x", "=", "1")}), (Ids{0, 1}));
}

TEST(ShardMap, NoShards) {
  EXPECT_EQ(routed(ShardMap({}), {matcher("x", "=", "1")}), Ids{});
  EXPECT_EQ(routed(ShardMap({ShardSet{}}), {}), Ids{});
}

ShardMap large() {
  ShardSet set{.name = "", .routing_labels = {"cluster"}, .shards = {}};
  for (int i = 0; i < 10'000; ++i) set.shards.push_back(shard("", {{"cluster", "c" + std::to_string(i)}}));
  return ShardMap({set});
}

TEST(ShardMap, TenThousandShards) {
  const ShardMap map = large();
  EXPECT_EQ(routed(map, {matcher("cluster", "=", "c1234")}), (Ids{1234}));
  EXPECT_EQ(routed(map, {matcher("cluster", "!=", "c1234")}).size(), 9'999U);
  for (int again = 0; again < 3; ++again) {
    EXPECT_EQ(routed(map, {matcher("cluster", "=~", "c99[0-9]{2}")}).size(), 100U);
    EXPECT_EQ(routed(map, {matcher("cluster", "!~", "c99[0-9]{2}")}).size(), 9'900U);
  }
}

TEST(ShardMap, MoreMatchersThanAreRememberedStayRight) {
  const ShardMap map({clusters()});
  for (int round = 0; round < 2; ++round) {
    for (std::size_t i = 0; i <= kMaxRememberedMatchers; ++i) {
      const std::string value = i % 2 == 0 ? "a|x" + std::to_string(i) : "b|x" + std::to_string(i);
      const Ids expected = i % 2 == 0 ? Ids{0, 3} : Ids{1};
      ASSERT_EQ(routed(map, {matcher("cluster", "=~", value)}), expected) << i;
    }
  }
}

TEST(ShardMap, MoreIdsThanAreRememberedStayRight) {
  const ShardMap map = large();
  const std::size_t matchers = kMaxRememberedIds / 10'000 + 2;
  for (int round = 0; round < 2; ++round) {
    for (std::size_t i = 0; i < matchers; ++i) {
      ASSERT_EQ(routed(map, {matcher("cluster", "!=", "x" + std::to_string(i))}).size(), 10'000U) << i;
    }
  }
}

/// A list in use must outlive the memory it came from.
TEST(ShardMap, ListsOutliveTheMemory) {
  const ShardMap map({clusters()});
  const std::vector<LabelMatcher> first = {matcher("cluster", "!=", "b")};
  const ShardList kept = map.route(first);
  for (std::size_t i = 0; i <= kMaxRememberedMatchers; ++i) {
    const std::string value = "v" + std::to_string(i);
    routed(map, {matcher("cluster", "!=", value)});
  }
  EXPECT_EQ(Ids(kept.ids().begin(), kept.ids().end()), (Ids{0, 2, 3}));
}

TEST(ShardMap, ThreadsShareTheMemory) {
  const ShardMap map({clusters()});
  const auto work = [&] {
    for (int i = 0; i < 3000; ++i) {
      const std::string value = "a|" + std::to_string(i % 700);
      ASSERT_EQ(routed(map, {matcher("cluster", "=~", value)}), (Ids{0, 3}));
    }
  };
  std::jthread other(work);
  work();
}

// Against a filter that knows nothing of indexes.

bool naiveAccepts(const LabelMatcher& m, const std::string& value) {
  switch (m.type) {
    case MatchType::kEqual:
      return value == m.value;
    case MatchType::kNotEqual:
      return value != m.value;
    case MatchType::kRegexp:
      return RE2::FullMatch(value, RE2(std::string(m.value)));
    case MatchType::kNotRegexp:
      return !RE2::FullMatch(value, RE2(std::string(m.value)));
  }
  return false;
}

Ids naiveRoute(const std::vector<ShardSet>& sets, const std::vector<LabelMatcher>& matchers) {
  Ids ids;
  ShardId id = 0;
  for (const ShardSet& set : sets) {
    for (const Shard& one : set.shards) {
      const bool good = std::ranges::all_of(matchers, [&](const LabelMatcher& m) {
        if (std::ranges::find(set.routing_labels, m.name) == set.routing_labels.end()) return true;
        const auto own = std::ranges::find(one.external_labels, m.name, &LabelPairs::value_type::first);
        return naiveAccepts(m, own == one.external_labels.end() ? "" : own->second);
      });
      if (good) ids.push_back(id);
      ++id;
    }
  }
  return ids;
}

class RandomMaps {
 public:
  explicit RandomMaps(std::uint32_t seed) : random_(seed) {}

  std::vector<ShardSet> sets() {
    std::vector<ShardSet> sets(1 + random_() % 3);
    for (ShardSet& set : sets) {
      for (const char* const label : {"app", "cluster", "region"}) {
        if (random_() % 2 == 0) set.routing_labels.emplace_back(label);
      }
      for (std::size_t i = random_() % 8; i > 0; --i) {
        LabelPairs labels;
        for (const auto& name : set.routing_labels) {
          if (random_() % 4 != 0) labels.emplace_back(name, one({"a", "b", "aa"}));
        }
        set.shards.push_back(shard("", labels));
      }
    }
    return sets;
  }

  std::vector<LabelMatcher> matchers() {
    std::vector<LabelMatcher> out;
    for (std::size_t i = random_() % 4; i > 0; --i) {
      const auto name = one({"app", "cluster", "region", "job"});
      const auto op = one({"=", "!=", "=~", "!~"});
      out.push_back(matcher(name, op, one({"", "a", "b", "aa", "a|b", "a+", ".*", ".+", "(a|)b?", "[^a]*"})));
    }
    return out;
  }

 private:
  const char* one(std::initializer_list<const char*> options) {
    return options.begin()[random_() % options.size()];
  }

  std::mt19937 random_;
};

TEST(ShardMap, EqualsTheNaiveFilter) {
  for (std::uint32_t seed = 0; seed < 500; ++seed) {
    RandomMaps random(seed);
    const auto sets = random.sets();
    const ShardMap map(sets);
    for (int i = 0; i < 40; ++i) {
      const auto matchers = random.matchers();
      ASSERT_EQ(routed(map, matchers), naiveRoute(sets, matchers)) << "seed " << seed << ", query " << i;
    }
  }
}

}  // namespace
}  // namespace prome::topology
