// Answers of several shards as one, over a real connection to the client; the shards are scripts.
#include "forward/concatenation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "http/server.h"
#include "http/signal.h"
#include "socket.h"
#include "test_client.h"

namespace prome::hermetic {
namespace {

using forward::AnswerMerger;
using forward::AnswerNotes;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

/// What one shard does.
struct ScriptedShard {
  enum class Ending : std::uint8_t { kEnds, kHangs, kBreaks };

  std::string labels;                            // the value of cluster
  std::shared_ptr<const std::string> body = {};  // in runs of `run` bytes
  std::optional<Error> refuses = std::nullopt;   // the answer's head
  Ending ending = Ending::kEnds;
  std::size_t run = 64u << 10;
};

struct ShardCounts {
  std::atomic<std::size_t> read{0};
  std::atomic<std::size_t> cancelled{0};
};

class ScriptedBody final : public forward::AnswerBody {
 public:
  ScriptedBody(http::Loop& loop, const ScriptedShard& shard, ShardCounts& counts)
      : loop_(loop), shard_(shard), counts_(counts), cancelled_(loop.io.get_executor()) {}

  http::Awaitable<std::optional<Error>> open() override {
    co_await loop_.ready.endOfBatch();
    co_return shard_.refuses;
  }

  http::Awaitable<Result<std::string_view>> read() override {
    co_await loop_.ready.endOfBatch();
    const std::string_view run = std::string_view(*shard_.body).substr(at_, shard_.run);
    at_ += run.size();
    counts_.read += run.size();
    if (!run.empty() || shard_.ending == ScriptedShard::Ending::kEnds) co_return run;
    if (shard_.ending == ScriptedShard::Ending::kHangs) co_await cancelled_.wait();
    co_return fail(ErrorKind::kUnavailable, name() + ": connection closed within the answer");
  }

  void cancel() override {
    ++counts_.cancelled;
    cancelled_.notify();
  }

  std::string name() const override { return "shard \"" + shard_.labels + "\""; }

 private:
  http::Loop& loop_;
  const ScriptedShard& shard_;
  ShardCounts& counts_;
  http::Signal cancelled_;
  std::size_t at_ = 0;
};

/// A server whose every answer is the concatenation of the shards'.
class Concatenator {
 public:
  explicit Concatenator(std::vector<ScriptedShard> shards, std::chrono::milliseconds timeout = kPatience)
      : shards_(std::move(shards)), timeout_(timeout) {
    for (const ScriptedShard& shard : shards_)
      labels_.emplace_back(std::vector<std::pair<std::string, std::string>>{{"cluster", shard.labels}});
    EXPECT_TRUE(server_.listen());
    server_.start([this](http::Loop& loop) { return std::make_unique<Handler>(*this, loop); });
    running_ = std::thread([this] { server_.run(); });
  }
  ~Concatenator() {
    server_.drain();
    running_.join();
  }
  Concatenator(const Concatenator&) = delete;
  Concatenator& operator=(const Concatenator&) = delete;

  std::uint16_t port() const { return server_.port(); }
  Answer ask() { return TestClient(port()).ask(get("/")); }
  ShardCounts& counts() { return counts_; }
  /// Of the first request.
  forward::ConcatenationReport report() {
    EXPECT_TRUE(reported_.await());
    const std::lock_guard lock(mutex_);
    return report_;
  }

 private:
  class Handler final : public http::Handler {
   public:
    Handler(Concatenator& owner, http::Loop& loop) : owner_(owner), loop_(loop) {}

    http::Awaitable<void> serve(http::Exchange& exchange) override {
      std::vector<forward::ShardPart> parts;
      for (std::size_t i = 0; i < owner_.shards_.size(); ++i) {
        parts.push_back({.body = std::make_unique<ScriptedBody>(loop_, owner_.shards_[i], owner_.counts_),
                         .labels = &owner_.labels_[i]});
      }
      const forward::ConcatenationRequest request = {
          .answer_fields = "Content-Type: application/json\r\n",
          .deadline = exchange.received + owner_.timeout_,
          .timeout = owner_.timeout_,
          .notes = [](const AnswerMerger& merger) { return merger.notes(0); }};
      forward::Concatenation concatenation(loop_, exchange, std::move(parts), request);
      forward::ConcatenationReport report = co_await concatenation.run();
      owner_.set(report);
      if (!report.error || exchange.begun()) co_return;
      co_await exchange.respond(httpStatus(report.error->kind), "text/plain", report.error->message);
    }

   private:
    Concatenator& owner_;
    http::Loop& loop_;
  };

  void set(const forward::ConcatenationReport& report) {
    const std::lock_guard lock(mutex_);
    report_ = report;
    reported_.set();
  }

  std::vector<ScriptedShard> shards_;
  std::chrono::milliseconds timeout_;
  std::vector<forward::SplicedLabels> labels_;
  ShardCounts counts_;
  std::mutex mutex_;
  forward::ConcatenationReport report_;
  Event reported_;
  http::Server server_{{.listen_addr = "127.0.0.1:0", .route_prefix = {}, .threads = 1, .compress = false}};
  std::thread running_;
};

std::string head() {
  return R"({"status":"success","data":{"resultType":"matrix","result":[)";
}

std::string row(std::string_view labels, std::size_t size = 1) {
  return R"({"metric":{)" + std::string(labels) + R"(},"values":[[1,")" + std::string(size, '1') + R"("]]})";
}

std::shared_ptr<const std::string> text(std::string text) {
  return std::make_shared<const std::string>(std::move(text));
}

/// An answer of `count` series of about `size` bytes.
std::shared_ptr<const std::string> rows(std::size_t count, std::size_t size = 1) {
  std::string out = head();
  for (std::size_t i = 0; i < count; ++i)
    out += (i == 0 ? "" : ",") + row(R"("job":")" + std::to_string(100'000 + i) + '"', size);
  return text(out + "]}}");
}

std::size_t countOf(std::string_view text, std::string_view what) {
  std::size_t count = 0;
  for (auto at = text.find(what); at != std::string_view::npos; at = text.find(what, at + 1)) ++count;
  return count;
}

TEST(Concatenation, AShortAnswerHasItsLength) {
  Concatenator router({{.labels = "a", .body = text(head() + row(R"("job":"1")") + R"(]},"infos":["i"]})")},
                       {.labels = "b", .body = text(head() + row("") + "]}}")}});
  const Answer answer = router.ask();
  EXPECT_TRUE(answer.whole());
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.framing, Answer::Framing::kLength);
  EXPECT_EQ(answer.field("Content-Type"), "application/json");
  EXPECT_EQ(answer.body, head() + row(R"("cluster":"a","job":"1")") + "," + row(R"("cluster":"b")") +
                             R"(]},"infos":["i"]})");
  EXPECT_EQ(router.report().series, 2U);
}

TEST(Concatenation, ALongAnswerComesInPieces) {
  const auto body = rows(1000, 3000);
  Concatenator router({{.labels = "a", .body = body},
                       {.labels = "b", .body = body, .run = 777},
                       {.labels = "c", .body = rows(0)}});
  const Answer answer = router.ask();
  EXPECT_TRUE(answer.whole());
  EXPECT_EQ(answer.framing, Answer::Framing::kChunked);
  EXPECT_EQ(countOf(answer.body, R"({"metric":{"cluster":"a",)"), 1000U);
  EXPECT_EQ(countOf(answer.body, R"({"metric":{"cluster":"b",)"), 1000U);
  EXPECT_EQ(router.report().empty_shards, std::vector<std::size_t>{2});
}

TEST(Concatenation, AThousandShards) {
  std::vector<ScriptedShard> shards;
  for (std::size_t i = 0; i < 1000; ++i) shards.push_back({.labels = std::to_string(i), .body = rows(3)});
  Concatenator router(std::move(shards));
  const Answer answer = router.ask();
  EXPECT_TRUE(answer.whole());
  EXPECT_EQ(countOf(answer.body, R"({"metric":{)"), 3000U);
}

TEST(Concatenation, AnAnswerWithoutSeries) {
  Concatenator router({{.labels = "a", .body = rows(0)}});
  EXPECT_EQ(router.ask().body, head() + "]}}");
}

TEST(Concatenation, AnErrorBeforeTheFirstByteIsTheAnswer) {
  const auto large = rows(3000, 3000);  // more than would go out
  Concatenator router({{.labels = "a", .body = large},
                       {.labels = "b", .body = large, .refuses = Error{ErrorKind::kExecution, "no"}}});
  const Answer answer = router.ask();
  EXPECT_EQ(answer.status, 422);
  EXPECT_EQ(answer.body, "no");
  EXPECT_EQ(router.report().failed_shard, 1U);
}

TEST(Concatenation, ABrokenAnswerBeforeTheFirstByteIsAnError) {
  Concatenator router({{.labels = "a", .body = rows(3000, 3000)}, {.labels = "b", .body = text("<html>")}});
  const Answer answer = router.ask();
  EXPECT_EQ(answer.status, httpStatus(ErrorKind::kUnavailable));
  EXPECT_EQ(answer.body, "shard \"b\": answer is not Prometheus' JSON");
}

TEST(Concatenation, AnAnswerThatBreaksLaterIsCut) {
  for (const auto ending : {ScriptedShard::Ending::kBreaks, ScriptedShard::Ending::kEnds}) {
    const auto whole = rows(3000, 3000);
    const auto part = text(whole->substr(0, whole->size() - 10));
    Concatenator router({{.labels = "a", .body = whole}, {.labels = "b", .body = part, .ending = ending}});
    const Answer answer = router.ask();
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.ending, Answer::Ending::kCut);
    ASSERT_TRUE(router.report().error);
    EXPECT_THAT(router.report().error->message, StartsWith("shard \"b\": "));
    EXPECT_EQ(router.report().failed_shard, 1U);
  }
}

TEST(Concatenation, AShardThatHangsIsGivenUpAtTheDeadline) {
  using Ending = ScriptedShard::Ending;
  Concatenator early(
      {{.labels = "a", .body = rows(10)}, {.labels = "b", .body = text(head()), .ending = Ending::kHangs}},
      std::chrono::milliseconds(300));
  const Answer answer = early.ask();
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.body, "query timed out after 300ms waiting for shard \"b\"");
  EXPECT_EQ(early.counts().cancelled, 2U);

  const auto whole = rows(3000, 3000);
  const auto part = text(whole->substr(0, whole->size() - 10));
  Concatenator late(
      {{.labels = "a", .body = part, .ending = Ending::kHangs}, {.labels = "b", .body = rows(3)}},
      std::chrono::milliseconds(1000));
  const Answer cut = late.ask();
  EXPECT_EQ(cut.status, 200);
  EXPECT_EQ(cut.ending, Answer::Ending::kCut);
}

TEST(Concatenation, AClientThatIsGoneEndsAllQuestions) {
  Concatenator router({{.labels = "a", .body = text(""), .ending = ScriptedShard::Ending::kHangs},
                       {.labels = "b", .body = text(""), .ending = ScriptedShard::Ending::kHangs}});
  TestClient client(router.port());
  client.send(get("/"));
  client.reset();
  const auto report = router.report();
  EXPECT_TRUE(report.client_gone);
  EXPECT_EQ(router.counts().cancelled, 2U);
}

TEST(Concatenation, ASlowClientHoldsTheShardsBack) {
  const auto body = rows(20'000, 3000);  // 60 MB each
  Concatenator router({{.labels = "a", .body = body}, {.labels = "b", .body = body}});
  TestClient client(router.port(), {.receive_buffer = 64 << 10});
  client.send(get("/"));
  Answer answer;
  std::uint64_t got = 0;
  answer.consume = [&](std::string_view bytes) { got += bytes.size(); };
  client.read(answer, 1000);
  // Nothing is read on from here. What the router takes is at most what it may hold, once that is full.
  std::size_t read = 0;
  while (read != router.counts().read) {
    read = router.counts().read;
    EXPECT_FALSE(awaitEvents(-1, 0, Milliseconds(100)));
  }
  EXPECT_LT(read, 2 * forward::kMaxShardLookAhead + (8u << 20)) << "and what is in the sockets";
  client.finish(answer);
  EXPECT_TRUE(answer.whole());
  EXPECT_GT(got, 2 * body->size());
  EXPECT_EQ(router.report().series, 40'000U);
}

}  // namespace
}  // namespace prome::hermetic
