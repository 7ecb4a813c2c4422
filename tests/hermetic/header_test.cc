// Header fields: which pass to the shard and which come back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "router_fixture.h"

namespace prome::hermetic {
namespace {

using testing::HasSubstr;
using testing::Not;

class Headers : public testing::Test {
 protected:
  /// A field of the request as the shard sees it.
  std::string forwarded(std::string_view name, std::string_view fields) {
    EXPECT_EQ(router_.get(kQueryA, fields).status, 200);
    return onlyField(shard_.lastRequest().fields, name).value_or("<none>");
  }

  MemoryShard shard_{sayBody(vectorBody(1))};
  Router router_{shard_};
};

TEST_F(Headers, WorthPassingPass) {
  for (const auto* name : {"X-Grafana-Org-Id", "X-Grafana-User", "X-Dashboard-Uid", "X-Panel-Id",
                           "traceparent", "Accept", "x-grafana-device-id"}) {
    EXPECT_EQ(forwarded(name, std::string(name) + ": some value\r\n"), "some value") << name;
  }
}

TEST_F(Headers, OthersDoNot) {
  for (const auto* name :
       {"Authorization", "Cookie", "Origin", "Referer", "X-Forwarded-For", "If-None-Match", "Range",
        "Keep-Alive", "TE", "Trailer", "Upgrade", "Proxy-Authorization", "Proxy-Connection", "Expect-Ct"}) {
    EXPECT_EQ(forwarded(name, std::string(name) + ": x\r\n"), "<none>") << name;
  }
}

TEST_F(Headers, TheRoutersOwn) {
  EXPECT_EQ(forwarded("Host", ""), shard_.address());
  EXPECT_THAT(forwarded("User-Agent", "User-Agent: curl\r\n"), HasSubstr("prome-route/"));
  EXPECT_EQ(forwarded("Connection", "Connection: keep-alive\r\n"), "<none>");
}

TEST_F(Headers, NominatedByConnectionAreDropped) {
  EXPECT_EQ(forwarded("X-Grafana-Private", "X-Grafana-Private: 1\r\nConnection: x-grafana-private\r\n"),
            "<none>");
  EXPECT_EQ(
      forwarded("X-Grafana-Private", "X-Grafana-Private: 1\r\nConnection: keep-alive, X-Grafana-PRIVATE\r\n"),
      "<none>");
  EXPECT_EQ(forwarded("X-Grafana-Private",
                      "Connection: keep-alive\r\nX-Grafana-Private: 1\r\nConnection: X-Grafana-Private\r\n"),
            "<none>")
      << "the second Connection field counts as well";
  EXPECT_EQ(forwarded("X-Grafana-Open", "X-Grafana-Open: 1\r\nConnection: x-grafana-private\r\n"), "1");
}

TEST_F(Headers, OfTheAnswerComeBackButForHopByHop) {
  shard_.setScript(
      say({.body = vectorBody(1),
           .fields =
               "Date: Mon, 01 Jan 2024 00:00:00 GMT\r\nX-Thanos: yes\r\nKeep-Alive: timeout=5\r\nX-Hop: 1\r\n"
               "Connection: keep-alive\r\nConnection: X-Hop\r\nUpgrade: h2c\r\nTrailer: "
               "X\r\nProxy-Authenticate: Basic\r\n"
               "Access-Control-Allow-Origin: http://shard\r\nVary: Cookie\r\n"}));
  const Answer answer = router_.get(kQueryA);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.field("X-Thanos"), "yes");
  EXPECT_EQ(answer.field("Date"), "Mon, 01 Jan 2024 00:00:00 GMT");
  for (const auto* name : {"Keep-Alive", "X-Hop", "Upgrade", "Trailer", "Proxy-Authenticate", "Connection",
                           "Access-Control-Allow-Origin"}) {
    EXPECT_EQ(answer.field(name), "<none>") << name;
  }
  EXPECT_EQ(answer.field("Vary"), "Accept-Encoding, Origin");
}

TEST_F(Headers, CrossOriginClientsAreAllowed) {
  const Answer answer = router_.get(kQueryA, "Origin: http://grafana\r\n");
  EXPECT_EQ(answer.field("Access-Control-Allow-Origin"), "*");
  EXPECT_EQ(router_.get(kQueryA).field("Access-Control-Allow-Origin"), "<none>");
}

TEST(Authorization, OfTheClientGoesOnlyWhereConfigured) {
  MemoryShard closed(sayBody(vectorBody(1)));
  MemoryShard open(sayBody(vectorBody(1)));
  MemoryShard own(sayBody(vectorBody(1)));
  Router router(
      {.shards = {
           {"a", closed},
           {"b", open, "forward_authorization: true"},
           {"c", own, "basic_auth: {username: u, password: p}, http_headers: {X-Scope-OrgID: team}"}}});
  const auto seen = [&](MemoryShard& shard, std::string_view name, std::string_view field) {
    const std::string target = "/api/v1/query?query=up%7Bcluster%3D%22" + std::string(name) + "%22%7D&time=1";
    EXPECT_EQ(router.get(target, "Authorization: Bearer client\r\n").status, 200);
    return onlyField(shard.lastRequest().fields, field).value_or("<none>");
  };
  EXPECT_EQ(seen(closed, "a", "authorization"), "<none>");
  EXPECT_EQ(seen(open, "b", "authorization"), "Bearer client");
  EXPECT_EQ(seen(own, "c", "authorization"), "Basic dTpw");
  EXPECT_EQ(seen(own, "c", "x-scope-orgid"), "team");
}

TEST(PathPrefix, OfAReplicaStandsBeforeThePath) {
  MemoryShard shard(sayBody(vectorBody(1)));
  Router router({.shards = {{"a", {"\"" + shard.url() + "/prom/\""}}}});
  EXPECT_EQ(router.get(kQueryA).status, 200);
  EXPECT_EQ(shard.lastRequest().path(), "/prom/api/v1/query");
}

TEST(RoutePrefix, StandsBeforeEveryEndpoint) {
  MemoryShard shard(sayBody(vectorBody(1)));
  Router router({.shards = {{"a", shard}}, .http = "route_prefix: /prometheus"});
  EXPECT_EQ(router.get("/prometheus" + std::string(kQueryA)).status, 200);
  EXPECT_EQ(shard.lastRequest().path(), "/api/v1/query");
  EXPECT_EQ(router.get(kQueryA).status, 404);
  EXPECT_EQ(router.get("/prometheus/-/healthy").status, 200);
  EXPECT_EQ(router.get("/prometheusx/-/healthy").status, 404);
}

}  // namespace
}  // namespace prome::hermetic
