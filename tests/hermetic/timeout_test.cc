// Shards that stall, at every stage, and the one deadline over all of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <thread>

#include "router_fixture.h"

namespace prome::hermetic {
namespace {

using testing::AllOf;
using testing::Ge;
using testing::HasSubstr;
using testing::Le;

/// How long `act` took, in milliseconds.
template <class Act>
long measure(const Act& act) {
  const auto since = SteadyClock::now();
  act();
  return std::chrono::duration_cast<Milliseconds>(SteadyClock::now() - since).count();
}

void expectTimeout(const Answer& answer, const std::string& url, const std::string& why) {
  EXPECT_TRUE(answer.whole());
  EXPECT_EQ(answer.status, 503);
  const auto [type, message] = errorOf(answer);
  EXPECT_EQ(type, "timeout");
  EXPECT_THAT(message, HasSubstr("shard \"a\" (" + url + ")"));
  EXPECT_THAT(message, HasSubstr(why));
}

constexpr long kLate = kSanitized ? 5000 : 2000;  // a timeout that took so long did not work

TEST(Timeouts, Connecting) {
  const FullPort full;
  Router router({.shards = {{"a", {full.address()}}}, .client = "connect_timeout: 150ms"});
  Answer answer;
  EXPECT_THAT(measure([&] { answer = router.get(kQueryA); }), AllOf(Ge(149), Le(kLate)));
  expectTimeout(answer, "http://" + full.address(), "no connection within 150ms");
}

TEST(Timeouts, LookingUpAName) {
  const auto go = std::make_shared<Event>();
  const auto ended = std::make_shared<Event>();
  MemoryShard other(sayBody(vectorBody(1)));
  Answer answer;
  long stopping = 0;
  {
    Router router({.shards = {{"a", {"slow.test:9090"}}, {"b", other}},
                   .client = "connect_timeout: 150ms",
                   .lookup = [go, ended](const std::string&) {
                     EXPECT_TRUE(go->await());
                     ended->set();
                     return remote::NameResolver::Found{.addresses = {}, .error = "too late"};
                   }});
    TestClient waiting(router.port());
    waiting.send(get(kQueryA));
    // The loop goes on meanwhile, for shards given by number too.
    EXPECT_EQ(router.get("/api/v1/query?query=up%7Bcluster%3D%22b%22%7D&time=1").status, 200);
    expectTimeout(waiting.answer(), "http://slow.test:9090", "no connection within 150ms");
    EXPECT_THAT(measure([&] { answer = router.get(kQueryA); }), AllOf(Ge(149), Le(kLate)));
    expectTimeout(answer, "http://slow.test:9090", "no connection within 150ms");
    stopping = measure([&] { router.stop(); });
  }
  EXPECT_LE(stopping, kLate) << "the look-up still hangs";
  go->set();
  EXPECT_TRUE(ended->await());
}

TEST(Timeouts, FirstByte) {
  for (const auto* sent : {"", "HTTP/1.1 200 OK\r\nContent-Le", "HTTP/1.1 100 Continue\r\n\r\n"}) {
    MemoryShard shard(sayRawAndStall(sent));
    Router router({.shards = {{"a", shard}}, .client = "first_byte_timeout: 150ms"});
    Answer answer;
    EXPECT_THAT(measure([&] { answer = router.get(kQueryA); }), AllOf(Ge(149), Le(kLate)));
    expectTimeout(answer, shard.url(), "no answer within 150ms");
  }
}

TEST(Timeouts, ADrippedHeadDoesNotExtendTheFirstByte) {
  MemoryShard shard([](const SeenRequest&, Peer& peer) {
    const std::string head = "HTTP/1.1 200 OK\r\nX-Filler: " + std::string(100'000, 'x');
    for (const char c : head) {
      if (!peer.send({&c, 1}) || peer.awaitHangUp(Milliseconds(20))) break;
    }
    peer.close();
  });
  Router router({.shards = {{"a", shard}}, .client = "first_byte_timeout: 150ms"});
  Answer answer;
  EXPECT_THAT(measure([&] { answer = router.get(kQueryA); }), AllOf(Ge(149), Le(kLate)));
  expectTimeout(answer, shard.url(), "no answer within 150ms");
}

TEST(Timeouts, IdleBeforeTheFirstBodyByteIsAnErrorStill) {
  MemoryShard shard(sayRawAndStall("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"));
  Router router({.shards = {{"a", shard}}, .client = "idle_timeout: 150ms"});
  expectTimeout(router.get(kQueryA), shard.url(), "answer stalled for 150ms");
}

TEST(Timeouts, IdleCountsFromTheLastByte) {
  // Each pause is below the limit, all of them together are over it.
  const std::string body = vectorBody(1);
  MemoryShard shard([&](const SeenRequest&, Peer& peer) {
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n");
    for (std::size_t at = 0; at < body.size(); at += 20) {
      if (peer.awaitHangUp(Milliseconds(60))) return;
      peer.send(std::string_view(body).substr(at, 20));
    }
  });
  Router router(
      {.shards = {{"a", shard}}, .client = "idle_timeout: " + std::to_string(kSanitized ? 600 : 250) + "ms"});
  EXPECT_EQ(router.get(kQueryA).body, withCluster(body));
}

TEST(Timeouts, TheWholeQueryByConfiguration) {
  MemoryShard shard(sayRawAndStall(""));
  Router router({.shards = {{"a", shard}}, .query = "timeout: 150ms"});
  Answer answer;
  EXPECT_THAT(measure([&] { answer = router.get(kQueryA); }), AllOf(Ge(149), Le(kLate)));
  expectTimeout(answer, shard.url(), "query timed out after 150ms");
}

TEST(Timeouts, TheRequestsOwnIsShorter) {
  MemoryShard shard(sayRawAndStall(""));
  Router router(shard);
  for (const auto* timeout : {"0.15", "150ms"}) {
    Answer answer;
    EXPECT_THAT(measure([&] { answer = router.get(std::string(kQueryA) + "&timeout=" + timeout); }),
                AllOf(Ge(149), Le(kLate)));
    expectTimeout(answer, shard.url(), "query timed out after 150ms");
  }
}

TEST(Timeouts, TheRequestsOwnCannotBeLonger) {
  MemoryShard shard(sayRawAndStall(""));
  Router router({.shards = {{"a", shard}}, .query = "timeout: 150ms"});
  EXPECT_THAT(measure([&] { EXPECT_EQ(router.get(std::string(kQueryA) + "&timeout=1h").status, 503); }),
              Le(kLate));
}

TEST(Timeouts, TheWholeQueryCutsAStream) {
  // Bytes keep coming, so that the idle time never runs out.
  const std::string body = vectorBody(1000);
  MemoryShard shard([&](const SeenRequest&, Peer& peer) {
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n");
    for (std::size_t at = 0; at < body.size() && !peer.awaitHangUp(Milliseconds(20)); at += 50) {
      peer.send(std::string_view(body).substr(at, 50));
    }
    peer.close();
  });
  Router router({.shards = {{"a", shard}}, .client = "idle_timeout: 10s", .query = "timeout: 300ms"});
  Answer answer;
  EXPECT_THAT(measure([&] { answer = router.get(kQueryA); }), AllOf(Ge(299), Le(kLate)));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.ending, Answer::Ending::kCut);
}

TEST(Timeouts, ATimedOutQueryEndsTheShardsRequest) {
  Event hung_up;
  MemoryShard shard([&](const SeenRequest&, Peer& peer) {
    if (peer.awaitHangUp()) hung_up.set();
    peer.close();
  });
  Router router({.shards = {{"a", shard}}, .query = "timeout: 100ms"});
  EXPECT_EQ(router.get(kQueryA).status, 503);
  EXPECT_TRUE(hung_up.await(Milliseconds(1000)));
}

TEST(Timeouts, AreForgottenByTheNextRequestOnTheConnection) {
  MemoryShard shard(sayRawAndStall(""));
  Router router({.shards = {{"a", shard}}, .client = "first_byte_timeout: 100ms"});
  TestClient client(router.port());
  EXPECT_EQ(client.ask(get(kQueryA)).status, 503);
  shard.setScript(sayBody(vectorBody(1)));
  EXPECT_EQ(client.ask(get(kQueryA)).body, withCluster(vectorBody(1)));
}

TEST(TimeoutParameter, IsPassedOnLessWhatIsSpent) {
  MemoryShard shard(sayBody(vectorBody(1)));
  Router router(shard);
  // The deadline counts from the request's head, which is read when 100 comes; its body is late: time spent.
  const std::string body = "query=up%7Bcluster%3D%22a%22%7D&time=1&timeout=60s";
  const std::string request = post("/api/v1/query", body, "Expect: 100-continue\r\n");
  TestClient client(router.port());
  client.send(std::string_view(request).substr(0, request.size() - body.size()));
  Answer answer;
  EXPECT_TRUE(client.awaitReadable());
  client.read(answer, 1, Milliseconds(50));
  EXPECT_EQ(answer.interim, 1u);
  std::this_thread::sleep_for(Milliseconds(120));
  client.send(body);
  client.finish(answer);
  EXPECT_EQ(answer.status, 200);
  const double left = std::stod(shard.lastRequest().parameter("timeout"));
  EXPECT_LE(left, 59.881);
  EXPECT_GT(left, 50);
}

TEST(TimeoutParameter, CountsWhatOtherReplicasHaveSpent) {
  MemoryShard slow(sayRawAndStall(""));
  MemoryShard good(sayBody(vectorBody(1)));
  Router router({.shards = {{"a", {slow.address(), good.address()}}}, .client = "first_byte_timeout: 150ms"});
  EXPECT_EQ(router.get(std::string(kQueryA) + "&timeout=30").status, 200);
  EXPECT_GT(std::stod(slow.lastRequest().parameter("timeout")), 29.0 - (kSanitized ? 5 : 0));
  EXPECT_LE(std::stod(good.lastRequest().parameter("timeout")), 29.851);
}

TEST(TimeoutParameter, IsCappedByTheRouters) {
  MemoryShard shard(sayBody(vectorBody(1)));
  Router router({.shards = {{"a", shard}}, .query = "timeout: 20s"});
  EXPECT_EQ(router.get(std::string(kQueryA) + "&timeout=5m").status, 200);
  EXPECT_LE(std::stod(shard.lastRequest().parameter("timeout")), 20.0);
}

TEST(TimeoutParameter, IsNotInvented) {
  MemoryShard shard(sayBody(vectorBody(1)));
  Router router(shard);
  EXPECT_EQ(router.get(kQueryA).status, 200);
  EXPECT_EQ(shard.lastRequest().parameter("timeout"), "<none>");
}

TEST(TimeoutParameter, OfSecondsOrDurationOnly) {
  MemoryShard shard(sayBody(vectorBody(1)));
  Router router(shard);
  EXPECT_EQ(errorOf(router.get(std::string(kQueryA) + "&timeout=soon")).first, "bad_data");
  EXPECT_EQ(shard.requestCount(), 0u);
}

TEST(Timeouts, StandStillWhileTheClientIsWaitedFor) {
  // The client sleeps longer than the query may last; that is its own time.
  const std::string body = vectorBody(kSanitized ? 60'000 : 200'000);
  MemoryShard shard(sayBody(body));
  Router router({.shards = {{"a", shard}}, .client = "idle_timeout: 10s", .query = "timeout: 700ms"});
  TestClient client(router.port(), {.receive_buffer = 32 << 10});
  client.send(get(kQueryA));
  Answer answer;
  client.read(answer, 1000);
  std::this_thread::sleep_for(Milliseconds(1200));
  client.finish(answer);
  EXPECT_TRUE(answer.whole());
  EXPECT_EQ(answer.body.size(), withCluster(body).size());
}

}  // namespace
}  // namespace prome::hermetic
