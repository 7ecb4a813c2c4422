// Starting, reloading under load, draining.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "router_fixture.h"

namespace prome::hermetic {
namespace {

using testing::HasSubstr;

std::string queryOf(std::string_view cluster) {
  return "/api/v1/query?query=up%7Bcluster%3D%22" + std::string(cluster) + "%22%7D&time=1";
}

TEST(Applications, SeveralInOneProcess) {
  MemoryShard shard(sayBody(vectorBody(1)));
  Router first({.shards = {{"a", shard}}});
  Router second({.shards = {{"b", shard}}});
  EXPECT_NE(first.port(), second.port());
  EXPECT_EQ(first.get(queryOf("a")).body, withCluster(vectorBody(1), "a"));
  EXPECT_EQ(second.get(queryOf("b")).body, withCluster(vectorBody(1), "b"));
}

TEST(Applications, ABadConfigurationDoesNotStart) {
  app::Application application(
      {.load = [] { return Result<config::Config>(fail(ErrorKind::kBadData, "test.yml:1:1: no")); },
       .flags = {}});
  const auto started = application.start();
  ASSERT_FALSE(started);
  EXPECT_THAT(started.error().message, HasSubstr("test.yml:1:1"));
}

TEST(Applications, APortThatIsTakenDoesNotStart) {
  const ClosedPort taken;  // bound, without SO_REUSEPORT
  auto yaml = yamlOf({.shards = {{"a", {"127.0.0.1:1"}}}});
  yaml.replace(yaml.find("127.0.0.1:0"), 11, taken.address());
  app::Application application(
      {.load = [&]() -> Result<config::Config> { return *config::parseConfig(yaml, "test.yml"); },
       .flags = {}});
  const auto started = application.start();
  ASSERT_FALSE(started);
  EXPECT_THAT(started.error().message, HasSubstr(taken.address()));
}

// Reload.

/// Asks until the answer is `expected`: a loop takes a new configuration between two requests.
void awaitBody(Router& router, const std::string& target, const std::string& expected) {
  const auto until = SteadyClock::now() + kPatience;
  std::string body;
  while (body != expected && SteadyClock::now() < until) body = router.get(target).body;
  EXPECT_EQ(body, expected);
}

TEST(Reload, TakesANewConfiguration) {
  MemoryShard one(sayBody(vectorBody(1)));
  MemoryShard two(sayBody(vectorBody(2)));
  Router router({.shards = {{"a", one}}});
  EXPECT_EQ(router.get(queryOf("a")).body, withCluster(vectorBody(1)));
  router.setText(yamlOf({.shards = {{"a", two}, {"b", one}}}));
  const Answer answer = router.post("/-/reload", "");
  EXPECT_EQ(answer.status, 200);
  awaitBody(router, queryOf("a"), withCluster(vectorBody(2)));
  awaitBody(router, queryOf("b"), withCluster(vectorBody(1), "b"));
  EXPECT_EQ(router.metric("prome_route_shards"), 2);
  EXPECT_EQ(router.metric("prome_route_config_last_reload_successful"), 1);
}

TEST(Reload, ABadOneIsKeptOut) {
  MemoryShard shard(sayBody(vectorBody(1)));
  Router router({.shards = {{"a", shard}}});
  for (const auto* bad :
       {"", "nonsense", "shard_sets: 5\n", "shard_sets: [{name: x}]\n", "replace_label_name: [\n"}) {
    router.setText(bad);
    const Answer answer = router.post("/-/reload", "");
    EXPECT_EQ(answer.status, 500);
    EXPECT_THAT(answer.body, HasSubstr("failed to reload config: test.yml"));
    EXPECT_FALSE(router.application().reload());
    EXPECT_EQ(router.get(queryOf("a")).body, withCluster(vectorBody(1)));
  }
  EXPECT_EQ(router.metric("prome_route_config_last_reload_successful"), 0);
  EXPECT_THAT(router.get("/api/v1/status/runtimeinfo").body, HasSubstr(R"("reloadConfigSuccess":false)"));
  EXPECT_THAT(router.get("/api/v1/status/config").body, HasSubstr("external_labels"));
  router.setText(yamlOf({.shards = {{"a", shard}}}));
  EXPECT_EQ(router.post("/-/reload", "").status, 200);
  EXPECT_EQ(router.metric("prome_route_config_last_reload_successful"), 1);
}

TEST(Reload, RequestsInFlightKeepTheConfigurationTheyStartedWith) {
  Event go;
  MemoryShard old(([&](const SeenRequest&, Peer& peer) {
    EXPECT_TRUE(go.await());
    peer.send(render({.body = vectorBody(1)}));
  }));
  MemoryShard fresh(sayBody(vectorBody(2)));
  Router router({.shards = {{"a", old}}});
  TestClient client(router.port());
  client.send(get(queryOf("a")));
  ASSERT_TRUE(old.awaitRequests(1));
  router.setText(yamlOf({.shards = {{"b", fresh}}}));
  ASSERT_TRUE(router.application().reload());
  awaitBody(router, queryOf("b"), withCluster(vectorBody(2), "b"));
  go.set();
  EXPECT_EQ(client.answer().body, withCluster(vectorBody(1)));
}

TEST(Reload, KeptConnectionsOfUnchangedReplicasStay) {
  MemoryShard shard(sayBody(vectorBody(1)));
  Router router({.shards = {{"a", shard}}});
  EXPECT_EQ(router.get(queryOf("a")).status, 200);
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(router.application().reload());
    EXPECT_EQ(router.get(queryOf("a")).status, 200);
  }
  EXPECT_EQ(shard.connections(), 1u);
}

/// Clients on several threads that ask on kept connections until told to stop; counts what was not a right
/// answer.
class Load {
 public:
  Load(Router& router, std::vector<std::string> clusters, int threads) {
    for (int t = 0; t < threads; ++t) {
      threads_.emplace_back([&router, clusters, t, this] {
        TestClient client(router.port());
        for (std::size_t i = static_cast<std::size_t>(t); !stop_; ++i) {
          const auto& cluster = clusters[i % clusters.size()];
          const Answer answer = client.ask(i % 2 == 0 ? get(queryOf(cluster))
                                                      : post("/api/v1/query", queryOf(cluster).substr(14)));
          const bool good =
              answer.whole() && answer.status == 200 && answer.body == withCluster(vectorBody(3), cluster);
          (good ? good_ : bad_) += 1;
          if (!good) break;
        }
      });
    }
  }
  ~Load() { stop(); }

  void stop() {
    stop_ = true;
    for (auto& thread : threads_) thread.join();
    threads_.clear();
  }
  int good() const { return good_; }
  int bad() const { return bad_; }
  void awaitGood(int count) const {
    const auto until = SteadyClock::now() + kPatience;
    while (good_ < count && bad_ == 0 && SteadyClock::now() < until) std::this_thread::yield();
  }

 private:
  std::atomic<bool> stop_{false};
  std::atomic<int> good_{0};
  std::atomic<int> bad_{0};
  std::vector<std::thread> threads_;
};

TEST(Reload, UnderLoadFailsNoRequest) {
  MemoryShard one(sayBody(vectorBody(3)));
  MemoryShard two(sayBody(vectorBody(3)));
  const RouterText plain{.shards = {{"a", one}, {"b", two}}, .threads = 2};
  const RouterText turned{.shards = {{"b", one}, {"a", two, "http_headers: {X-New: x}"}}, .threads = 2};
  Router router(plain);
  Load load(router, {"a", "b"}, 4);
  load.awaitGood(100);
  for (int i = 0; i < 60; ++i) {
    router.setText(i % 3 == 2 ? "bad" : yamlOf(i % 2 == 0 ? turned : plain));
    EXPECT_EQ(router.application().reload().has_value(), i % 3 != 2);
    load.awaitGood(load.good() + 5);
  }
  load.stop();
  EXPECT_EQ(load.bad(), 0);
  EXPECT_GE(load.good(), 300);
}

TEST(Reload, TwoHundredShards) {
  MemoryShard shard(sayBody(vectorBody(3)));
  RouterText text{.shards = {}, .threads = 2};
  std::vector<std::string> clusters;
  for (int i = 0; i < 200; ++i) {
    clusters.push_back("c" + std::to_string(i));
    text.shards.emplace_back(clusters.back(), shard);
  }
  Router router(text);
  Load load(router, clusters, 3);
  load.awaitGood(200);
  std::string other = yamlOf(text);
  for (int i = 0; i < 10; ++i) {
    router.setText(other + (i % 2 == 0 ? "query: {timeout: 1m}\n" : ""));
    EXPECT_TRUE(router.application().reload());
    load.awaitGood(load.good() + 50);
  }
  load.stop();
  EXPECT_EQ(load.bad(), 0);
  EXPECT_EQ(router.metric("prome_route_shards"), 200);
}

TEST(Reload, FromSeveralThreadsAndTheEndpointAtOnce) {
  MemoryShard shard(sayBody(vectorBody(3)));
  Router router({.shards = {{"a", shard}}, .threads = 2});
  Load load(router, {"a"}, 2);
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 10; ++i) {
        if (t == 0)
          EXPECT_EQ(router.post("/-/reload", "").status, 200);
        else if (t == 1)
          EXPECT_TRUE(router.application().reload());
        else
          EXPECT_TRUE(router.application().reload());
      }
    });
  }
  for (auto& thread : threads) thread.join();
  load.awaitGood(50);
  load.stop();
  EXPECT_EQ(load.bad(), 0);
}

// Drain.

TEST(Drain, AnswersInFlightFinish) {
  const std::string body = vectorBody(2000);
  Event go;
  MemoryShard shard([&](const SeenRequest&, Peer& peer) {
    const std::string bytes = render({.body = body});
    peer.send(std::string_view(bytes).substr(0, 2000));
    EXPECT_TRUE(go.await());
    peer.send(std::string_view(bytes).substr(2000));
  });
  Router router({.shards = {{"a", shard}}, .http = "drain_timeout: 2s"});
  TestClient streaming(router.port());
  streaming.send(get(kQueryA));
  Answer answer;
  streaming.read(answer, 500);
  TestClient idle(router.port());
  EXPECT_EQ(idle.ask(get("/-/healthy")).status, 200);
  TestClient untouched(router.port());
  TestClient half_asked(router.port());
  const std::string ready = get("/-/ready");
  half_asked.send(std::string_view(ready).substr(0, 10));
  EXPECT_EQ(router.get("/-/healthy").status, 200);  // the loop has seen what was sent before

  std::thread stopping([&] { router.stop(); });
  EXPECT_TRUE(idle.awaitClose());
  EXPECT_TRUE(untouched.awaitClose());
  half_asked.send(std::string_view(ready).substr(10));
  const Answer not_ready = half_asked.answer();
  EXPECT_EQ(not_ready.status, 503);
  EXPECT_EQ(not_ready.field("Connection"), "close");
  EXPECT_TRUE(half_asked.awaitClose());
  TestClient late(router.port());
  EXPECT_TRUE(late.awaitClose()) << "no new connection is taken";
  go.set();
  streaming.finish(answer);
  EXPECT_TRUE(answer.whole());
  EXPECT_EQ(answer.body, withCluster(body));
  EXPECT_TRUE(streaming.awaitClose());
  stopping.join();
}

TEST(Drain, PipelinedRequestsBehindTheOneInFlight) {
  Event go;
  MemoryShard shard([&](const SeenRequest&, Peer& peer) {
    EXPECT_TRUE(go.await());
    peer.send(render({.body = vectorBody(1)}));
  });
  Router router(shard);
  TestClient client(router.port());
  client.send(get(kQueryA) + get("/-/ready"));
  ASSERT_TRUE(shard.awaitRequests(1));
  TestClient idle(router.port());
  EXPECT_EQ(idle.ask(get("/-/healthy")).status, 200);
  std::thread stopping([&] { router.stop(); });
  EXPECT_TRUE(idle.awaitClose());  // the drain has begun
  go.set();
  const Answer answer = client.answer();
  EXPECT_TRUE(answer.whole());
  EXPECT_EQ(answer.field("Connection"), "close");
  EXPECT_TRUE(client.awaitClose());
  stopping.join();
}

TEST(Drain, IsForcedAfterItsTime) {
  MemoryShard shard(sayRawAndStall(""));
  MemoryShard endless([](const SeenRequest&, Peer& peer) {
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100000000000\r\n\r\n{");
    while (peer.send(std::string(10'000, ' '))) {
    }
    peer.close();
  });
  Router router({.shards = {{"a", shard}, {"b", endless}}, .http = "drain_timeout: 200ms"});
  TestClient waiting(router.port());
  waiting.send(get(queryOf("a")));
  TestClient blocked(router.port());
  blocked.send(get(queryOf("b")));
  TestClient half_asked(router.port());
  half_asked.send("GET /");
  ASSERT_TRUE(shard.awaitRequests(1));
  ASSERT_TRUE(endless.awaitRequests(1));
  const auto since = SteadyClock::now();
  router.stop();
  const auto took = SteadyClock::now() - since;
  EXPECT_GE(took, Milliseconds(199));
  EXPECT_LT(took, Milliseconds(5000));
  EXPECT_NE(waiting.answer().status, 200);
  EXPECT_EQ(blocked.answer().ending, Answer::Ending::kCut);
  EXPECT_TRUE(half_asked.awaitClose());
}

TEST(Drain, OfAnIdleRouterIsImmediate) {
  MemoryShard shard(sayBody(vectorBody(1)));
  Router router({.shards = {{"a", shard}}, .threads = 2});
  EXPECT_EQ(router.get(kQueryA).status, 200);
  TestClient idle(router.port());
  EXPECT_EQ(idle.ask(get("/-/healthy")).status, 200);
  const auto since = SteadyClock::now();
  router.stop();
  EXPECT_LT(SteadyClock::now() - since, Milliseconds(3000));
  EXPECT_TRUE(idle.awaitClose());
  router.stop();  // twice is once
}

}  // namespace
}  // namespace prome::hermetic
