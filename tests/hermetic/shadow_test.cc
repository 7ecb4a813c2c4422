// Verification of live queries: the router, its shards and an oracle, each over HTTP.
#include <dirent.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <array>
#include <cstdio>
#include <fstream>

#include "router_fixture.h"

namespace prome::hermetic {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kSum = "/api/v1/query?query=count(up)&time=1";

std::string resultName(std::string_view result) {
  return "prome_route_verifications_total{result=\"" + std::string(result) + "\"}";
}

/// Waits until /metrics has `value` for `series`.
void awaitMetric(Router& router, const std::string& series, double value) {
  const auto until = SteadyClock::now() + kPatience;
  while (router.metric(series) != value && SteadyClock::now() < until) {
  }
  EXPECT_EQ(router.metric(series), value) << series;
}

std::string countBody(int count, const std::string& time = "1") {
  return R"({"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[)" + time +
         ",\"" + std::to_string(count) + R"("]}]}})";
}

/// The time of a sample as Prometheus writes it, three decimals or none, from a `time` however it is written.
std::string sampleTime(const std::string& time) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.3f", std::stod(time));
  std::string out = text.data();
  if (out.ends_with(".000")) out.resize(out.size() - 4);
  return out;
}

/// Answers an instant query at its own time.
Script sayCount(int count) {
  return [count](const SeenRequest& seen, Peer& peer) {
    peer.send(render({.body = countBody(count, sampleTime(seen.parameter("time")))}));
  };
}

std::string keys(const std::string& oracle, const std::string& more = "ratio: 1, settle: 0s") {
  return "oracle: '" + oracle + "', " + more;
}

/// Two shards that hold one series each, and an oracle.
class ShadowTest : public testing::Test {
 protected:
  RouterText text(const std::string& verification) {
    return {.shards = {{"a", a_}, {"b", b_}}, .verification = verification, .log = "level: warn"};
  }

  MemoryShard a_{sayCount(1)};
  MemoryShard b_{sayCount(1)};
  MemoryShard oracle_{sayCount(2)};
};

TEST_F(ShadowTest, AnOracleThatAgrees) {
  Router router(text(keys(oracle_.url())));
  const Answer answer = router.get(kSum);
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.body, HasSubstr(R"("2")"));
  awaitMetric(router, resultName("same"), 1);
  EXPECT_EQ(router.metric(resultName("different")), 0);
  EXPECT_EQ(router.metric("prome_route_verification_oracle_up"), 1);
  ASSERT_EQ(oracle_.requestCount(), 1u);
  EXPECT_EQ(oracle_.lastRequest().path(), "/api/v1/query");
  EXPECT_EQ(oracle_.lastRequest().parameter("query"), "count(up)");
  EXPECT_EQ(oracle_.lastRequest().parameter("time"), "1");
  EXPECT_EQ(onlyField(oracle_.lastRequest().fields, "x-prome-route-verification"), std::nullopt);
  // The router asked itself once, and was not verified in turn; the client's own request is counted apart.
  EXPECT_EQ(a_.requestCount(), 2u);
  EXPECT_EQ(router.metric(R"(prome_route_http_requests_total{code="200",handler="/api/v1/query"})"), 1);
  EXPECT_EQ(router.metric(R"(prome_route_http_requests_total{code="200",handler="verification"})"), 1);
}

TEST_F(ShadowTest, AnOracleThatDisagreesIsToldWithTheQuery) {
  oracle_.setScript(sayCount(3));
  testing::internal::CaptureStderr();
  Router router(text(keys(oracle_.url())));
  EXPECT_EQ(router.get(kSum).status, 200);
  awaitMetric(router, resultName("different"), 1);
  router.stop();
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_THAT(log, HasSubstr("level=warn msg=\"the answer to a query differs from the oracle's\" "
                             "query=count(up) when=\"at 1\""));
  EXPECT_THAT(log, HasSubstr("lines_left_out=0"));
}

TEST_F(ShadowTest, ARangeQueryWithItsParameters) {
  const std::string body =
      R"({"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[10,"1"]]}]}})";
  const std::string sum =
      R"({"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[10,"2"]]}]}})";
  a_.setScript(sayBody(body));
  b_.setScript(sayBody(body));
  oracle_.setScript(sayBody(sum));
  Router router(text(keys(oracle_.url())));
  const Answer answer =
      router.post("/api/v1/query_range",
                  "query=count(up)&start=10&end=40&step=30&timeout=20s&lookback_delta=1m&limit=7&stats=all");
  EXPECT_EQ(answer.status, 200) << answer.body;
  awaitMetric(router, resultName("same"), 1);
  const SeenRequest seen = oracle_.lastRequest();
  EXPECT_EQ(seen.path(), "/api/v1/query_range");
  EXPECT_EQ(seen.parameter("start") + " " + seen.parameter("end") + " " + seen.parameter("step"), "10 40 30");
  EXPECT_EQ(
      seen.parameter("timeout") + " " + seen.parameter("lookback_delta") + " " + seen.parameter("limit"),
      "20s 1m 7");
  EXPECT_EQ(seen.parameter("stats"), "<none>");
}

TEST_F(ShadowTest, AQueryWithoutATimeIsAskedAtOneTime) {
  Router router(text(keys(oracle_.url())));
  EXPECT_EQ(router.get("/api/v1/query?query=count(up)").status, 200);
  awaitMetric(router, resultName("same"), 1);
  // The client's, then the verification's.
  const std::string time = oracle_.lastRequest().parameter("time");
  ASSERT_EQ(a_.requestCount(), 2u);
  EXPECT_NE(time, "<none>");
  EXPECT_EQ(std::stod(a_.requests()[0].parameter("time")), std::stod(time));
  EXPECT_EQ(std::stod(a_.requests()[1].parameter("time")), std::stod(time));
}

TEST_F(ShadowTest, ErrorsAreVerifiedToo) {
  oracle_.setScript(
      say({.status = 400, .body = R"({"status":"error","errorType":"bad_data","error":"other"})"}));
  Router router(text(keys(oracle_.url())));
  EXPECT_EQ(router.get("/api/v1/query?query=count(&time=1").status, 400);
  awaitMetric(router, resultName("same"), 1);
  EXPECT_EQ(router.get(kSum).status, 200);
  awaitMetric(router, resultName("different"), 1);
}

TEST_F(ShadowTest, AnAnswerThatAShardFailedIsNot) {
  Router router(text(keys(oracle_.url())));
  b_.setScript(say({.status = 503, .body = R"({"status":"error","errorType":"unavailable","error":"no"})"}));
  EXPECT_EQ(router.get(kSum).status, 503);
  b_.setScript(sayRawAndReset(""));
  EXPECT_EQ(router.get(kSum).status, 503);
  b_.setScript(sayCount(1));
  EXPECT_EQ(router.get(kSum).status, 200);
  awaitMetric(router, resultName("same"), 1);
  EXPECT_EQ(oracle_.requestCount(), 1u);
}

TEST_F(ShadowTest, AShardThatFailsOnlyTheSecondTimeIsAnError) {
  Router router(text(keys(oracle_.url())));
  oracle_.setScript([this](const SeenRequest&, Peer& peer) {
    b_.setScript(sayRawAndReset(""));
    peer.send(render({.body = countBody(2)}));
  });
  EXPECT_EQ(router.get(kSum).status, 200);
  awaitMetric(router, resultName("error"), 1);
  EXPECT_EQ(router.metric(resultName("different")), 0);
}

TEST_F(ShadowTest, NothingIsAskedWithoutOracleOrAtRatioZero) {
  Router without(text("ratio: 1"));
  Router never(text(keys(oracle_.url(), "ratio: 0, settle: 0s")));
  for (Router* router : {&without, &never}) {
    EXPECT_EQ(router->get(kSum).status, 200);
    EXPECT_EQ(router->get(kQueryA).status, 200);
    for (const auto* result : {"same", "different", "open", "error", "skipped", "dropped"})
      EXPECT_EQ(router->metric(resultName(result)), 0) << result;
  }
  EXPECT_EQ(oracle_.requestCount(), 0u);
  EXPECT_EQ(a_.requestCount(), 4u);
}

TEST_F(ShadowTest, AHangingOracleDelaysNobody) {
  oracle_.setScript([](const SeenRequest&, Peer& peer) { EXPECT_TRUE(peer.awaitHangUp()); });
  Router router(text(keys(oracle_.url(), "ratio: 1, settle: 0s, max_concurrency: 2, timeout: 1h")));
  TestClient client(router.port());
  for (int i = 0; i < 20; ++i) EXPECT_EQ(client.ask(get(kSum)).status, 200);
  ASSERT_TRUE(oracle_.awaitRequests(2));
  EXPECT_EQ(oracle_.requestCount(), 2u);  // so many at once
  awaitMetric(router, "prome_route_verifications_waiting", 18);
  EXPECT_EQ(client.ask(get(kSum)).status, 200);
  router.stop();  // breaks them off: the oracle's timeout would be an hour
}

TEST_F(ShadowTest, AnOracleThatIsTooSlowIsAnError) {
  oracle_.setScript([](const SeenRequest&, Peer& peer) { EXPECT_TRUE(peer.awaitHangUp()); });
  Router router(text(keys(oracle_.url(), "ratio: 1, settle: 0s, timeout: 50ms")));
  EXPECT_EQ(router.get(kSum).status, 200);
  awaitMetric(router, resultName("error"), 1);
}

TEST_F(ShadowTest, ADeadOracleIsToldOnceAndLeftAlone) {
  const ClosedPort closed;
  testing::internal::CaptureStderr();
  Router router(text(keys(closed.address(), "ratio: 1, settle: 0s, max_concurrency: 1")));
  for (int i = 0; i < 10; ++i) EXPECT_EQ(router.get(kSum).status, 200);
  awaitMetric(router, resultName("error"), 2);  // the second only after a pause
  EXPECT_EQ(router.metric("prome_route_verification_oracle_up"), 0);
  EXPECT_GE(router.metric("prome_route_verifications_waiting"), 7);
  router.stop();
  const std::string log = testing::internal::GetCapturedStderr();
  const auto first = log.find("the oracle of the verification cannot be asked");
  ASSERT_NE(first, log.npos) << log;
  EXPECT_EQ(log.find("the oracle of the verification", first + 1), log.npos) << log;
}

TEST_F(ShadowTest, AnOracleThatComesBackIsAskedAgain) {
  oracle_.setScript(say({.status = 502, .body = "<html>bad gateway</html>"}));
  Router router(text(keys(oracle_.url())));
  EXPECT_EQ(router.get(kSum).status, 200);
  awaitMetric(router, resultName("error"), 1);
  oracle_.setScript(sayCount(2));
  EXPECT_EQ(router.get(kSum).status, 200);
  awaitMetric(router, resultName("same"), 1);
  EXPECT_EQ(router.metric("prome_route_verification_oracle_up"), 1);
}

TEST_F(ShadowTest, HugeAnswersAreSkipped) {
  const std::string body = countBody(2);
  const std::string at_limit = body + std::string(1024 - body.size(), ' ');
  oracle_.setScript(sayBody(at_limit));
  Router router(text(keys(oracle_.url(), "ratio: 1, settle: 0s, max_answer_bytes: 1KiB")));
  EXPECT_EQ(router.get(kSum).status, 200);
  awaitMetric(router, resultName("same"), 1);
  oracle_.setScript(sayBody(at_limit + " "));
  EXPECT_EQ(router.get(kSum).status, 200);
  awaitMetric(router, resultName("skipped"), 1);
}

TEST_F(ShadowTest, WhatCannotBeComparedIsSkipped) {
  Router router(text(keys(oracle_.url())));
  EXPECT_EQ(router.get("/api/v1/query?query=count(up)&time=1&limit=1").status, 200);
  awaitMetric(router, resultName("skipped"), 1);
  EXPECT_EQ(router.get("/api/v1/query?query=count(up)&time=100000000000.001").status, 200);
  awaitMetric(router, resultName("skipped"), 2);
  const std::string half(32 << 10, ' ');
  const std::string limit = "count(up)" + half + half.substr(9);
  EXPECT_EQ(router.post("/api/v1/query", "time=1&query=" + limit + "+").status, 200);
  awaitMetric(router, resultName("skipped"), 3);
  EXPECT_EQ(router.post("/api/v1/query", "time=1&query=" + limit).status, 200);
  awaitMetric(router, resultName("same"), 1);
}

TEST_F(ShadowTest, YoungSamplesAreWaitedFor) {
  Router router(text(keys(oracle_.url(), "ratio: 1, settle: 1h")));
  EXPECT_EQ(router.get("/api/v1/query?query=count(up)").status, 200);
  EXPECT_EQ(router.get(kSum).status, 200);  // long settled: overtakes
  awaitMetric(router, resultName("same"), 1);
  awaitMetric(router, "prome_route_verifications_waiting", 1);
  EXPECT_EQ(oracle_.requestCount(), 1u);
  EXPECT_EQ(oracle_.lastRequest().parameter("time"), "1");
}

TEST_F(ShadowTest, AFullQueueDrops) {
  Router router(text(keys(oracle_.url(), "ratio: 1, settle: 1h, max_queue: 3")));
  for (int i = 0; i < 5; ++i) EXPECT_EQ(router.get("/api/v1/query?query=count(up)").status, 200);
  awaitMetric(router, "prome_route_verifications_waiting", 3);
  awaitMetric(router, resultName("dropped"), 2);
}

TEST_F(ShadowTest, AReloadSwitchesItOnAndOff) {
  Router router(text(""));
  const auto reloadWith = [&](const std::string& verification) {
    router.setText(yamlOf(text(verification)));
    EXPECT_TRUE(router.application().reload());
  };
  EXPECT_EQ(router.get(kSum).status, 200);
  EXPECT_EQ(oracle_.requestCount(), 0u);
  reloadWith(keys(oracle_.url()));
  EXPECT_EQ(router.get(kSum).status, 200);
  awaitMetric(router, resultName("same"), 1);
  reloadWith(keys(oracle_.url(), "ratio: 1, settle: 1h"));
  EXPECT_EQ(router.get("/api/v1/query?query=count(up)").status, 200);
  awaitMetric(router, "prome_route_verifications_waiting", 1);
  reloadWith("");  // what waits is dropped
  awaitMetric(router, "prome_route_verifications_waiting", 0);
  awaitMetric(router, resultName("dropped"), 1);
  EXPECT_EQ(router.get(kSum).status, 200);
  EXPECT_EQ(router.metric(resultName("same")), 1);
  EXPECT_EQ(oracle_.requestCount(), 1u);
}

TEST_F(ShadowTest, AReloadBreaksOffWhatHangs) {
  oracle_.setScript([](const SeenRequest&, Peer& peer) { EXPECT_TRUE(peer.awaitHangUp()); });
  Router router(text(keys(oracle_.url(), "ratio: 1, settle: 0s, timeout: 1h")));
  EXPECT_EQ(router.get(kSum).status, 200);
  ASSERT_TRUE(oracle_.awaitRequests(1));
  MemoryShard other(sayCount(2));
  router.setText(yamlOf(text(keys(other.url()))));
  ASSERT_TRUE(router.application().reload());
  awaitMetric(router, resultName("dropped"), 1);
  EXPECT_EQ(router.get(kSum).status, 200);
  awaitMetric(router, resultName("same"), 1);
}

TEST_F(ShadowTest, AnUnchangedReloadLetsItGoOn) {
  Router router(text(keys(oracle_.url(), "ratio: 1, settle: 1h")));
  EXPECT_EQ(router.get("/api/v1/query?query=count(up)").status, 200);
  ASSERT_TRUE(router.application().reload());
  awaitMetric(router, "prome_route_verifications_waiting", 1);
  awaitMetric(router, resultName("dropped"), 0);
}

TEST_F(ShadowTest, CredentialsGoWhereTheyShould) {
  const std::string set = "ratio: 1, settle: 0s, ";
  const std::string fields = "Authorization: Bearer client\r\nX-Scope-OrgID: t\r\n";
  const auto askedWith = [&](const std::string& more) {
    MemoryShard oracle(sayCount(2));
    RouterText config = text(keys(oracle.url(), set + more));
    config.shards = {{"a", a_, "forward_authorization: true"}, {"b", b_}};
    Router router(config);
    EXPECT_EQ(router.get(kSum, fields).status, 200);
    awaitMetric(router, resultName("same"), 1);
    EXPECT_EQ(onlyField(a_.lastRequest().fields, "authorization"), "Bearer client");
    EXPECT_EQ(onlyField(b_.lastRequest().fields, "authorization"), std::nullopt);
    return oracle.lastRequest().fields;
  };
  EXPECT_EQ(onlyField(askedWith("compression: 'off'"), "authorization"), std::nullopt);
  EXPECT_EQ(onlyField(askedWith("forward_authorization: true"), "authorization"), "Bearer client");
  const Fields own = askedWith("basic_auth: {username: u, password: p}, http_headers: {X-Scope-OrgID: all}");
  EXPECT_EQ(onlyField(own, "authorization"), "Basic dTpw");
  EXPECT_EQ(onlyField(own, "x-scope-orgid"), "all");
}

TEST_F(ShadowTest, BelowARoutePrefixAndOnSeveralLoops) {
  RouterText config = text(keys(oracle_.url() + "/oracle/"));
  config.http = "route_prefix: /p";
  config.threads = 3;
  Router router(config);
  for (int i = 0; i < 9; ++i) EXPECT_EQ(router.get("/p" + std::string(kSum)).status, 200);
  const auto until = SteadyClock::now() + kPatience;
  const auto samePage = [&] { return router.get("/p/metrics").body; };
  const std::string line = resultName("same") + " 9\n";
  while (samePage().find(line) == std::string::npos && SteadyClock::now() < until) {
  }
  EXPECT_THAT(samePage(), HasSubstr(line));
  EXPECT_EQ(oracle_.lastRequest().path(), "/oracle/api/v1/query");
}

/// The nice values of this process' threads called `name`.
std::vector<int> niceOfThreads(const std::string& name) {
  std::vector<int> out;
  DIR* const folder = opendir("/proc/self/task");
  for (const dirent* entry = readdir(folder); entry != nullptr; entry = readdir(folder)) {
    std::ifstream file("/proc/self/task/" + std::string(entry->d_name) + "/comm");
    std::string comm;
    std::getline(file, comm);
    if (comm == name) out.push_back(getpriority(PRIO_PROCESS, static_cast<id_t>(std::stoi(entry->d_name))));
  }
  closedir(folder);
  return out;
}

TEST_F(ShadowTest, ItsThreadsAreNicedAndNotOthers) {
  Router router(text(keys(oracle_.url())));
  EXPECT_EQ(router.get(kSum).status, 200);
  awaitMetric(router, resultName("same"), 1);
  const int own = getpriority(PRIO_PROCESS, 0);
  const std::vector<int> niced = niceOfThreads("verification");
  ASSERT_FALSE(niced.empty());
  EXPECT_EQ(niced.front(), std::min(own + 10, 19));
}

}  // namespace
}  // namespace prome::hermetic
