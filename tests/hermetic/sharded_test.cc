// Queries over several shards through the whole router; the shards are scripts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "router_fixture.h"

namespace prome::hermetic {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::StartsWith;

/// One sample of `labels` (JSON) at 1 s.
std::string vectorOf(const std::string& labels, const std::string& value, const std::string& more = {}) {
  return R"({"status":"success","data":{"resultType":"vector","result":[{"metric":)" + labels +
         R"(,"value":[1,")" + value + R"("]}]})" + more + "}";
}

std::string emptyVector() {
  return R"({"status":"success","data":{"resultType":"vector","result":[]}})";
}

std::string errorBody(const std::string& type, const std::string& message) {
  return R"({"status":"error","errorType":")" + type + R"(","error":")" + message + R"("})";
}

constexpr std::string_view kUp = "/api/v1/query?query=up&time=1";        // side by side
constexpr std::string_view kSum = "/api/v1/query?query=sum(up)&time=1";  // evaluated

/// A router over the shards a and b.
struct TwoShards {
  explicit TwoShards(Script of_a, Script of_b, const RouterText& more = {})
      : a(std::move(of_a)), b(std::move(of_b)), router(textOf(more)) {}

  RouterText textOf(RouterText text) {
    text.shards = {{"a", a}, {"b", b}};
    return text;
  }

  MemoryShard a;
  MemoryShard b;
  Router router;
};

TEST(Sharded, SeriesAreSplicedInTheirOrder) {
  TwoShards both(sayBody(vectorOf(R"({"__name__":"up","job":"z"})", "1")),
                 sayBody(vectorOf(R"({"__name__":"up","job":"b"})", "2")));
  const Answer answer = both.router.get(kUp);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.field("X-Prome-Route-Grade"), "exact");
  EXPECT_EQ(answer.body, R"({"status":"success","data":{"resultType":"vector","result":[)"
                         R"({"metric":{"__name__":"up","cluster":"a","job":"z"},"value":[1,"1"]},)"
                         R"({"metric":{"__name__":"up","cluster":"b","job":"b"},"value":[1,"2"]}]}})");
}

TEST(Sharded, PartialSumsAreAdded) {
  TwoShards both(sayBody(vectorOf("{}", "1")), sayBody(vectorOf("{}", "2.5")));
  const Answer answer = both.router.get(kSum);
  EXPECT_EQ(answer.field("X-Prome-Route-Grade"), "rounding");
  EXPECT_EQ(
      answer.body,
      R"({"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"3.5"]}]}})");
  EXPECT_EQ(both.a.lastRequest().parameter("query"), "sum(up)");
  EXPECT_EQ(both.a.requestCount(), 1U);
}

TEST(Sharded, WhatShardsSayIsSaidOnce) {
  const std::string notes = R"(,"warnings":["w"],"infos":["i"])";
  for (const std::string_view target : {kUp, kSum}) {
    TwoShards both(sayBody(vectorOf("{}", "1", notes)), sayBody(vectorOf(R"({"x":"y"})", "2", notes)));
    const json answer = json::parse(both.router.get(target).body);
    EXPECT_EQ(answer["warnings"], json::parse(R"(["w"])")) << target;
    EXPECT_EQ(answer["infos"], json::parse(R"(["i"])")) << target;
  }
}

TEST(Sharded, AShardsErrorIsTheAnswer) {
  for (const std::string_view target : {kUp, kSum}) {
    TwoShards both(sayBody(vectorOf("{}", "1")),
                   say({.status = 422, .body = errorBody("execution", "many-to-many")}));
    const Answer answer = both.router.get(target);
    EXPECT_EQ(answer.status, 422) << target;
    EXPECT_EQ(errorOf(answer), std::pair(std::string("execution"), std::string("many-to-many"))) << target;
  }
}

TEST(Sharded, AShardThatIsDownIsNamed) {
  for (const std::string_view target : {kUp, kSum}) {
    TwoShards both(sayBody(vectorOf("{}", "1")), sayRawAndClose(""));
    const Answer answer = both.router.get(target);
    EXPECT_EQ(answer.status, 503) << target;
    EXPECT_THAT(errorOf(answer).second, HasSubstr("shard \"b\"")) << target;
  }
}

TEST(Sharded, AReplicaStandsInForAnother) {
  for (const std::string_view target : {kUp, kSum}) {
    MemoryShard a(sayBody(vectorOf("{}", "1")));
    MemoryShard down(sayRawAndClose(""));
    MemoryShard up(sayBody(vectorOf("{}", "2")));
    Router router({.shards = {{"a", a}, {"b", {down.address(), up.address()}}}});
    const Answer answer = router.get(target);
    EXPECT_EQ(answer.status, 200) << target;
    EXPECT_EQ(up.requestCount(), 1U) << target;
  }
}

TEST(Sharded, TheTimeoutNamesTheShardThatIsWaitedFor) {
  for (const std::string_view target : {kUp, kSum}) {
    TwoShards both(sayBody(vectorOf("{}", "1")), [](const SeenRequest&, Peer& peer) { peer.awaitHangUp(); });
    const Answer answer = both.router.get(std::string(target) + "&timeout=200ms");
    EXPECT_EQ(answer.status, 503) << target;
    EXPECT_EQ(errorOf(answer).first, "timeout") << target;
    EXPECT_THAT(errorOf(answer).second, HasSubstr("shard \"b\"")) << target;
  }
}

TEST(Sharded, AClientThatGoesEndsTheQuestions) {
  for (const std::string_view target : {kUp, kSum}) {
    Event gone;
    TwoShards both(sayBody(vectorOf("{}", "1")), [&](const SeenRequest&, Peer& peer) {
      if (peer.awaitHangUp()) gone.set();
    });
    TestClient client(both.router.port());
    client.send(get(target));
    ASSERT_TRUE(both.b.awaitRequests(1)) << target;
    client.close();
    EXPECT_TRUE(gone.await()) << target;
  }
}

TEST(Sharded, ALargeAnswerHasBoundedMemory) {
  TwoShards both(sayBody(vectorBody(20'000)), sayBody(vectorBody(20'000)),
                 {.shards = {}, .query = "max_memory_per_query: 1MiB"});
  EXPECT_EQ(both.router.get(kUp).status, 200) << "passes through";
  const Answer answer = both.router.get("/api/v1/query?query=quantile(0.5,up)&time=1");
  EXPECT_EQ(answer.status, 422);
  EXPECT_THAT(errorOf(answer).second, HasSubstr("memory"));
}

TEST(Sharded, ShardsAreAskedForTheirTimesAlone) {
  MemoryShard a(sayBody(vectorOf("{}", "1")));
  MemoryShard b(sayBody(vectorOf("{}", "2")));
  Router router({.shards = {{"a", a, "max_time: 1000"}, {"b", b, "min_time: 2000"}}});
  EXPECT_EQ(router.get("/api/v1/query?query=sum(up)&time=900").status, 200);
  EXPECT_EQ(a.requestCount(), 1U);
  EXPECT_EQ(b.requestCount(), 0U);
  EXPECT_EQ(router.get("/api/v1/query?query=sum(up)&time=2001").status, 200);
  EXPECT_EQ(b.requestCount(), 1U);
  const std::string none = R"({"status":"success","data":{"resultType":"vector","result":[]}})";
  EXPECT_EQ(router.get("/api/v1/query?query=up&time=1500").body, none);
  a.setScript(sayBody(R"({"status":"success","data":[]})"));
  EXPECT_EQ(router.get("/api/v1/series?match[]=up&start=1&end=1999").status, 200);
  EXPECT_EQ(a.requestCount(), 2U);
  EXPECT_EQ(b.requestCount(), 1U);
}

// Partial answers.

TEST(Partial, OnRequestTheShardsThatAreThereAnswer) {
  for (const std::string_view target : {kUp, kSum}) {
    TwoShards both(sayBody(vectorOf("{}", "1")), sayRawAndClose(""));
    const Answer answer = both.router.get(std::string(target) + "&partial_response=true");
    EXPECT_EQ(answer.status, 200) << target;
    EXPECT_EQ(answer.field("X-Prome-Route-Grade"), "partial") << target;
    const json body = json::parse(answer.body);
    EXPECT_EQ(body["data"]["result"].size(), 1U) << target;
    ASSERT_EQ(body["warnings"].size(), 1U) << target;
    EXPECT_THAT(body["warnings"][0].get<std::string>(), StartsWith("partial answer: shard \"b\" ("))
        << target;
    EXPECT_EQ(both.router.metric("prome_route_partial_answers_total"), 1) << target;
  }
}

TEST(Partial, AShardThatIsMissingHasNoSayInWhatIsAbsent) {
  TwoShards both(sayBody(vectorOf("{}", "1")), sayRawAndClose(""));
  const Answer answer = both.router.get("/api/v1/query?query=absent(up)&time=1&partial_response=1");
  EXPECT_EQ(json::parse(answer.body)["data"]["result"].size(), 1U) << answer.body;
}

TEST(Partial, NothingIsAnsweredWhereNobodyIsThere) {
  for (const std::string_view target : {kUp, kSum}) {
    TwoShards both(sayRawAndClose(""), sayRawAndClose(""));
    const Answer answer = both.router.get(std::string(target) + "&partial_response=true");
    EXPECT_EQ(answer.status, 503) << target;
    EXPECT_THAT(errorOf(answer).second, HasSubstr("shard \"")) << target;
  }
}

TEST(Partial, ErrorsOfShardsStayErrors) {
  for (const std::string_view target : {kUp, kSum}) {
    TwoShards both(sayBody(vectorOf("{}", "1")),
                   say({.status = 422, .body = errorBody("execution", "many-to-many")}));
    EXPECT_EQ(both.router.get(std::string(target) + "&partial_response=true").status, 422) << target;
  }
}

TEST(Partial, TheSettingRules) {
  const auto statusOf = [](const std::string& setting, const std::string& asked) {
    TwoShards both(sayBody(vectorOf("{}", "1")), sayRawAndClose(""),
                   {.shards = {}, .query = "partial_answers: " + setting});
    return both.router.get(std::string(kSum) + asked).status;
  };
  EXPECT_EQ(statusOf("on_request", ""), 503);
  EXPECT_EQ(statusOf("never", "&partial_response=true"), 503);
  EXPECT_EQ(statusOf("always", ""), 200);
  EXPECT_EQ(statusOf("always", "&partial_response=false"), 503);
  EXPECT_EQ(statusOf("on_request", "&partial_response=perhaps"), 400);
}

TEST(Sharded, ARequestMayAskForExactness) {
  TwoShards both(sayBody(vectorOf("{}", "1")), sayBody(vectorOf("{}", "2")));
  EXPECT_EQ(both.router.get(std::string(kSum) + "&exactness=exact").field("X-Prome-Route-Grade"), "exact");
  EXPECT_EQ(both.a.lastRequest().parameter("query"), "up");
  EXPECT_EQ(both.router.get(std::string(kSum) + "&exactness=more").status, 400);
}

// Explain.

TEST(Explain, TellsThePlanAndAsksNobody) {
  TwoShards both(sayBody(emptyVector()), sayBody(emptyVector()));
  const json answer = json::parse(both.router.get("/api/v1/explain?query=sum(up)/2").body);
  EXPECT_EQ(answer["status"], "success");
  const json& data = answer["data"];
  EXPECT_EQ(data["grade"], "rounding");
  EXPECT_EQ(data["plan"]["where"], "router");
  EXPECT_EQ(data["plan"]["inputs"][0]["merge"], "sum");
  EXPECT_EQ(data["plan"]["inputs"][0]["asked"][0]["query"], "sum(up)");
  EXPECT_EQ(data["plan"]["inputs"][0]["asked"][0]["shards"][1]["name"], "b");
  EXPECT_FALSE(data.contains("analysis"));
  EXPECT_EQ(both.a.requestCount() + both.b.requestCount(), 0U);
}

TEST(Explain, AnalyzesBytesSeriesSamplesAndTimes) {
  const std::string of_a = vectorOf("{}", "1");
  TwoShards both(sayBody(of_a), sayBody(emptyVector()));
  const std::string target = "/api/v1/explain?analyze=true&time=1&query=sum(up)*2%2Bsum(down)";
  const json answer = json::parse(both.router.get(target).body);
  const json& data = answer["data"];
  EXPECT_EQ(data["analysis"]["evaluations"], 1);
  EXPECT_GT(data["analysis"]["seconds"], 0);
  const json& root = data["plan"];
  EXPECT_EQ(root["analysis"]["samples"], 1);
  const json& sum = root["inputs"][0];
  const json* up = &sum;
  while (up->contains("inputs")) up = &(*up)["inputs"][0];
  EXPECT_EQ((*up)["analysis"]["series"], 1);
  EXPECT_GT((*up)["analysis"]["seconds"], 0);
  const json& shard = (*up)["asked"][0]["shards"][0];
  EXPECT_EQ(shard["analysis"]["questions"], 1);
  EXPECT_EQ(shard["analysis"]["bytes"], of_a.size());
  EXPECT_EQ(shard["analysis"]["series"], 1);
  EXPECT_EQ(shard["analysis"]["samples"], 1);
  EXPECT_GT(shard["analysis"]["seconds"], 0);
  EXPECT_EQ((*up)["asked"][0]["shards"][1]["analysis"]["series"], 0);
}

TEST(Explain, SpeaksToPeopleToo) {
  TwoShards both(sayBody(vectorOf("{}", "1")), sayBody(vectorOf("{}", "2")));
  const json plain = json::parse(both.router.get("/api/v1/explain?query=sum(up)&format=text").body);
  EXPECT_EQ(plain["data"],
            "grade: rounding\nshards (decomposed, sum, rounding): sum(up)\n  sum(up)  -> a, b\n");
  const json analyzed =
      json::parse(both.router.get("/api/v1/explain?query=sum(up)&format=text&analyze=1&time=1").body);
  EXPECT_THAT(analyzed["data"].get<std::string>(), StartsWith("grade: rounding\nevaluations: 1\nseconds: "));
  EXPECT_THAT(analyzed["data"].get<std::string>(), HasSubstr("sum(up) [1 series, 1 samples, "));
}

TEST(Explain, RefusesWhatAQueryIsRefusedFor) {
  TwoShards both(sayBody(emptyVector()), say({.status = 422, .body = errorBody("execution", "no")}));
  EXPECT_EQ(both.router.get("/api/v1/explain?query=sum(").status, 400);
  EXPECT_EQ(both.router.get("/api/v1/explain?query=up&time=x").status, 400);
  EXPECT_EQ(both.router.get("/api/v1/explain?query=up&start=2&end=1&step=1").status, 400);
  EXPECT_EQ(both.router.get("/api/v1/explain?query=up[5m]&start=1&end=2&step=1").status, 400);
  EXPECT_EQ(both.router.get("/api/v1/explain?query=up&analyze=maybe").status, 400);
  EXPECT_EQ(both.router.get("/api/v1/explain?query=up&format=xml").status, 400);
  EXPECT_EQ(errorOf(both.router.get("/api/v1/explain?query=sum(up)&analyze=1")).first, "execution");
}

}  // namespace
}  // namespace prome::hermetic
