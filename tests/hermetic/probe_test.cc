// Probes: what the router finds out about its shards by itself, and that nothing waits for it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <nlohmann/json.hpp>
#include <thread>

#include "router_fixture.h"

namespace prome::hermetic {
namespace {

using testing::Contains;
using testing::Each;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kBuildInfo = "/api/v1/status/buildinfo";
constexpr std::string_view kValues = "/api/v1/label/cluster/values";

/// Once, and again only after a failure or where the test makes a cause for it.
constexpr const char* kOnce = "interval: 1h, retry_interval: 20ms";
/// Again and again.
constexpr const char* kOften = "interval: 20ms, retry_interval: 20ms";

std::string buildInfoBody(const std::string& version) {
  return R"({"status":"success","data":{"version":")" + version +
         R"(","revision":"abc","branch":"HEAD","buildUser":"u","buildDate":"d","goVersion":"go1"}})";
}

std::string valuesBody(const std::vector<std::string>& values) {
  return nlohmann::json{{"status", "success"}, {"data", values}}.dump();
}

/// A Prometheus of that version; its series carry these values of the routing label.
Script prometheus(const std::string& version, const std::vector<std::string>& values = {}) {
  return [=](const SeenRequest& request, Peer& peer) {
    if (request.path() == kBuildInfo)
      peer.send(render({.body = buildInfoBody(version)}));
    else if (request.path() == kValues)
      peer.send(render({.body = valuesBody(values)}));
    else if (request.path() == "/api/v1/query")
      peer.send(render({.body = vectorBody(1)}));
    else
      peer.send(render({.status = 404, .body = "404 page not found\n", .content_type = "text/plain"}));
  };
}

/// Answers `path` with `script`, all else as a Prometheus 2.42.0.
Script except(std::string_view path, Script script) {
  return [path = std::string(path), script = std::move(script), otherwise = prometheus("2.42.0")](
             const SeenRequest& request, Peer& peer) {
    (request.path() == path ? script : otherwise)(request, peer);
  };
}

std::string buildMetric(const std::string& shard, const MemoryShard& server, const std::string& version) {
  return "prome_route_replica_build_info{shard=\"" + shard + "\",replica=\"" + server.url() +
         "\",version=\"" + version + "\"}";
}

std::string foreignMetric(const std::string& shard) {
  return "prome_route_shard_foreign_label_values{shard=\"" + shard + "\",label=\"cluster\"}";
}

template <class Condition>
bool await(Condition condition) {
  const auto until = SteadyClock::now() + kPatience;
  while (!condition()) {
    if (SteadyClock::now() > until) return false;
    std::this_thread::yield();
  }
  return true;
}

[[nodiscard]] bool awaitMetric(Router& router, const std::string& series, double value) {
  return await([&] { return router.metric(series) == value; });
}

[[nodiscard]] bool awaitProbes(Router& router, const std::string& outcome, double count) {
  return await(
      [&] { return router.metric("prome_route_probes_total{outcome=\"" + outcome + "\"}") >= count; });
}

std::string toldVersion(Router& router) {
  const auto json = nlohmann::json::parse(router.get(kBuildInfo).body, nullptr, false);
  return json.is_object() ? json["data"].value("version", "<none>") : "<no JSON>";
}

// What is found out.

TEST(Probe, TellsTheVersionAndThatNoSeriesCarriesTheLabel) {
  MemoryShard shard(prometheus("2.42.0+ds"));
  Router router({.shards = {{"a", shard}}, .probe = kOnce});
  ASSERT_TRUE(awaitProbes(router, "ok", 1));
  EXPECT_EQ(router.metric(buildMetric("a", shard, "2.42.0+ds")), 1);
  EXPECT_EQ(router.metric(foreignMetric("a")), 0);
  EXPECT_EQ(router.metric(R"(prome_route_probes_total{outcome="failed"})"), 0);
  const auto data = nlohmann::json::parse(router.get(kBuildInfo).body)["data"];
  EXPECT_EQ(data["version"], "2.42.0+ds");
  EXPECT_EQ(data["revision"], "abc");
  EXPECT_EQ(data["goVersion"], "go1");
  EXPECT_EQ(data["application"], "prome-route");
  EXPECT_NE(data["applicationVersion"], "");
}

TEST(Probe, AsksEachReplicaOverOneConnection) {
  MemoryShard one(prometheus("2.42.0"));
  MemoryShard two(prometheus("2.53.1"));
  Router router({.shards = {{"a", {one.address(), two.address()}}}, .probe = kOnce});
  ASSERT_TRUE(awaitProbes(router, "ok", 2));
  for (const auto* shard : {&one, &two}) {
    EXPECT_EQ(shard->connections(), 1u);
    ASSERT_EQ(shard->requestCount(), 2u);
    EXPECT_EQ(shard->requests()[0].target, kBuildInfo);
    EXPECT_EQ(shard->requests()[1].target, std::string(kValues) + "?limit=1000");
  }
  EXPECT_EQ(router.metric(buildMetric("a", one, "2.42.0")), 1);
  EXPECT_EQ(router.metric(buildMetric("a", two, "2.53.1")), 1);
}

TEST(Probe, ReplicasMayBeNamed) {
  MemoryShard one(prometheus("2.42.0"));
  MemoryShard two(prometheus("3.1.0"));
  const auto named = [](const MemoryShard& shard) {
    return std::vector{"localhost:" + std::to_string(shard.port())};
  };
  Router router({.shards = {{"a", named(one)}, {"b", named(two)}}, .probe = kOnce});
  ASSERT_TRUE(awaitProbes(router, "ok", 2));
  EXPECT_EQ(toldVersion(router), "3.1.0");
}

TEST(Probe, AsksAnewWhereTheServerCloses) {
  MemoryShard shard([](const SeenRequest& request, Peer& peer) {
    const std::string body = request.path() == kBuildInfo ? buildInfoBody("2.42.0") : valuesBody({"x"});
    peer.send(render({.body = body, .framing = ShardAnswer::Framing::kClose}));
    peer.close();
  });
  Router router({.shards = {{"a", shard}}, .probe = kOnce});
  ASSERT_TRUE(awaitProbes(router, "ok", 1));
  EXPECT_EQ(shard.connections(), 2u);
  EXPECT_EQ(router.metric(foreignMetric("a")), 1);
}

TEST(Probe, CountsForeignValues) {
  MemoryShard few(prometheus("2.42.0", {"b", "own"}));
  std::vector<std::string> thousands;
  for (int i = 0; i < 3000; ++i) thousands.push_back("v" + std::to_string(i));
  MemoryShard many(prometheus("2.42.0", thousands));
  MemoryShard stored(prometheus("2.42.0", {"c"}));
  Router router({.shards = {{"a", few}, {"b", many}, {"c", stored, "stored: true"}}, .probe = kOnce});
  ASSERT_TRUE(awaitProbes(router, "ok", 3));
  EXPECT_EQ(router.metric(foreignMetric("a")), 2);
  EXPECT_EQ(router.metric(foreignMetric("b")), 1000);
  EXPECT_EQ(router.metric(foreignMetric("c")), -1);
  EXPECT_EQ(stored.requestCount(), 1u);
}

TEST(Probe, AnyReplicaWithForeignValuesCounts) {
  MemoryShard clean(prometheus("2.42.0"));
  MemoryShard dirty(prometheus("2.42.0", {"x", "y"}));
  Router router({.shards = {{"a", {clean.address(), dirty.address(), "127.0.0.1:1"}}}, .probe = kOnce});
  ASSERT_TRUE(awaitProbes(router, "ok", 2));
  EXPECT_EQ(router.metric(foreignMetric("a")), 2);
}

TEST(Probe, FindsOutThatThingsHaveChanged) {
  MemoryShard shard(prometheus("3.1.0", {"x"}));
  Router router({.shards = {{"a", shard}}, .probe = kOften});
  ASSERT_TRUE(awaitMetric(router, foreignMetric("a"), 1));
  EXPECT_EQ(toldVersion(router), "3.1.0");
  shard.setScript(prometheus("2.42.0"));
  ASSERT_TRUE(awaitMetric(router, foreignMetric("a"), 0));
  EXPECT_EQ(toldVersion(router), "2.42.0");
  EXPECT_EQ(router.metric(buildMetric("a", shard, "3.1.0")), -1);
}

TEST(Probe, SaysOnceInTheLogThatSeriesCarryTheLabel) {
  MemoryShard shard(prometheus("2.42.0", {"own", "b \"c\""}));
  Router router({.shards = {{"a", shard}}});
  std::string yaml = yamlOf({.shards = {{"a", shard}}, .probe = kOften});
  yaml.replace(yaml.find("level: error"), 12, "level: warn");
  router.setText(yaml);
  testing::internal::CaptureStderr();
  ASSERT_TRUE(router.application().reload());
  const bool probed = awaitProbes(router, "ok", 5);
  const std::string log = testing::internal::GetCapturedStderr();
  ASSERT_TRUE(probed);
  const std::string told = R"(shard=a label=cluster values=2 first="own,b \"c\"")";
  EXPECT_THAT(log, HasSubstr(told));
  EXPECT_EQ(log.find(told), log.rfind(told));
}

// Which version the router is.

TEST(ToldVersion, IsTheNewestShards) {
  MemoryShard old(prometheus("2.42.0"));
  MemoryShard fresh(prometheus("3.14.0"));
  MemoryShard middle(prometheus("3.2.1"));
  Router router({.shards = {{"a", old}, {"b", fresh}, {"c", middle}}, .probe = kOnce});
  ASSERT_TRUE(awaitProbes(router, "ok", 3));
  EXPECT_EQ(toldVersion(router), "3.14.0");
  router.setText(yamlOf({.shards = {{"a", old}, {"c", middle}}, .probe = kOnce}));
  ASSERT_TRUE(router.application().reload());
  EXPECT_EQ(toldVersion(router), "3.2.1");
}

TEST(ToldVersion, FollowsThePinnedDialect) {
  MemoryShard old(prometheus("2.42.0"));
  MemoryShard fresh(prometheus("3.14.0"));
  const std::vector<ShardText> both{{"a", old}, {"b", fresh}};
  Router router({.shards = both, .query = "dialect: 2.x", .probe = kOnce});
  ASSERT_TRUE(awaitProbes(router, "ok", 2));
  EXPECT_EQ(toldVersion(router), "2.42.0");
  router.setText(yamlOf({.shards = both, .query = "dialect: 3.x", .probe = kOnce}));
  ASSERT_TRUE(router.application().reload());
  EXPECT_EQ(toldVersion(router), "3.14.0");
}

TEST(ToldVersion, IsAssumedWhileNoneIsKnown) {
  const ClosedPort closed;
  Router router({.shards = {{"a", {closed.address()}}}, .probe = kOnce});
  ASSERT_TRUE(awaitProbes(router, "failed", 1));
  EXPECT_EQ(router.get("/-/ready").status, 200);
  EXPECT_EQ(toldVersion(router), "3.0.0");
  router.setText(yamlOf({.shards = {{"a", {closed.address()}}}, .query = "dialect: 2.x", .probe = kOnce}));
  ASSERT_TRUE(router.application().reload());
  EXPECT_EQ(toldVersion(router), "2.42.0");
}

TEST(ToldVersion, IsFoundOutOfABuildWithoutOne) {
  MemoryShard old(prometheus("2.42.0"));
  const auto nameless = [](int parse_query_status) -> Script {
    return [=](const SeenRequest& request, Peer& peer) {
      if (request.path() == "/api/v1/parse_query")
        peer.send(render({.status = parse_query_status, .body = R"({"status":"success","data":{}})"}));
      else
        prometheus("")(request, peer);
    };
  };
  MemoryShard shard(nameless(404));
  Router router({.shards = {{"a", old}, {"b", shard}}, .probe = kOften});
  ASSERT_TRUE(awaitMetric(router, buildMetric("b", shard, ""), 1));
  ASSERT_TRUE(awaitMetric(router, buildMetric("a", old, "2.42.0"), 1));
  EXPECT_EQ(toldVersion(router), "2.42.0");
  shard.setScript(nameless(200));
  EXPECT_TRUE(await([&] { return toldVersion(router) == "3.0.0"; })) << toldVersion(router);
}

TEST(ToldVersion, IsNotAnotherApplications) {
  MemoryShard shard(except(
      kBuildInfo,
      sayBody(
          R"({"status":"success","data":{"version":"2.14.0","application":"Grafana Mimir","features":{"a":1}}})")));
  Router router({.shards = {{"a", shard}}, .probe = kOnce});
  ASSERT_TRUE(awaitMetric(router, buildMetric("a", shard, "2.14.0"), 1));
  EXPECT_EQ(toldVersion(router), "3.0.0");
}

// When is asked.

TEST(ProbeTimes, AgainAfterAFailure) {
  MemoryShard shard(sayRawAndClose(""));
  Router router({.shards = {{"a", shard}}, .probe = kOnce});
  ASSERT_TRUE(awaitProbes(router, "failed", 3));
  EXPECT_EQ(router.metric(foreignMetric("a")), -1);
  shard.setScript(prometheus("2.42.0"));
  EXPECT_TRUE(awaitMetric(router, buildMetric("a", shard, "2.42.0"), 1));
}

TEST(ProbeTimes, AgainWhenAReplicaHasComeBack) {
  MemoryShard shard(prometheus("2.42.0"));
  Router router({.shards = {{"a", shard}}, .client = "down_backoff: 1h", .probe = kOnce});
  ASSERT_TRUE(awaitProbes(router, "ok", 1));
  shard.setScript(sayRawAndClose(""));
  EXPECT_EQ(router.get(kQueryA).status, 503);
  shard.setScript(prometheus("3.1.0"));
  EXPECT_EQ(router.get(kQueryA).status, 200);
  EXPECT_TRUE(awaitMetric(router, buildMetric("a", shard, "3.1.0"), 1));
}

TEST(ProbeTimes, UnchangedShardsAreNotAskedAnewByAReload) {
  MemoryShard shard(prometheus("2.42.0"));
  MemoryShard other(prometheus("3.1.0"));
  Router router({.shards = {{"a", shard}}, .probe = kOnce});
  ASSERT_TRUE(awaitProbes(router, "ok", 1));
  router.setText(yamlOf({.shards = {{"a", shard}, {"b", other}}, .probe = kOnce}));
  ASSERT_TRUE(router.application().reload());
  ASSERT_TRUE(awaitMetric(router, buildMetric("b", other, "3.1.0"), 1));
  EXPECT_EQ(router.metric(buildMetric("a", shard, "2.42.0")), 1);
  EXPECT_EQ(shard.requestCount(), 2u);
}

TEST(ProbeTimes, AsManyAtOnceAsConfigured) {
  std::atomic<int> now{0};
  std::atomic<int> most{0};
  MemoryShard shard([&](const SeenRequest& request, Peer& peer) {
    if (request.path() == kBuildInfo) {
      const int count = ++now;
      for (int seen = most; seen < count && !most.compare_exchange_weak(seen, count);) {
      }
      EXPECT_TRUE(await([&] { return most == 3; }));
      --now;
    }
    prometheus("2.42.0")(request, peer);
  });
  RouterText text{.shards = {}, .probe = "interval: 1h, max_in_flight: 3"};
  for (int i = 0; i < 30; ++i) text.shards.emplace_back("s" + std::to_string(i), shard);
  Router router(text);
  ASSERT_TRUE(awaitProbes(router, "ok", 30));
  EXPECT_EQ(most, 3);
}

TEST(ProbeTimes, ADisabledProbeAsksNothing) {
  MemoryShard shard(prometheus("2.42.0"));
  Router router({.shards = {{"a", shard}}, .probe = kOnce});
  ASSERT_TRUE(awaitProbes(router, "ok", 1));
  router.setText(yamlOf({.shards = {{"b", shard}}, .probe = "enabled: false"}));
  ASSERT_TRUE(router.application().reload());
  for (int i = 0; i < 10; ++i) EXPECT_EQ(router.metric(buildMetric("b", shard, "2.42.0")), -1);
  EXPECT_EQ(shard.requestCount(), 2u);
}

// How is asked.

TEST(ProbeRequest, CarriesWhatQueriesCarry) {
  MemoryShard shard([](const SeenRequest& request, Peer& peer) {
    const bool build_info = request.path() == "/prom/api/v1/status/buildinfo";
    peer.send(render({.body = build_info ? buildInfoBody("2.42.0") : valuesBody({})}));
  });
  Router router(
      {.shards = {{"a",
                   {shard.url() + "/prom"},
                   "basic_auth: {username: me, password: secret}, http_headers: {X-Scope-OrgID: t}"}},
       .probe = kOnce});
  ASSERT_TRUE(awaitProbes(router, "ok", 1));
  ASSERT_EQ(shard.requestCount(), 2u);
  for (const SeenRequest& request : shard.requests()) {
    EXPECT_EQ(request.method, "GET");
    EXPECT_THAT(request.path(), HasSubstr("/prom/api/v1/"));
    EXPECT_EQ(onlyField(request.fields, "authorization"), "Basic bWU6c2VjcmV0");
    EXPECT_EQ(onlyField(request.fields, "x-scope-orgid"), "t");
    EXPECT_EQ(onlyField(request.fields, "host"), shard.address());
  }
}

// Bad answers. Each goes with a good shard, which is known all the same.

struct BadAnswer {
  std::string name;
  std::string_view path;
  Script script;
};

class Bad : public testing::TestWithParam<BadAnswer> {};

TEST_P(Bad, IsNoAnswer) {
  MemoryShard bad(except(GetParam().path, GetParam().script));
  MemoryShard good(prometheus("3.1.0"));
  Router router(
      {.shards = {{"a", bad}, {"b", good}}, .probe = "interval: 1h, retry_interval: 20ms, timeout: 300ms"});
  ASSERT_TRUE(awaitProbes(router, "failed", 2));
  ASSERT_TRUE(awaitMetric(router, buildMetric("b", good, "3.1.0"), 1));
  EXPECT_EQ(router.get("/-/ready").status, 200);
  EXPECT_EQ(router.get(kQueryA).status, 200);
  EXPECT_EQ(toldVersion(router), "3.1.0");
  const bool about_version = GetParam().path == kBuildInfo;
  EXPECT_EQ(router.metric(buildMetric("a", bad, "2.42.0")), about_version ? -1 : 1);
  if (!about_version) {
    EXPECT_EQ(router.metric(foreignMetric("a")), -1);
  }
}

Script endless(const std::string& head, const std::string& piece) {
  return [=](const SeenRequest&, Peer& peer) {
    peer.send(head);
    while (peer.send(piece)) {
    }
    peer.close();
  };
}

const std::string kOkHead = "HTTP/1.1 200 OK\r\n";

INSTANTIATE_TEST_SUITE_P(
    Probes, Bad,
    testing::Values(
        BadAnswer{"Html", kBuildInfo, sayBody("<html>hello</html>")},
        BadAnswer{"Empty", kBuildInfo, sayBody("")},
        BadAnswer{"CutJson", kBuildInfo, sayBody(R"({"status":"success","data":{"version":"2.42)")},
        BadAnswer{"JsonAndMore", kBuildInfo, sayBody(buildInfoBody("2.42.0") + "x")},
        BadAnswer{"NoVersion", kBuildInfo, sayBody(R"({"status":"success","data":{}})")},
        BadAnswer{"NumberAsVersion", kBuildInfo, sayBody(R"({"status":"success","data":{"version":2.42}})")},
        BadAnswer{"ErrorEnvelope", kBuildInfo, sayBody(R"({"status":"error","data":{"version":"2.42.0"}})")},
        BadAnswer{"DeepJson", kBuildInfo, sayBody(std::string(100'000, '['))},
        BadAnswer{"NotFound", kBuildInfo, say({.status = 404, .body = buildInfoBody("2.42.0")})},
        BadAnswer{"Unauthorized", kBuildInfo, say({.status = 401, .body = ""})},
        BadAnswer{"Moved", kBuildInfo, say({.status = 302, .body = "", .fields = "Location: /x\r\n"})},
        BadAnswer{"NoHttp", kBuildInfo, sayRawAndClose("hello\r\n\r\n")},
        BadAnswer{"CutBody", kBuildInfo, sayRawAndClose(kOkHead + "Content-Length: 10\r\n\r\n{")},
        BadAnswer{"Reset", kBuildInfo, sayRawAndReset("HTTP/1.1 200")},
        BadAnswer{"BadChunk", kBuildInfo, sayRaw(kOkHead + "Transfer-Encoding: chunked\r\n\r\nzz\r\n")},
        BadAnswer{"EndlessHead", kBuildInfo, endless(kOkHead, "X: " + std::string(1000, 'x') + "\r\n")},
        BadAnswer{"EndlessBody", kBuildInfo,
                  endless(kOkHead + "\r\n{\"status\":\"", std::string(100'000, 's'))},
        BadAnswer{"NeverAnswers", kBuildInfo, sayRawAndStall("")},
        BadAnswer{"StallsInTheBody", kBuildInfo, sayRawAndStall(kOkHead + "Content-Length: 10\r\n\r\n{")},
        BadAnswer{"ValuesHtml", kValues, sayBody("<html>hello</html>")},
        BadAnswer{"ValuesObject", kValues, sayBody(R"({"status":"success","data":{"resultType":"vector"}})")},
        BadAnswer{"ValuesNumbers", kValues, sayBody(R"({"status":"success","data":[1]})")},
        BadAnswer{"ValuesNotFound", kValues, say({.status = 404, .body = "{}"})},
        BadAnswer{"ValuesEndlessString", kValues,
                  endless(kOkHead + "\r\n{\"status\":\"success\",\"data\":[\"", std::string(100'000, 's'))}),
    ByName());

TEST(BadShards, AHugeListOfValuesIsCountedAsFarAsItIsRead) {
  std::string piece;
  for (int i = 0; i < 2000; ++i) piece += "\"value\",";
  MemoryShard shard(except(kValues, endless(kOkHead + "\r\n{\"status\":\"success\",\"data\":[", piece)));
  Router router({.shards = {{"a", shard}}, .probe = kOnce});
  ASSERT_TRUE(awaitProbes(router, "ok", 1));
  EXPECT_EQ(router.metric(foreignMetric("a")), 1000);
}

TEST(BadShards, SlowOnesHoldNobodyUp) {
  const FullPort full;
  MemoryShard silent(sayRawAndStall(""));
  MemoryShard good(prometheus("2.42.0"));
  RouterText text{
      .shards = {}, .client = "connect_timeout: 100ms", .probe = "timeout: 200ms, max_in_flight: 1"};
  text.shards.emplace_back("full", std::vector{full.address()});
  text.shards.emplace_back("silent", silent);
  text.shards.emplace_back("a", good);
  Router router(text);
  EXPECT_EQ(router.get("/-/ready").status, 200);
  EXPECT_EQ(router.get(kQueryA).body, withCluster(vectorBody(1)));
  EXPECT_TRUE(awaitMetric(router, buildMetric("a", good, "2.42.0"), 1));
  EXPECT_EQ(router.metric(R"(prome_route_probes_total{outcome="failed"})"), 2);
}

// Reload and end while probes fly.

TEST(ProbeLife, AReloadWhileAProbeFlies) {
  Event go;
  MemoryShard slow([&](const SeenRequest& request, Peer& peer) {
    EXPECT_TRUE(go.await());
    prometheus("3.9.0")(request, peer);
  });
  MemoryShard good(prometheus("2.42.0"));
  Router router({.shards = {{"slow", slow}, {"a", slow}, {"b", slow}}, .probe = kOnce, .threads = 2});
  ASSERT_TRUE(slow.awaitRequests(3));
  router.setText(yamlOf({.shards = {{"a", good}}, .probe = kOnce, .threads = 2}));
  ASSERT_TRUE(router.application().reload());
  ASSERT_TRUE(awaitMetric(router, buildMetric("a", good, "2.42.0"), 1));
  go.set();
  ASSERT_TRUE(slow.awaitRequests(6)) << "the probes in flight go on to their end";
  EXPECT_EQ(toldVersion(router), "2.42.0");
  EXPECT_EQ(router.metric(buildMetric("slow", slow, "3.9.0")), -1);
}

TEST(ProbeLife, ManyReloadsWhileProbesFly) {
  MemoryShard one(prometheus("2.42.0", {"x"}));
  MemoryShard two(prometheus("3.1.0"));
  RouterText plain{
      .shards = {}, .probe = "interval: 10ms, retry_interval: 10ms, max_in_flight: 4", .threads = 2};
  RouterText turned = plain;
  for (int i = 0; i < 20; ++i) {
    plain.shards.emplace_back("s" + std::to_string(i), one);
    turned.shards.emplace_back("s" + std::to_string(19 - i), i % 2 == 0 ? one : two);
  }
  Router router(plain);
  for (int i = 0; i < 30; ++i) {
    router.setText(i % 5 == 4 ? yamlOf({.shards = {{"s0", two}}}) : yamlOf(i % 2 == 0 ? turned : plain));
    ASSERT_TRUE(router.application().reload());
    EXPECT_EQ(router.get("/metrics").status, 200);
  }
  router.setText(yamlOf(turned));
  ASSERT_TRUE(router.application().reload());
  EXPECT_TRUE(awaitMetric(router, foreignMetric("s19"), 1));
  EXPECT_TRUE(awaitMetric(router, buildMetric("s18", two, "3.1.0"), 1));
  EXPECT_TRUE(await([&] { return toldVersion(router) == "3.1.0"; }));
}

TEST(ProbeLife, TheRouterEndsWithProbesInFlight) {
  const FullPort full;
  MemoryShard silent(sayRawAndStall(""));
  MemoryShard half(sayRawAndStall(kOkHead + "Content-Length: 10\r\n\r\n{"));
  RouterText text{.shards = {}, .probe = "timeout: 1h", .threads = 2};
  text.shards.emplace_back("full", std::vector{full.address()});
  for (int i = 0; i < 8; ++i) text.shards.emplace_back("s" + std::to_string(i), i % 2 == 0 ? silent : half);
  Router router(text);
  ASSERT_TRUE(silent.awaitRequests(4));
  ASSERT_TRUE(half.awaitRequests(4));
  const auto since = SteadyClock::now();
  router.stop();
  EXPECT_LT(SteadyClock::now() - since, Milliseconds(3000));
}

TEST(ProbeLife, ARouterThatNeverRanEndsToo) {
  MemoryShard shard(prometheus("2.42.0"));
  const std::string yaml = yamlOf({.shards = {{"a", shard}}, .probe = kOnce});
  app::Application application(
      {.load = [&]() -> Result<config::Config> { return *config::parseConfig(yaml, "test.yml"); },
       .flags = {}});
  EXPECT_TRUE(application.start());
}

}  // namespace
}  // namespace prome::hermetic
