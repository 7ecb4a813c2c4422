// The server towards its clients: order, keep-alive, old clients, and the endpoints that it answers itself.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "router_fixture.h"

namespace prome::hermetic {
namespace {

using testing::HasSubstr;

std::string queryAt(int time) {
  return "/api/v1/query?query=up%7Bcluster%3D%22a%22%7D&time=" + std::to_string(time);
}

/// Answers each request with its own `time`.
void echoTime(const SeenRequest& request, Peer& peer) {
  const std::string body = R"({"status":"success","data":{"resultType":"scalar","result":[)" +
                           request.parameter("time") + R"(,"1"]}})";
  peer.send(render({.body = body}));
}

TEST(Pipelining, AnswersComeInOrder) {
  MemoryShard shard(echoTime);
  Router router(shard);
  TestClient client(router.port());
  std::string all;
  for (int i = 0; i < 200; ++i)
    all += i % 3 == 0 ? post("/api/v1/query", queryAt(i).substr(14)) : get(queryAt(i));
  client.send(all);
  for (int i = 0; i < 200; ++i) {
    const Answer answer = client.answer();
    ASSERT_TRUE(answer.whole());
    ASSERT_THAT(answer.body, HasSubstr("[" + std::to_string(i) + ",")) << i;
  }
  EXPECT_EQ(shard.connections(), 1u);
}

TEST(Pipelining, ASlowFirstOneHoldsTheOthersBack) {
  Event go;
  MemoryShard shard([&](const SeenRequest& request, Peer& peer) {
    if (request.parameter("time") == "1") {
      EXPECT_TRUE(go.await());
    }
    echoTime(request, peer);
  });
  Router router(shard);
  TestClient client(router.port());
  client.send(get(queryAt(1)) + get("/-/healthy") + get(queryAt(2)));
  ASSERT_TRUE(shard.awaitRequests(1));
  EXPECT_FALSE(client.readable());
  EXPECT_EQ(router.get(queryAt(3)).status, 200) << "others are not held back";
  go.set();
  EXPECT_THAT(client.answer().body, HasSubstr("[1,"));
  EXPECT_EQ(client.answer().body, "prome-route is Healthy.\n");
  EXPECT_THAT(client.answer().body, HasSubstr("[2,"));
}

TEST(Pipelining, RequestsInAnyPieces) {
  MemoryShard shard(echoTime);
  Router router(shard);
  TestClient client(router.port());
  std::string all;
  for (int i = 0; i < 6; ++i)
    all += i % 2 == 0 ? post("/api/v1/query", queryAt(i).substr(14)) : get(queryAt(i));
  for (std::size_t at = 0; at < all.size(); at += 7) client.send(std::string_view(all).substr(at, 7));
  for (int i = 0; i < 6; ++i) EXPECT_THAT(client.answer().body, HasSubstr("[" + std::to_string(i) + ","));
}

TEST(KeepAlive, OneConnectionManyRequests) {
  MemoryShard shard(echoTime);
  Router router(shard);
  TestClient client(router.port());
  for (int i = 0; i < 50; ++i) {
    const Answer answer = client.ask(get(queryAt(i)));
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.field("Connection"), "<none>");
  }
  EXPECT_EQ(router.metric("prome_route_http_connections_accepted"), 2);  // with the one for /metrics
}

TEST(KeepAlive, EndsWhereTheClientSaysSo) {
  MemoryShard shard(echoTime);
  Router router(shard);
  for (const auto* value : {"close", "Close", "keep-alive, close"}) {
    TestClient client(router.port());
    const Answer answer = client.ask(get(queryAt(1), "Connection: " + std::string(value) + "\r\n"));
    EXPECT_TRUE(answer.whole());
    EXPECT_EQ(answer.field("Connection"), "close");
    EXPECT_TRUE(client.awaitClose());
  }
}

TEST(Http10, ClosesUnlessAskedToStay) {
  MemoryShard shard(echoTime);
  Router router(shard);
  TestClient client(router.port());
  const Answer answer = client.ask("GET " + queryAt(1) + " HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(answer.whole());
  EXPECT_THAT(answer.body, HasSubstr("[1,"));
  EXPECT_TRUE(client.awaitClose());

  TestClient staying(router.port());
  for (int i = 0; i < 3; ++i) {
    const Answer kept = staying.ask("GET " + queryAt(i) + " HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_TRUE(kept.whole());
    EXPECT_EQ(kept.field("Connection"), "keep-alive");
  }
}

TEST(Http10, LongAnswersEndWithTheConnection) {
  const std::string body = vectorBody(20'000);
  MemoryShard shard(say({.body = body, .framing = ShardAnswer::Framing::kChunked}));
  Router router(shard);
  TestClient client(router.port());
  const Answer answer = client.ask("GET " + queryAt(1) + " HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(answer.framing, Answer::Framing::kClose);
  EXPECT_EQ(answer.field("Transfer-Encoding"), "<none>");
  EXPECT_TRUE(answer.whole());
  EXPECT_EQ(answer.body, withCluster(body));
}

TEST(ExpectContinue, IsAnsweredBeforeTheBody) {
  MemoryShard shard(echoTime);
  Router router(shard);
  const std::string request =
      post("/api/v1/query", "query=up%7Bcluster%3D%22a%22%7D&time=5", "Expect: 100-continue\r\n");
  const auto body_at = request.find("\r\n\r\n") + 4;
  TestClient client(router.port());
  client.send(request.substr(0, body_at));
  Answer answer;
  EXPECT_TRUE(client.awaitReadable());
  client.read(answer, 1, Milliseconds(50));
  EXPECT_EQ(answer.interim, 1u);
  EXPECT_EQ(shard.requestCount(), 0u);
  client.send(request.substr(body_at));
  client.finish(answer);
  EXPECT_THAT(answer.body, HasSubstr("[5,"));
}

TEST(ExpectContinue, IsNotAnsweredWhereTheBodyIsHereOrUnwanted) {
  MemoryShard shard(echoTime);
  Router router({.shards = {{"a", shard}}, .http = "max_body_bytes: 1KiB"});
  const Answer answer =
      router.raw(post("/api/v1/query", "query=up%7Bcluster%3D%22a%22%7D&time=5", "Expect: 100-continue\r\n"));
  EXPECT_EQ(answer.interim, 0u);
  EXPECT_THAT(answer.body, HasSubstr("[5,"));
  const std::string large = post("/api/v1/query", std::string(2000, 'x'), "Expect: 100-continue\r\n");
  const Answer refused = router.raw(large.substr(0, large.find("\r\n\r\n") + 4));
  EXPECT_EQ(refused.interim, 0u);
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(router.raw(get("/-/healthy", "Expect: something\r\n")).status, 417);
}

TEST(ClosedByTheClient, HalfCloseAfterAWholeRequestIsAGoodbye) {
  // As Go's server has it: an end of the client's stream cancels the request in flight.
  MemoryShard shard(sayRawAndStall(""));
  Router router(shard);
  TestClient client(router.port());
  client.send(get(kQueryA));
  ASSERT_TRUE(shard.awaitRequests(1));
  client.finishSending();
  EXPECT_TRUE(client.awaitClose());
}

// The router's own endpoints.

class Endpoints : public testing::Test {
 protected:
  MemoryShard shard_{echoTime};
  Router router_{shard_};
};

TEST_F(Endpoints, Health) {
  EXPECT_EQ(router_.get("/-/healthy").body, "prome-route is Healthy.\n");
  EXPECT_EQ(router_.get("/-/ready").body, "prome-route is Ready.\n");
  EXPECT_EQ(router_.get("/-/ready").status, 200);
}

TEST_F(Endpoints, Status) {
  for (const auto* name : {"buildinfo", "runtimeinfo", "flags", "config"}) {
    const Answer answer = router_.get("/api/v1/status/" + std::string(name));
    EXPECT_EQ(answer.status, 200);
    EXPECT_THAT(answer.body, HasSubstr(R"({"status":"success","data":{)"));
  }
  EXPECT_THAT(router_.get("/api/v1/status/config").body, HasSubstr("cluster"));
}

TEST_F(Endpoints, Metrics) {
  router_.get(queryAt(1));
  const Answer answer = router_.get("/metrics");
  EXPECT_EQ(answer.field("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(router_.metric(R"(prome_route_shard_requests_total{outcome="ok",shard="a"})"), 1);
  EXPECT_EQ(router_.metric(R"(prome_route_shard_requests_in_flight{shard="a"})"), 0);
  EXPECT_EQ(router_.metric("prome_route_shards"), 1);
  EXPECT_EQ(router_.metric(R"(prome_route_routing_decisions_total{decision="shard"})"), 1);
}

TEST_F(Endpoints, WrongMethodsAndPaths) {
  const Answer wrong = router_.raw("DELETE /api/v1/query HTTP/1.1\r\nHost: r\r\n\r\n");
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.field("Allow"), "GET, OPTIONS, POST");
  EXPECT_EQ(router_.get("/nowhere").status, 404);
  EXPECT_EQ(router_.get("/-/reload").status, 405);
  const Answer options = router_.raw("OPTIONS /api/v1/query HTTP/1.1\r\nHost: r\r\n\r\n");
  EXPECT_EQ(options.status, 204);
  EXPECT_TRUE(options.whole());
}

TEST_F(Endpoints, AbsoluteTargets) {
  EXPECT_EQ(router_.raw("GET http://router/-/healthy HTTP/1.1\r\nHost: router\r\n\r\n").status, 200);
}

}  // namespace
}  // namespace prome::hermetic
