#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "config/config.h"
#include "config/limits.h"
#include "config_testing.h"

namespace prome::config {
namespace {

using ::testing::ElementsAre;
using topology::Endpoint;
using topology::LabelPairs;
using topology::Scheme;
using topology::Shard;
using topology::ShardSet;

/// The full form with one set, whose keys `set` begin at line 2, column 4.
std::string oneSet(std::string_view set) {
  return "shard_sets:\n - " + std::string(set) + "\n";
}

TEST(SmallFormTest, IsOneShardSet) {
  const Config config = goodConfig(kSmall);
  EXPECT_EQ(config.http.listen_addr, ":9097");
  ASSERT_EQ(config.shard_sets.size(), 1u);
  const ShardSet& set = config.shard_sets[0];
  EXPECT_EQ(set.name, "default");
  EXPECT_THAT(set.routing_labels, ElementsAre("cluster"));
  Shard a;
  a.name = "a";
  a.external_labels = {{"cluster", "a"}};
  a.replicas = {Endpoint{Scheme::kHttp, "1.1.1.1", 9090, ""}};
  Shard b = a;
  b.name = "b";
  b.external_labels = {{"cluster", "b"}};
  b.replicas = {Endpoint{Scheme::kHttp, "2.2.2.2", 9090, ""}};
  EXPECT_THAT(set.shards, ElementsAre(a, b));
}

TEST(SmallFormTest, TakesLabelValuesAsText) {
  const Config config = goodConfig(
      "replace_label_name: cluster\n"
      "prome_servers: {no: h, on: h, 1: h, 0x10: h, null: h, ~: h, 'a b': h, \xC3\xA9: h, 1.0: h, true: "
      "h}\n");
  std::vector<std::string> values;
  for (const Shard& shard : config.shard_sets.at(0).shards)
    values.push_back(shard.external_labels.at(0).second);
  EXPECT_THAT(values, ElementsAre("no", "on", "1", "0x10", "null", "~", "a b", "\xC3\xA9", "1.0", "true"));
}

TEST(SmallFormTest, TakesEveryAddress) {
  const Config config = goodConfig(
      "replace_label_name: cluster\n"
      "prome_servers:\n"
      "  a: https://prom/x\n"
      "  b: '[::1]:1'\n"
      "  c: prom\n");
  std::vector<std::string> urls;
  for (const Shard& shard : config.shard_sets.at(0).shards) urls.push_back(shard.replicas.at(0).url());
  EXPECT_THAT(urls, ElementsAre("https://prom:443/x", "http://[::1]:1", "http://prom:9090"));
}

TEST(SmallFormTest, SaysWhatIsWrong) {
  EXPECT_EQ(
      errorsOf("replace_label_name: a-b\nprome_servers: {a: , b: [x], c: 'h:0', '': h}\n"),
      (Lines{
          "f:1:21: \"a-b\" is not a label name",
          "f:2:20: expected an address like 10.0.0.1:9090 (several replicas of a shard need shard_sets), got "
          "nothing",
          "f:2:25: expected an address like 10.0.0.1:9090 (several replicas of a shard need shard_sets), got "
          "a list",
          "f:2:33: the port must be a number from 1 to 65535, got \"0\"",
          "f:2:40: the shard name must not be empty"}));
  EXPECT_EQ(errorsOf("replace_label_name: __name__\nprome_servers: {a: h}\n"),
            (Lines{"f:1:21: \"__name__\" cannot be a routing label"}));
  EXPECT_EQ(errorsOf("replace_label_name: ''\nprome_servers: {a: h}\n"),
            (Lines{"f:1:21: \"\" is not a label name"}));
  EXPECT_EQ(errorsOf("replace_label_name: x\nprome_servers: {}\n"),
            (Lines{"f:2:1: \"prome_servers\" names no server"}));
  EXPECT_EQ(errorsOf("replace_label_name: x\nprome_servers: [a]\n"),
            (Lines{"f:2:16: expected a mapping (key: value), got a list"}));
  EXPECT_EQ(errorsOf("replace_label_name: x\nprome_servers: {a: h, a: g}\n"),
            (Lines{"f:2:23: duplicate key \"a\", first at line 2, column 17"}));
  EXPECT_EQ(errorsOf("replace_label_name: x\nprome_servers: {a: http://u:hunter2@h}\n"),
            (Lines{"f:2:20: an address must not hold a user or password, use basic_auth"}));
}

TEST(FormsTest, HalfOfTheSmallFormIsAMistake) {
  EXPECT_EQ(errorsOf("prome_servers: {a: h}\n"),
            (Lines{"f:1:1: \"prome_servers\" needs \"replace_label_name\""}));
  EXPECT_EQ(errorsOf("http: {}\nreplace_label_name: a\n"),
            (Lines{"f:2:1: \"replace_label_name\" needs \"prome_servers\""}));
}

TEST(FormsTest, BothFormsAreAMistake) {
  const std::string full = oneSet("{name: s, shards: [{external_labels: {a: b}, replicas: [h]}]}");
  EXPECT_EQ(
      errorsOf(full + "replace_label_name: a\nprome_servers: {a: h}\n"),
      (Lines{"f:1:1: the shards are given twice: remove \"replace_label_name\" and \"prome_servers\" to keep "
             "\"shard_sets\", or remove \"shard_sets\""}));
  EXPECT_EQ(
      errorsOf(full + "prome_servers: {a: h}\n"),
      (Lines{"f:1:1: the shards are given twice: remove \"prome_servers\" to keep \"shard_sets\", or remove "
             "\"shard_sets\""}));
  EXPECT_EQ(errorsOf(full + "replace_label_name: a\n"),
            (Lines{"f:1:1: the shards are given twice: remove \"replace_label_name\" to keep \"shard_sets\", "
                   "or remove "
                   "\"shard_sets\""}));
}

TEST(FullFormTest, ReadsSetsShardsAndReplicas) {
  const Config config = goodConfig(
      "shard_sets:\n"
      "- name: metrics\n"
      "  routing_labels: [region, cluster]\n"
      "  stored: true\n"
      "  shards:\n"
      "  - {external_labels: {region: eu, cluster: a}, replicas: [h1, 'https://h2/x']}\n"
      "  - {name: b, stored: false, external_labels: {cluster: b, region: \"\"}, replicas: [h1]}\n"
      "- name: apps\n"
      "  shards:\n"
      "  - {external_labels: {app: x, team: ''}, replicas: [h]}\n"
      "  - {external_labels: {team: y, app: ''}, replicas: [h]}\n");
  ASSERT_EQ(config.shard_sets.size(), 2u);
  const ShardSet& metrics = config.shard_sets[0];
  EXPECT_EQ(metrics.name, "metrics");
  EXPECT_THAT(metrics.routing_labels, ElementsAre("cluster", "region"));
  ASSERT_EQ(metrics.shards.size(), 2u);
  EXPECT_EQ(metrics.shards[0].name, "a/eu");
  EXPECT_EQ(metrics.shards[0].external_labels, (LabelPairs{{"cluster", "a"}, {"region", "eu"}}));
  EXPECT_THAT(metrics.shards[0].replicas, ElementsAre(Endpoint{Scheme::kHttp, "h1", 9090, ""},
                                                      Endpoint{Scheme::kHttps, "h2", 443, "/x"}));
  EXPECT_TRUE(metrics.shards[0].stored);
  EXPECT_EQ(metrics.shards[1].name, "b");
  EXPECT_FALSE(metrics.shards[1].stored);
  EXPECT_EQ(metrics.shards[1].external_labels, (LabelPairs{{"cluster", "b"}, {"region", ""}}));
  EXPECT_THAT(config.shard_sets[1].routing_labels, ElementsAre("app", "team"));
  EXPECT_EQ(config.shard_sets[1].shards[0].name, "x");
}

TEST(FullFormTest, ReadsTimes) {
  const auto shard = [](const std::string& more) {
    return oneSet("{name: s, shards: [{external_labels: {a: b}, replicas: [h], " + more + "}]}");
  };
  using Base = topology::TimeBound::Base;
  const Config config = goodConfig(shard("min_time: -15d, max_time: '1970-01-01T00:00:01.5Z'"));
  const topology::TimeBounds& times = config.shard_sets[0].shards[0].times;
  EXPECT_EQ(times.min, (topology::TimeBound{Base::kNow, -15LL * 86'400'000}));
  EXPECT_EQ(times.max, (topology::TimeBound{Base::kEpoch, 1'500}));
  EXPECT_THAT(errorsOf(shard("min_time: yesterday")),
              ElementsAre(testing::HasSubstr(
                  "expected a time like 2026-01-31T00:00:00Z or -15d, got \"yesterday\"")));
  EXPECT_THAT(errorsOf(shard("min_time: 20, max_time: 10")),
              ElementsAre(testing::HasSubstr("\"max_time\" is before \"min_time\"")));
}

TEST(FullFormTest, EqualLabelsInOneSetAreAllowed) {
  const Config config =
      goodConfig(oneSet("{name: s, shards: [{external_labels: {a: b}, replicas: [h]}, {name: c, "
                        "external_labels: {a: b}, replicas: "
                        "[h]}]}"));
  EXPECT_EQ(config.shard_sets.at(0).shards.size(), 2u);
}

TEST(FullFormTest, SaysWhatIsMissing) {
  EXPECT_EQ(errorsOf("shard_sets: []\n"), (Lines{"f:1:1: \"shard_sets\" holds no shard set"}));
  EXPECT_EQ(errorsOf("shard_sets:\n"), (Lines{"f:1:1: \"shard_sets\" holds no shard set"}));
  EXPECT_EQ(errorsOf("shard_sets: [x]\n"), (Lines{"f:1:14: expected a mapping (key: value), got text"}));
  EXPECT_EQ(errorsOf("shard_sets: {a: b}\n"), (Lines{"f:1:13: expected a list, got a mapping"}));
  EXPECT_EQ(errorsOf(oneSet("stored: false")),
            (Lines{"f:2:4: \"name\" is missing", "f:2:4: \"shards\" is missing"}));
  EXPECT_EQ(errorsOf(oneSet("{name: s, shards: []}")),
            (Lines{"f:2:14: a shard set needs at least one shard"}));
  EXPECT_EQ(errorsOf(oneSet("{name: s, shards: [{stored: true}]}")),
            (Lines{"f:2:23: \"external_labels\" is missing", "f:2:23: \"replicas\" is missing"}));
  EXPECT_EQ(errorsOf(oneSet("{name: s, shards: [{external_labels: {a: b}, replicas: []}]}")),
            (Lines{"f:2:49: a shard needs at least one replica"}));
  EXPECT_EQ(errorsOf(oneSet("{name: s, shards: [{labels: {a: b}, replica: [h]}]}")),
            (Lines{"f:2:23: \"external_labels\" is missing", "f:2:23: \"replicas\" is missing",
                   "f:2:24: unknown key \"labels\", did you mean \"external_labels\"?",
                   "f:2:40: unknown key \"replica\", did you mean \"replicas\"?"}));
}

TEST(FullFormTest, RoutingLabelsAreChecked) {
  const auto labels = [](std::string_view list) {
    return errorsOf(oneSet("{routing_labels: " + std::string(list) +
                           ", name: s, shards: [{external_labels: {a: b}, replicas: [h]}]}"));
  };
  EXPECT_EQ(labels("[a]"), Lines{});
  EXPECT_EQ(labels("[a, a]"), (Lines{"f:2:25: the routing label \"a\" is given twice"}));
  EXPECT_EQ(labels("[a, __name__]"), (Lines{"f:2:25: \"__name__\" cannot be a routing label"}));
  EXPECT_EQ(labels("[a, '', 1x, a.b]"),
            (Lines{"f:2:25: \"\" is not a label name", "f:2:29: \"1x\" is not a label name",
                   "f:2:33: \"a.b\" is not a label name"}));
  EXPECT_EQ(labels("a"), (Lines{"f:2:21: expected a list, got text"}));
  EXPECT_EQ(labels("[1x]"), (Lines{"f:2:22: \"1x\" is not a label name"}));
  EXPECT_EQ(labels("[]"), (Lines{"f:2:5: a shard set needs at least one routing label",
                                 "f:2:62: \"a\" is not a routing label of this shard set"}));
}

TEST(FullFormTest, EveryShardHasEveryRoutingLabelAndNoOther) {
  EXPECT_EQ(errorsOf("shard_sets:\n"
                     "- name: s\n"
                     "  routing_labels: [a, b]\n"
                     "  shards:\n"
                     "  - {external_labels: {a: x}, replicas: [h]}\n"
                     "  - {external_labels: {a: y, b: , c: z}, replicas: [h]}\n"
                     "  - {external_labels: {a: [y], b: z}, replicas: [h]}\n"),
            (Lines{"f:5:6: the routing label \"b\" has no value here (write b: \"\" where the shard has no "
                   "such label)",
                   "f:6:33: expected text (\"\" where the shard has no such label), got nothing",
                   "f:6:35: \"c\" is not a routing label of this shard set",
                   "f:7:27: expected text (\"\" where the shard has no such label), got a list"}));
  EXPECT_EQ(errorsOf("shard_sets:\n"
                     "- name: s\n"
                     "  shards:\n"
                     "  - {external_labels: {a: x}, replicas: [h]}\n"
                     "  - {external_labels: {a: y, b: z}, replicas: [h]}\n"),
            (Lines{"f:4:6: the routing label \"b\" has no value here (write b: \"\" where the shard has no "
                   "such label)"}));
}

TEST(FullFormTest, AShardWithoutLabelsIsAMistake) {
  EXPECT_EQ(errorsOf(oneSet("{name: s, shards: [{external_labels: {}, replicas: [h]}]}")),
            (Lines{"f:2:4: a shard set needs at least one routing label"}));
  EXPECT_EQ(errorsOf(oneSet("{name: s, routing_labels: [a], shards: [{external_labels: , replicas: [h]}]}")),
            (Lines{"f:2:45: the routing label \"a\" has no value here (write a: \"\" where the shard has no "
                   "such label)"}));
  EXPECT_EQ(
      errorsOf(oneSet("{name: s, routing_labels: [a], shards: [{external_labels: x, replicas: y}]}")),
      (Lines{"f:2:62: expected a mapping (key: value), got text", "f:2:75: expected a list, got text"}));
}

TEST(FullFormTest, NamesAreUnique) {
  EXPECT_EQ(errorsOf("shard_sets:\n"
                     "- name: s\n"
                     "  shards:\n"
                     "  - {name: x, external_labels: {a: 1}, replicas: [h]}\n"
                     "  - {name: x, external_labels: {a: 2}, replicas: [h]}\n"
                     "  - {external_labels: {a: x}, replicas: [h]}\n"
                     "  - {external_labels: {a: ''}, replicas: [h]}\n"
                     "- name: s\n"
                     "  shards:\n"
                     "  - {name: '', external_labels: {a: 3}, replicas: [h]}\n"),
            (Lines{"f:5:12: the shard name \"x\" is taken, see line 4",
                   "f:6:6: the shard name \"x\" is taken, see line 4: give this shard a \"name\"",
                   "f:7:6: the shard name must not be empty: give this shard a \"name\"",
                   "f:8:9: the shard set name \"s\" is taken, see line 2",
                   "f:10:12: the shard name must not be empty"}));
}

TEST(FullFormTest, ReplicasAreUniqueInAShard) {
  EXPECT_EQ(errorsOf(oneSet(
                "{name: s, shards: [{external_labels: {a: b}, replicas: [h, 'H:9090', 'http://h:9090/', "
                "'h:1', [x], 'h:0']}]}")),
            (Lines{"f:2:63: the replica http://h:9090 is given twice",
                   "f:2:73: the replica http://h:9090 is given twice",
                   "f:2:98: expected an address like 10.0.0.1:9090, got a list",
                   "f:2:103: the port must be a number from 1 to 65535, got \"0\""}));
}

TEST(FullFormTest, NamesHaveALimit) {
  const auto named = [](std::size_t length) {
    return errorsOf("replace_label_name: a\nprome_servers: {" + std::string(length, 'x') + ": h}\n");
  };
  EXPECT_EQ(named(kMaxNameBytes), Lines{});
  EXPECT_EQ(named(kMaxNameBytes + 1), (Lines{"f:2:17: the shard name must not be longer than 256 bytes"}));
}

TEST(FullFormTest, ReplicasHaveALimit) {
  const auto replicas = [](std::size_t count) {
    std::string list;
    for (std::size_t i = 0; i < count; ++i) list += "h" + std::to_string(i) + ",";
    return errorsOf(oneSet("{name: s, shards: [{external_labels: {a: b}, replicas: [" + list + "]}]}"));
  };
  EXPECT_EQ(replicas(kMaxReplicas), Lines{});
  EXPECT_EQ(replicas(kMaxReplicas + 1), (Lines{"f:2:49: a shard has at most 64 replicas"}));
}

TEST(FullFormTest, RoutingLabelsHaveALimit) {
  const auto labels = [](std::size_t count) {
    std::string list;
    for (std::size_t i = 0; i < count; ++i) list += "l" + std::to_string(i) + ": x,";
    return errorsOf(oneSet("{name: s, shards: [{name: n, external_labels: {" + list + "}, replicas: [h]}]}"));
  };
  EXPECT_EQ(labels(kMaxRoutingLabels), Lines{});
  EXPECT_EQ(labels(kMaxRoutingLabels + 1), (Lines{"f:2:4: a shard set has at most 16 routing labels"}));
}

TEST(FullFormTest, ShardsHaveALimit) {
  const auto shards = [](std::size_t count) {
    std::string list;
    for (std::size_t i = 0; i < count; ++i) list += std::to_string(i) + ": h,";
    return errorsOf("replace_label_name: a\nprome_servers: {" + list + "}\n");
  };
  EXPECT_EQ(shards(kMaxShards), Lines{});
  const Lines over = shards(kMaxShards + 1);
  ASSERT_EQ(over.size(), 1u);
  EXPECT_THAT(over[0], ::testing::EndsWith(": more than 100000 shards"));
}

}  // namespace
}  // namespace prome::config
