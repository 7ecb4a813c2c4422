#include "remote/replica.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace prome::remote {
namespace {

using namespace std::chrono_literals;
using topology::Endpoint;
using topology::Scheme;
using topology::Shard;

Shard shard(std::string name, std::vector<Endpoint> replicas) {
  Shard out;
  out.name = std::move(name);
  out.replicas = std::move(replicas);
  return out;
}

Endpoint at(std::string host, Scheme scheme = Scheme::kHttp) {
  return {.scheme = scheme, .host = std::move(host), .port = 9090, .path_prefix = ""};
}

TEST(ReplicaHealth, DownUntil) {
  ReplicaHealth health;
  const auto now = http::Clock::time_point(100s);
  EXPECT_TRUE(health.up(now));
  health.markDown(now + 5s);
  EXPECT_FALSE(health.up(now + 4s));
  EXPECT_TRUE(health.up(now + 5s));
  EXPECT_EQ(health.comebacks(), 0u);
  health.markUp();
  EXPECT_TRUE(health.up(now));
  EXPECT_EQ(health.comebacks(), 1u);
  health.markUp();
  EXPECT_EQ(health.comebacks(), 1u) << "it had not been down";
}

bool isLoopback(const char* host) {
  Replica replica;
  replica.endpoint = at(host);
  return replica.loopback();
}

TEST(Replica, Loopback) {
  for (const char* const host : {"localhost", "127.0.0.1", "127.1.2.3", "::1"})
    EXPECT_TRUE(isLoopback(host)) << host;
  for (const char* const host : {"example", "10.0.0.1", "::2"}) EXPECT_FALSE(isLoopback(host)) << host;
}

TEST(Fleet, SendsConfiguredFields) {
  Shard one = shard("s", {at("h")});
  one.request.headers = {{"Authorization", "Basic eA=="}, {"X-Scope-OrgID", "t"}};
  const auto fleet = buildFleet({one}, nullptr);
  ASSERT_TRUE(fleet);
  const std::string& fields = (*fleet)->shards[0].replicas[0]->fixed_fields;
  EXPECT_TRUE(fields.starts_with("Host: h:9090\r\nUser-Agent: prome-route/")) << fields;
  EXPECT_TRUE(fields.ends_with("\r\nAuthorization: Basic eA==\r\nX-Scope-OrgID: t\r\n")) << fields;
}

TEST(Fleet, UnchangedReplicasLiveOn) {
  const auto before = buildFleet({shard("s", {at("h1"), at("h2")}), shard("t", {at("h1")})}, nullptr);
  ASSERT_TRUE(before);
  Shard changed = shard("t", {at("h1")});
  changed.request.headers = {{"X", "y"}};
  const auto after = buildFleet({shard("renamed", {at("h2"), at("h1"), at("h3")}), changed}, before->get());
  ASSERT_TRUE(after);
  const auto& old = (*before)->shards[0].replicas;
  const auto& now = (*after)->shards[0].replicas;
  EXPECT_EQ(now[0], old[1]);
  EXPECT_TRUE(now[1] == old[0] || now[1] == (*before)->shards[1].replicas[0]);
  EXPECT_NE(now[2]->id, now[0]->id);
  EXPECT_NE((*after)->shards[1].replicas[0]->id, (*before)->shards[1].replicas[0]->id);
  EXPECT_EQ((*after)->shards[0].shard.name, "renamed");
}

TEST(Fleet, TlsIsBuiltAgainAndItsErrorsNameTheFile) {
  const auto before = buildFleet({shard("s", {at("h", Scheme::kHttps)})}, nullptr);
  ASSERT_TRUE(before);
  EXPECT_NE((*before)->shards[0].replicas[0]->tls, nullptr);
  const auto after = buildFleet({shard("s", {at("h", Scheme::kHttps)})}, before->get());
  ASSERT_TRUE(after);
  EXPECT_NE((*after)->shards[0].replicas[0], (*before)->shards[0].replicas[0]);
  Shard bad = shard("s", {at("h", Scheme::kHttps)});
  bad.request.tls.ca_file = "/nonexistent/ca.pem";
  const auto failed = buildFleet({bad}, nullptr);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().kind, ErrorKind::kBadData);
  EXPECT_TRUE(failed.error().message.starts_with("cannot use /nonexistent/ca.pem: "))
      << failed.error().message;
}

}  // namespace
}  // namespace prome::remote
