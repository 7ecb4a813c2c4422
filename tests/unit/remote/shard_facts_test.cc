#include "remote/shard_facts.h"

#include <gtest/gtest.h>

#include "remote/replica.h"

namespace prome::remote {
namespace {

BuildInfo release(std::uint16_t major, std::uint16_t minor) {
  BuildInfo info;
  info.version = std::to_string(major) + "." + std::to_string(minor) + ".0";
  info.release = Version{.major = major, .minor = minor, .patch = 0};
  return info;
}

TEST(ShardFacts, ForeignLabelsAreTheWorstReplicas) {
  ShardFacts facts(2);
  EXPECT_TRUE(facts.foreignLabels().empty());
  const ForeignLabel none{.name = "x", .values = 0, .first = {}};
  const ForeignLabel one{.name = "x", .values = 1, .first = {"v"}};
  facts.setForeignLabels(0, {none});
  EXPECT_EQ(facts.foreignLabels(), std::vector{none});
  facts.setForeignLabels(1, {one});
  EXPECT_EQ(facts.foreignLabels(), std::vector{one});
  facts.setForeignLabels(1, {none});
  EXPECT_EQ(facts.foreignLabels(), std::vector{none});
}

TEST(FleetRelease, IsTheNewest) {
  FleetRelease newest;
  EXPECT_FALSE(newest.version());
  EXPECT_EQ(dialectOf(newest), model::Dialect::kPrometheus3);
  newest.raise(BuildInfo{});  // no release
  EXPECT_FALSE(newest.buildInfo());
  newest.raise(release(2, 42));
  EXPECT_EQ(dialectOf(newest), model::Dialect::kPrometheus2);
  newest.raise(release(3, 1));
  newest.raise(release(2, 53));
  EXPECT_EQ(newest.version(), (Version{.major = 3, .minor = 1, .patch = 0}));
  EXPECT_EQ(newest.buildInfo()->version, "3.1.0");
  EXPECT_EQ(dialectOf(newest), model::Dialect::kPrometheus3);
  newest.clear();
  EXPECT_FALSE(newest.version());
}

topology::Shard shard(std::string name, std::string value) {
  topology::Shard out;
  out.name = std::move(name);
  out.external_labels = {{"cluster", std::move(value)}};
  out.replicas = {{.scheme = topology::Scheme::kHttp, .host = "h", .port = 9090, .path_prefix = ""}};
  return out;
}

TEST(Fleet, FactsOfEqualShardsLiveOn) {
  const auto before = buildFleet({shard("a", "x"), shard("b", "y")}, nullptr);
  ASSERT_TRUE(before);
  (*before)->shards[0].facts->setBuildInfo(0, release(3, 1));
  (*before)->shards[1].facts->setBuildInfo(0, release(3, 2));
  const auto after = buildFleet({shard("b", "other"), shard("a", "x")}, before->get());
  ASSERT_TRUE(after);
  EXPECT_EQ((*after)->shards[1].facts, (*before)->shards[0].facts);
  EXPECT_NE((*after)->shards[0].facts, (*before)->shards[1].facts);
  EXPECT_EQ((*after)->release.buildInfo()->version, "3.1.0");
}

TEST(Fleet, ReleaseIsMadeAnewFromTheFacts) {
  const auto fleet = buildFleet({shard("a", "x"), shard("b", "y")}, nullptr);
  ASSERT_TRUE(fleet);
  (*fleet)->release.raise(release(3, 2));
  (*fleet)->shards[0].facts->setBuildInfo(0, release(2, 42));
  refreshRelease(**fleet);
  EXPECT_EQ((*fleet)->release.buildInfo()->version, "2.42.0");
}

}  // namespace
}  // namespace prome::remote
