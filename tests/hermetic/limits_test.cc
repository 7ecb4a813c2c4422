// The server's limits, each at its value and one over it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "router_fixture.h"

namespace prome::hermetic {
namespace {

using testing::HasSubstr;

class Limits : public testing::Test {
 protected:
  RouterText text(std::string http, std::string query = {}) {
    return {.shards = {{"a", shard_}}, .http = std::move(http), .query = std::move(query)};
  }

  MemoryShard shard_{sayBody(vectorBody(1))};
};

/// A request head of exactly `size` bytes.
std::string headOf(std::size_t size) {
  const std::string empty = get("/-/healthy", "X-Filler: \r\n");
  return get("/-/healthy", "X-Filler: " + std::string(size - empty.size(), 'x') + "\r\n");
}

TEST_F(Limits, HeadBytes) {
  Router router(text("max_head_bytes: 2KiB"));
  ASSERT_EQ(headOf(2048).size(), 2048u);
  EXPECT_EQ(router.raw(headOf(2048)).status, 200);
  TestClient client(router.port());
  EXPECT_EQ(client.ask(headOf(2049)).status, 431);
  EXPECT_TRUE(client.awaitClose());
}

TEST_F(Limits, HeadBytesByDefaultAsGo) {
  Router router(text(""));
  constexpr std::size_t kLimit = (1u << 20) + 4096;
  EXPECT_EQ(router.raw(headOf(kLimit)).status, 200);
  EXPECT_EQ(router.raw(headOf(kLimit + 1)).status, 431);
  EXPECT_EQ(router.raw("GET /" + std::string(kLimit, 'x')).status, 431) << "an endless request line";
}

TEST_F(Limits, Fields) {
  Router router(text(""));
  const auto fields = [](int count) {
    std::string out;
    for (int i = 0; i < count; ++i) out += "X-" + std::to_string(i) + ": 1\r\n";
    return out;
  };
  EXPECT_EQ(router.get("/-/healthy", fields(127)).status, 200);  // and Host
  EXPECT_EQ(router.get("/-/healthy", fields(128)).status, 431);
}

std::string bodyOf(std::size_t size) {
  const std::string start = "query=up%7Bcluster%3D%22a%22%7D&time=1&x=";
  return start + std::string(size - start.size(), 'y');
}

TEST_F(Limits, BodyBytes) {
  Router router(text("max_body_bytes: 4KiB"));
  EXPECT_EQ(router.post("/api/v1/query", bodyOf(4096)).status, 200);
  const Answer over = router.post("/api/v1/query", bodyOf(4097));
  EXPECT_EQ(over.status, 400);
  EXPECT_EQ(errorOf(over).first, "bad_data");
  EXPECT_THAT(errorOf(over).second, HasSubstr("query"));
  const Answer series = router.post("/api/v1/series", "match[]=" + std::string(5000, 'x'));
  EXPECT_EQ(series.status, 400);
  EXPECT_THAT(errorOf(series).second, HasSubstr("http: POST too large"));
  EXPECT_EQ(router.post(kQueryA, bodyOf(4097)).status, 200) << "the URL has a query";
}

TEST_F(Limits, BodyBytesInChunks) {
  Router router(text("max_body_bytes: 4KiB"));
  const std::string head =
      "POST /api/v1/query HTTP/1.1\r\nHost: r\r\nTransfer-Encoding: chunked\r\n"
      "Content-Type: application/x-www-form-urlencoded\r\n\r\n";
  EXPECT_EQ(router.raw(head + chunked(bodyOf(4096), 100)).status, 200);
  EXPECT_EQ(errorOf(router.raw(head + chunked(bodyOf(4097), 100))).first, "bad_data");
}

TEST_F(Limits, AnOverlongBodyStillGetsItsAnswer) {
  Router router(text("max_body_bytes: 1KiB"));
  TestClient client(router.port());
  const Answer answer = client.ask(post("/api/v1/query", std::string(200'000, 'x')));
  EXPECT_TRUE(answer.whole());
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.field("Connection"), "close");
  EXPECT_TRUE(client.awaitClose());
}

TEST_F(Limits, QueryBytes) {
  Router router(text("", "max_query_bytes: 1KiB"));
  const auto ask = [&](std::size_t size) {
    const std::string start = "up{cluster=\"a\",x=\"";
    const std::string query = start + std::string(size - start.size() - 2, 'x') + "\"}";
    return router.post("/api/v1/query", "time=1&query=" + query);
  };
  EXPECT_EQ(ask(1024).status, 200);
  EXPECT_EQ(errorOf(ask(1025)).first, "bad_data");
}

TEST_F(Limits, Connections) {
  Router router(text("max_connections: 3"));
  std::vector<TestClient> clients;
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(clients.emplace_back(router.port()).ask(get("/-/healthy")).status, 200);
  TestClient refused(router.port());
  const Answer answer = refused.answer();
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.body, "too many connections\n");
  EXPECT_TRUE(refused.awaitClose());
  EXPECT_EQ(clients[0].ask(get("/-/healthy")).status, 200);
  clients.pop_back();
  // The server learns of the end in its own time.
  const auto until = SteadyClock::now() + kPatience;
  int status = 503;
  while (status != 200 && SteadyClock::now() < until) status = router.get("/-/healthy").status;
  EXPECT_EQ(status, 200);
}

TEST_F(Limits, QueriesInFlight) {
  Event go;
  shard_.setScript([&](const SeenRequest&, Peer& peer) {
    EXPECT_TRUE(go.await());
    peer.send(render({.body = vectorBody(1)}));
  });
  Router router(text("", "max_in_flight: 2"));
  TestClient first(router.port());
  TestClient second(router.port());
  first.send(get(kQueryA));
  second.send(get(kQueryA));
  ASSERT_TRUE(shard_.awaitRequests(2));
  const Answer over = router.get(kQueryA);
  EXPECT_EQ(over.status, 503);
  EXPECT_EQ(errorOf(over), std::pair(std::string("unavailable"), std::string("too many queries in flight")));
  EXPECT_EQ(router.get("/-/healthy").status, 200);
  go.set();
  EXPECT_EQ(first.answer().status, 200);
  EXPECT_EQ(second.answer().status, 200);
  EXPECT_EQ(router.get(kQueryA).status, 200);
}

TEST_F(Limits, IdleTime) {
  Router router(text("idle_timeout: 200ms"));
  TestClient silent(router.port());
  TestClient used(router.port());
  EXPECT_EQ(used.ask(get("/-/healthy")).status, 200);
  EXPECT_TRUE(silent.awaitClose(Milliseconds(5000)));
  EXPECT_TRUE(used.awaitClose(Milliseconds(5000)));
}

TEST_F(Limits, ReadTimeOfAHead) {
  Router router(text("read_timeout: 200ms"));
  TestClient loris(router.port());
  const auto since = SteadyClock::now();
  // A byte now and then does not help.
  const std::string head = headOf(20'000);
  std::size_t sent = 0;
  while (sent < head.size() && !loris.readable() && loris.send(head.substr(sent++, 1)))
    std::this_thread::sleep_for(Milliseconds(10));
  EXPECT_TRUE(loris.awaitClose());
  EXPECT_LT(SteadyClock::now() - since, Milliseconds(5000));
  EXPECT_LT(sent, head.size());
}

TEST_F(Limits, ReadTimeOfABody) {
  Router router(text("read_timeout: 200ms"));
  const std::string chunks =
      "POST /api/v1/query HTTP/1.1\r\nHost: r\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab";
  const std::string length = "POST /api/v1/query HTTP/1.1\r\nHost: r\r\nContent-Length: 50\r\n\r\nab";
  for (const auto& bytes : {chunks, length}) {
    TestClient client(router.port());
    client.send(bytes);
    EXPECT_TRUE(client.awaitClose(Milliseconds(5000)));
  }
  EXPECT_EQ(shard_.requestCount(), 0u);
}

TEST_F(Limits, ReadTimeIsNotTheAnswers) {
  shard_.setScript([](const SeenRequest&, Peer& peer) {
    EXPECT_FALSE(peer.awaitHangUp(Milliseconds(500)));
    peer.send(render({.body = vectorBody(1)}));
  });
  Router router(text("read_timeout: 100ms, idle_timeout: 100ms"));
  EXPECT_EQ(router.get(kQueryA).body, withCluster(vectorBody(1)));
}

TEST_F(Limits, WriteTime) {
  // A client that takes nothing is cut off; one that takes a little at a time is not.
  Event hung_up;
  const std::string body = vectorBody(300'000);
  shard_.setScript([&](const SeenRequest& request, Peer& peer) {
    if (!peer.send(render({.body = body})) && request.parameter("time") == "1") hung_up.set();
  });
  Router router(text("write_timeout: 300ms"));
  TestClient stopped(router.port(), {.receive_buffer = 16 << 10});
  stopped.send(get(kQueryA));
  EXPECT_TRUE(hung_up.await());
  EXPECT_EQ(stopped.answer().ending, Answer::Ending::kCut);
}

TEST_F(Limits, WriteTimeResetsAnHttp10Client) {
  Event hung_up;
  const std::string body = vectorBody(300'000);
  shard_.setScript([&](const SeenRequest&, Peer& peer) {
    if (!peer.send(render({.body = body}))) hung_up.set();
  });
  Router router(text("write_timeout: 300ms"));
  TestClient stopped(router.port(), {.receive_buffer = 16 << 10});
  stopped.send("GET " + std::string(kQueryA) + " HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(hung_up.await());
  const Answer answer = stopped.answer();
  EXPECT_EQ(answer.ending, Answer::Ending::kCut) << "a mere end would pass for the answer's";
}

TEST_F(Limits, ManyConnectionsAtOnce) {
  Router router({.shards = {{"a", shard_}}, .threads = 2});
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      std::vector<TestClient> clients;
      for (int i = 0; i < 50; ++i) clients.emplace_back(router.port()).send(get(kQueryA));
      for (auto& client : clients) good += client.answer().body == withCluster(vectorBody(1)) ? 1 : 0;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(good, 200);
}

}  // namespace
}  // namespace prome::hermetic
