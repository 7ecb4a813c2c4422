// Connections to shards: kept, found stale, and moved to another replica.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "router_fixture.h"

namespace prome::hermetic {
namespace {

using testing::HasSubstr;

const std::string kPost = post("/api/v1/query", "query=up%7Bcluster%3D%22a%22%7D&time=1");

TEST(KeptConnections, AreUsedAgain) {
  MemoryShard shard(sayBody(vectorBody(1)));
  Router router(shard);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(router.get(kQueryA).status, 200);
  EXPECT_EQ(shard.connections(), 1u);
  EXPECT_EQ(shard.requestCount(), 20u);
  EXPECT_EQ(router.metric("prome_route_shard_connections_idle"), 1);
}

TEST(KeptConnections, OnlyAsManyAsConfigured) {
  MemoryShard shard(sayBody(vectorBody(1)));
  Router router({.shards = {{"a", shard}}, .client = "max_idle_connections: 0"});
  for (int i = 0; i < 3; ++i) EXPECT_EQ(router.get(kQueryA).status, 200);
  EXPECT_EQ(shard.connections(), 3u);
}

TEST(KeptConnections, OneARequestInFlight) {
  Event go;
  MemoryShard shard([&](const SeenRequest&, Peer& peer) {
    EXPECT_TRUE(go.await());
    peer.send(render({.body = vectorBody(1)}));
  });
  Router router({.shards = {{"a", shard}}, .client = "max_idle_connections: 2"});
  std::vector<TestClient> clients;
  for (int i = 0; i < 4; ++i) clients.emplace_back(router.port()).send(get(kQueryA));
  ASSERT_TRUE(shard.awaitRequests(4));
  go.set();
  for (auto& client : clients) EXPECT_EQ(client.answer().status, 200);
  EXPECT_EQ(shard.connections(), 4u);
  EXPECT_EQ(router.metric("prome_route_shard_connections_idle"), 2);
}

TEST(KeptConnections, AreClosedWhereTheShardSaysSo) {
  MemoryShard shard(say({.body = vectorBody(1), .fields = "Connection: close\r\n"}));
  Router router(shard);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(router.get(kQueryA).status, 200);
  EXPECT_EQ(shard.connections(), 3u);
  shard.setScript(sayRaw("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}"));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(router.get(kQueryA).status, 200);
  EXPECT_EQ(shard.connections(), 6u);
}

TEST(KeptConnections, AreClosedAfterTheirTime) {
  Event closed;
  MemoryShard shard([&](const SeenRequest&, Peer& peer) {
    peer.send(render({.body = vectorBody(1)}));
    if (peer.awaitHangUp()) closed.set();
  });
  Router router({.shards = {{"a", shard}}, .client = "pool_idle_timeout: 100ms"});
  EXPECT_EQ(router.get(kQueryA).status, 200);
  EXPECT_TRUE(closed.await());
  EXPECT_EQ(router.metric("prome_route_shard_connections_idle"), 0);
}

// Stale ones.

class Stale : public testing::TestWithParam<std::string> {};

TEST_P(Stale, ClosedBetweenRequestsIsNotSeenByTheClient) {
  MemoryShard shard(sayBody(vectorBody(1)));
  Router router(shard);
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(router.raw(GetParam()).body, withCluster(vectorBody(1)));
    shard.closeIdle();
  }
}

TEST_P(Stale, ClosedAfterEachAnswerIsNotSeenByTheClient) {
  // Not announced: the next request is on its way when the end comes.
  MemoryShard shard(sayRawAndClose(render({.body = vectorBody(1)})));
  Router router(shard);
  TestClient client(router.port());
  for (int i = 0; i < 50; ++i) ASSERT_EQ(client.ask(GetParam()).body, withCluster(vectorBody(1)));
  EXPECT_EQ(shard.requestCount(), 50u);
}

TEST_P(Stale, ClosedOnReceiptOfARequestIsTriedOnceMore) {
  // The first request of a connection is answered, the second one is not: a server that restarts.
  std::atomic<std::size_t> seen{0};
  MemoryShard shard([&](const SeenRequest& request, Peer& peer) {
    if (seen.exchange(request.connection) == request.connection) {
      peer.reset();
      return;
    }
    peer.send(render({.body = vectorBody(1)}));
  });
  Router router(shard);
  TestClient client(router.port());
  for (int i = 0; i < 4; ++i) EXPECT_EQ(client.ask(GetParam()).body, withCluster(vectorBody(1)));
  const auto requests = shard.requests();
  EXPECT_EQ(requests.size(), 7u) << "four questions, three of them asked again";
  for (const auto& request : requests) EXPECT_EQ(request.parameter("time"), "1");
}

TEST_P(Stale, AFreshConnectionIsNotTriedAgain) {
  MemoryShard shard(sayRawAndClose(""));
  Router router(shard);
  EXPECT_EQ(router.raw(GetParam()).status, 503);
  EXPECT_EQ(shard.requestCount(), 1u);
}

TEST_P(Stale, HalfAHeadIsNoReasonToAskAgain) {
  MemoryShard shard(sayBody(vectorBody(1)));
  Router router(shard);
  EXPECT_EQ(router.raw(GetParam()).status, 200);
  shard.setScript(sayRawAndClose("HTTP/1.1 2"));
  EXPECT_EQ(router.raw(GetParam()).status, 503);
  EXPECT_EQ(shard.requestCount(), 2u);
}

INSTANTIATE_TEST_SUITE_P(All, Stale, testing::Values(get(kQueryA), kPost),
                         [](const auto& of) { return of.param.substr(0, of.param.find(' ')); });

TEST(KeptConnections, BytesThatCameUnaskedAreNotTakenForAnAnswer) {
  Event poisoned;
  MemoryShard shard([&](const SeenRequest& request, Peer& peer) {
    peer.send(render({.body = vectorBody(1)}));
    if (request.connection != 1) return;
    // Late enough not to be read with the answer.
    EXPECT_FALSE(peer.awaitHangUp(Milliseconds(100)));
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n{\"poison\":true}");
    poisoned.set();
  });
  Router router(shard);
  EXPECT_EQ(router.get(kQueryA).body, withCluster(vectorBody(1)));
  ASSERT_TRUE(poisoned.await());
  EXPECT_EQ(router.get(kQueryA).body, withCluster(vectorBody(1)));
  EXPECT_EQ(shard.connections(), 2u);
}

// Replicas.

TEST(Replicas, TheFirstIsPreferred) {
  MemoryShard first(sayBody(vectorBody(1)));
  MemoryShard second(sayBody(vectorBody(2)));
  Router router({.shards = {{"a", {first.address(), second.address()}}}});
  for (int i = 0; i < 5; ++i) EXPECT_EQ(router.get(kQueryA).body, withCluster(vectorBody(1)));
  EXPECT_EQ(second.requestCount(), 0u);
}

struct Failing {
  std::string name;
  Script script;
};

class FailOver : public testing::TestWithParam<Failing> {};

TEST_P(FailOver, AnotherReplicaAnswers) {
  MemoryShard bad(GetParam().script);
  MemoryShard good(sayBody(vectorBody(1)));
  Router router({.shards = {{"a", {bad.address(), good.address()}}},
                 .client = "first_byte_timeout: 150ms, down_backoff: 1h"});
  for (const auto& request : {get(kQueryA), kPost, get(kQueryA)}) {
    const Answer answer = router.raw(request);
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, withCluster(vectorBody(1)));
  }
  EXPECT_EQ(bad.requestCount(), 1u) << "a replica that failed is tried last for a while";
  EXPECT_EQ(good.requestCount(), 3u);
}

INSTANTIATE_TEST_SUITE_P(
    All, FailOver,
    testing::Values(
        Failing{"Starting",
                say({.status = 503, .body = "Service Unavailable", .content_type = "text/plain"})},
        Failing{"Gateway", say({.status = 502, .body = "<html>", .content_type = "text/html"})},
        Failing{"GatewayTimeout", say({.status = 504, .body = "", .content_type = ""})},
        Failing{"Ending",
                say({.status = 422,
                     .body = R"({"status":"error","errorType":"execution","error":)"
                             R"("open querier for block 01M: open index reader: block is closing"})"})},
        Failing{"Closed", sayRawAndClose("")}, Failing{"Reset", sayRawAndReset("")},
        Failing{"OtherServer", say({.body = "<!doctype html>", .content_type = "text/html"})},
        Failing{"HtmlClaimedJson", sayBody("<!doctype html>")},
        Failing{"JsonClaimedText", say({.body = vectorBody(1), .content_type = "text/plain; charset=utf-8"})},
        Failing{"HtmlInChunks",
                say({.body = "<html>", .framing = ShardAnswer::Framing::kChunked, .content_type = ""})},
        Failing{"HtmlInGzip", say({.body = "<html>", .coding = ShardAnswer::Coding::kGzip})},
        Failing{"Empty", sayBody("")},
        Failing{"ShortJson", sayBody(vectorBody(1).substr(0, vectorBody(1).size() - 1))},
        Failing{"ShortJsonInChunks", say({.body = vectorBody(3).substr(0, vectorBody(3).size() - 3),
                                          .framing = ShardAnswer::Framing::kChunked,
                                          .chunk = 7})},
        Failing{"ShortJsonInGzip",
                say({.body = vectorBody(1).substr(0, 90), .coding = ShardAnswer::Coding::kGzip})},
        Failing{"BrokenJson", sayBody(R"({"status":"success","data":{"result":[}]})")},
        Failing{"ClosedAfterHead", sayRawAndClose("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n")},
        Failing{"UnknownCoding", say({.body = vectorBody(1), .fields = "Content-Encoding: br\r\n"})},
        Failing{"NotHttp", sayRawAndClose("220 smtp\r\n\r\n")}, Failing{"Stalled", sayRawAndStall("")},
        Failing{"HalfAHead", sayRawAndClose("HTTP/1.1 200 OK\r\nX")}),
    ByName());

TEST(Replicas, ARefusedConnectionMovesOn) {
  const ClosedPort closed;
  const FullPort full;
  MemoryShard good(sayBody(vectorBody(1)));
  Router router({.shards = {{"a", {closed.address(), full.address(), good.address()}}},
                 .client = "connect_timeout: 100ms"});
  EXPECT_EQ(router.get(kQueryA).body, withCluster(vectorBody(1)));
}

TEST(Replicas, NoneIsLeftForAnAnswerThatHasBegun) {
  // Only once a part has left the answer turns out to be short.
  const std::string body = vectorBody(5000);
  MemoryShard first(sayBody(body.substr(0, body.size() - 1)));
  MemoryShard second(sayBody(body));
  Router router({.shards = {{"a", {first.address(), second.address()}}}});
  const Answer answer = router.get(kQueryA);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.ending, Answer::Ending::kCut);
  EXPECT_EQ(second.requestCount(), 0u);
}

TEST(Replicas, OtherServersOnlyNameTheShard) {
  const Script html = say({.body = "<!doctype html>", .content_type = "text/html"});
  MemoryShard first(html);
  MemoryShard second(html);
  Router router({.shards = {{"a", {first.address(), second.address()}}}});
  const auto [type, message] = errorOf(router.get(kQueryA));
  EXPECT_EQ(type, "unavailable");
  EXPECT_THAT(message, HasSubstr("shard \"a\" (" + second.url() + "): answer is not JSON"));
}

TEST(Replicas, AnswersOfAStoredShardPassAsTheyAre) {
  // Byte for byte: nothing but the framing tells that they are whole.
  const std::string body = vectorBody(1).substr(0, 90);
  MemoryShard first(sayBody(body));
  MemoryShard second(sayBody(vectorBody(1)));
  Router router({.shards = {{"a", {first.address(), second.address()}, "stored: true"}}});
  const Answer answer = router.get(kQueryA);
  EXPECT_TRUE(answer.whole());
  EXPECT_EQ(answer.body, body);
  EXPECT_EQ(second.requestCount(), 0u);
}

TEST(Replicas, AnAnswerInPrometheusWordsIsAnAnswer) {
  for (const int status : {400, 422, 500, 503}) {
    const std::string body = R"({"status":"error","errorType":"timeout","error":"query timed out"})";
    MemoryShard first(say({.status = status, .body = body}));
    MemoryShard second(sayBody(vectorBody(1)));
    Router router({.shards = {{"a", {first.address(), second.address()}}}});
    const Answer answer = router.get(kQueryA);
    EXPECT_EQ(answer.status, status);
    EXPECT_EQ(answer.body, body);
    EXPECT_EQ(second.requestCount(), 0u);
  }
}

TEST(Replicas, AllDownTellsOfTheLast) {
  const ClosedPort first;
  const ClosedPort second;
  Router router({.shards = {{"a", {first.address(), second.address()}}}});
  for (int i = 0; i < 2; ++i) {
    const Answer answer = router.get(kQueryA);
    EXPECT_EQ(answer.status, 503);
    const auto [type, message] = errorOf(answer);
    EXPECT_EQ(type, "unavailable");
    EXPECT_THAT(message, HasSubstr("shard \"a\" (http://" + second.address() + ")"));
  }
}

TEST(Replicas, AllStartingPassesWhatTheySay) {
  const Script starting = say({.status = 503, .body = "Service Unavailable", .content_type = "text/plain"});
  MemoryShard first(starting);
  MemoryShard second(starting);
  Router router({.shards = {{"a", {first.address(), second.address()}}}});
  const Answer answer = router.get(kQueryA);
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.body, "Service Unavailable");
  EXPECT_EQ(first.requestCount() + second.requestCount(), 2u);
}

TEST(Replicas, ComeBackAfterTheBackoff) {
  MemoryShard first(sayRawAndClose(""));
  MemoryShard second(sayBody(vectorBody(2)));
  Router router({.shards = {{"a", {first.address(), second.address()}}}, .client = "down_backoff: 0"});
  EXPECT_EQ(router.get(kQueryA).body, withCluster(vectorBody(2)));
  first.setScript(sayBody(vectorBody(1)));
  EXPECT_EQ(router.get(kQueryA).body, withCluster(vectorBody(1)));
}

TEST(Replicas, AQueryForAnyShardPassesOneThatIsDown) {
  const ClosedPort closed;
  const std::string body = R"({"status":"success","data":{"resultType":"scalar","result":[1,"1"]}})";
  MemoryShard good(sayBody(body));
  Router router({.shards = {{"a", {closed.address()}}, {"b", good}}});
  for (int i = 0; i < 6; ++i) EXPECT_EQ(router.get("/api/v1/query?query=1&time=1").body, body);
}

TEST(Replicas, TheDeadlineIsOverAllOfThem) {
  MemoryShard first(sayRawAndStall(""));
  MemoryShard second(sayRawAndStall(""));
  Router router({.shards = {{"a", {first.address(), second.address()}}}, .query = "timeout: 200ms"});
  EXPECT_EQ(errorOf(router.get(kQueryA)).first, "timeout");
  EXPECT_EQ(second.requestCount(), 0u);
}

}  // namespace
}  // namespace prome::hermetic
