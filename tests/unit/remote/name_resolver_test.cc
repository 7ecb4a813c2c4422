#include "remote/name_resolver.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "http/loop.h"
#include "remote/connection.h"

namespace prome::remote {
namespace {

using namespace std::chrono_literals;
namespace asio = http::asio;
using Found = NameResolver::Found;

constexpr auto kPatience = 20s;

/// A resolver whose look-ups hang until they are let go; then "1.2.3.4", or an error for names with "bad".
class Lookups {
 public:
  NameResolver::Lookup lookup() {
    return [state = state_](const std::string& host) {
      std::unique_lock lock(state->mutex);
      state->begun.push_back(host);
      state->changed.notify_all();
      state->changed.wait(lock, [&] { return state->open; });
      ++state->ended;
      state->changed.notify_all();
      if (host.starts_with("bad")) return Found{.addresses = {}, .error = "no such name"};
      return Found{.addresses = {asio::ip::make_address("1.2.3.4")}, .error = {}};
    };
  }
  ~Lookups() {
    letGo();
    std::unique_lock lock(state_->mutex);
    state_->changed.wait_for(lock, kPatience, [&] { return state_->ended == state_->begun.size(); });
  }
  void letGo() {
    const std::lock_guard lock(state_->mutex);
    state_->open = true;
    state_->changed.notify_all();
  }
  bool awaitBegun(std::size_t count) {
    std::unique_lock lock(state_->mutex);
    return state_->changed.wait_for(lock, kPatience, [&] { return state_->begun.size() >= count; });
  }
  std::vector<std::string> begun() {
    const std::lock_guard lock(state_->mutex);
    return state_->begun;
  }

 private:
  struct State {
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<std::string> begun;
    std::size_t ended = 0;
    bool open = false;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

/// A query on a loop, and what came of it. Must have been answered before it goes.
struct Asked {
  Asked(http::Loop& loop, NameResolver& resolver, std::string name)
      : query(resolver, loop.io.get_executor()), host(std::move(name)) {
    asio::co_spawn(
        loop.io,
        [this]() -> http::Awaitable<void> {
          Found got = co_await query.resolve(host);
          found = std::move(got);
        },
        asio::detached);
  }

  NameQuery query;
  std::string host;
  std::optional<Found> found;
};

/// Runs the loop until `done` holds. False if it never does.
template <class Done>
bool runUntil(http::Loop& loop, const Done& done) {
  loop.io.restart();
  const auto until = http::Clock::now() + kPatience;
  while (!done() && http::Clock::now() < until) loop.io.run_one_for(50ms);
  return done();
}

TEST(NameResolver, FindsOrTellsWhyNot) {
  Lookups lookups;
  lookups.letGo();
  NameResolver resolver(lookups.lookup());
  http::Loop loop(0);
  Asked good(loop, resolver, "good");
  Asked bad(loop, resolver, "bad");
  ASSERT_TRUE(runUntil(loop, [&] { return good.found && bad.found; }));
  EXPECT_EQ(good.found->addresses, std::vector{asio::ip::make_address("1.2.3.4")});
  EXPECT_EQ(bad.found->error, "no such name");
}

TEST(NameResolver, ANameIsLookedUpOnceForAll) {
  Lookups lookups;
  NameResolver resolver(lookups.lookup());
  http::Loop loop(0);
  std::vector<std::unique_ptr<Asked>> asked;
  for (int i = 0; i < 20; ++i) asked.push_back(std::make_unique<Asked>(loop, resolver, "same"));
  loop.io.poll();
  ASSERT_TRUE(lookups.awaitBegun(1));
  const auto answered = [](const auto& one) { return one->found.has_value(); };
  for (std::size_t i = 0; i < 5; ++i) asked[i]->query.cancel();
  ASSERT_TRUE(runUntil(loop, [&] { return std::ranges::count_if(asked, answered) == 5; }));
  lookups.letGo();
  ASSERT_TRUE(runUntil(loop, [&] { return std::ranges::all_of(asked, answered); }));
  EXPECT_EQ(asked.front()->found->error, "canceled");
  EXPECT_EQ(asked.back()->found->error, "");
  EXPECT_EQ(lookups.begun().size(), 1u);
}

TEST(NameResolver, HangingOnesAreBoundedAndTheRestWaits) {
  Lookups lookups;
  NameResolver resolver(lookups.lookup());
  http::Loop loop(0);
  std::vector<std::unique_ptr<Asked>> asked;
  for (std::size_t i = 0; i < kMaxLookups; ++i)
    asked.push_back(std::make_unique<Asked>(loop, resolver, "host-" + std::to_string(i)));
  loop.io.poll();
  ASSERT_TRUE(lookups.awaitBegun(kMaxLookups));
  Asked late(loop, resolver, "late");
  auto given_up = std::make_unique<Asked>(loop, resolver, "given-up");
  loop.io.restart();
  loop.io.poll();
  given_up->query.cancel();
  ASSERT_TRUE(runUntil(loop, [&] { return given_up->found.has_value(); }));
  EXPECT_EQ(lookups.begun().size(), kMaxLookups);
  lookups.letGo();
  ASSERT_TRUE(runUntil(loop, [&] {
    return late.found && std::ranges::all_of(asked, [](const auto& one) { return one->found.has_value(); });
  }));
  EXPECT_EQ(lookups.begun().size(), kMaxLookups + 1) << "the one given up is not looked up";
}

TEST(NameResolver, ALoopMayEndFirst) {
  Lookups lookups;
  NameResolver resolver(lookups.lookup());
  {
    http::Loop loop(0);
    asio::co_spawn(
        loop.io,
        [&]() -> http::Awaitable<void> {
          NameQuery query(resolver, loop.io.get_executor());
          const Found found = co_await query.resolve("slow");
          ADD_FAILURE() << found.error;
        },
        asio::detached);
    loop.io.poll();
    ASSERT_TRUE(lookups.awaitBegun(1));
  }
  lookups.letGo();
}

// Connections.

std::shared_ptr<const Replica> replicaAt(std::string host) {
  auto replica = std::make_shared<Replica>();
  replica->endpoint = {
      .scheme = topology::Scheme::kHttp, .host = std::move(host), .port = 1, .path_prefix = ""};
  return replica;
}

/// Connects, with so much time. Returns why it failed, or "never" if it did not return.
std::string connect(http::Loop& loop, NameResolver& resolver, const std::string& host,
                    std::chrono::milliseconds limit) {
  std::optional<std::string> why;
  ShardConnection connection(loop, resolver, replicaAt(host));
  RequestGuard guard(loop.watchdog);
  guard.guard(&connection);
  guard.arm(http::Clock::now() + limit, http::Watch::Pace::kFast);
  asio::co_spawn(
      loop.io,
      [&]() -> http::Awaitable<void> {
        std::string result = co_await connection.connect();
        why = std::move(result);
      },
      asio::detached);
  runUntil(loop, [&] { return why.has_value(); });
  return why.value_or("never");
}

TEST(ShardConnection, AHangingLookupEndsWithTheGuard) {
  Lookups lookups;
  NameResolver resolver(lookups.lookup());
  http::Loop loop(0);
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(connect(loop, resolver, "slow", 30ms), "cannot resolve slow: canceled");
  EXPECT_EQ(lookups.begun().size(), 1u);
}

TEST(ShardConnection, NumbersAreNotLookedUp) {
  Lookups lookups;
  NameResolver resolver(lookups.lookup());
  http::Loop loop(0);
  for (const auto* host : {"127.0.0.1", "::1"}) {
    const std::string why = connect(loop, resolver, host, 10s);
    EXPECT_NE(why, "never");
    EXPECT_EQ(why.find("resolve"), std::string::npos) << why;
  }
  EXPECT_TRUE(lookups.begun().empty());
}

}  // namespace
}  // namespace prome::remote
