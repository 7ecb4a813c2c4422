// One coroutine a shard reads its answer into the merger and waits where there is no room; one, the request's
// own, takes out what the merger makes and sends it. They tell one another by signals: `progress` that there
// is something to be done with what has come, `room` that a shard may go on.
#include "forward/concatenation.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <deque>
#include <utility>

#include "base/duration_text.h"
#include "http/signal.h"

namespace prome::forward {
namespace {

using http::Exchange;

/// With less than that it is not worth to send while more is coming.
constexpr std::size_t kWorthSending = 64u << 10;

}  // namespace

/// The reading side. Shared with the readers' coroutines.
class Concatenation::Readers : public std::enable_shared_from_this<Readers> {
 public:
  Readers(http::Loop& loop, std::vector<ShardPart> parts, AnswerShape shape,
          const std::vector<const SplicedLabels*>& labels, const MergeOptions& options)
      : merger(shape, labels, options),
        progress(loop.io.get_executor()),
        executor_(loop.io.get_executor()),
        parts_(std::move(parts)) {
    for (std::size_t i = 0; i < parts_.size(); ++i) room_.emplace_back(executor_);
  }

  void start() {
    running_ = parts_.size();
    for (std::size_t shard = 0; shard < parts_.size(); ++shard)
      http::asio::co_spawn(executor_, read(shared_from_this(), shard), http::asio::detached);
  }

  /// Lets those go on that there is room for again.
  void resume() {
    std::erase_if(parked_, [this](std::size_t shard) {
      const bool goes_on = stopped_ || merger.wants(shard);
      if (goes_on) room_[shard].notify();
      return goes_on;
    });
  }

  void stop() {
    if (std::exchange(stopped_, true)) return;
    for (const ShardPart& part : parts_) part.body->cancel();
    resume();
  }

  bool running() const { return running_ > 0; }
  const AnswerBody& body(std::size_t shard) const { return *parts_[shard].body; }
  std::size_t count() const { return parts_.size(); }

  AnswerMerger merger;
  http::Signal progress;
  std::optional<Error> error;  // the first one
  std::size_t failed_shard = 0;

 private:
  static http::Awaitable<void> read(std::shared_ptr<Readers> self, std::size_t shard) {
    AnswerBody& body = *self->parts_[shard].body;
    auto failure = co_await body.open();
    while (!failure && !self->stopped_) {
      while (!self->stopped_ && !self->merger.wants(shard)) {
        self->parked_.push_back(shard);
        co_await self->room_[shard].wait();
      }
      if (self->stopped_) break;
      auto run = co_await body.read();
      if (self->stopped_) break;
      if (!run) {
        failure = std::move(run).error();
        break;
      }
      self->take(shard, *run);
      if (run->empty()) break;
    }
    if (failure) self->fail(shard, std::move(*failure));
    --self->running_;
    self->progress.notify();
  }

  void take(std::size_t shard, std::string_view run) {
    const bool awaited = merger.awaits(shard);
    if (run.empty())
      merger.end(shard);
    else
      merger.feed(shard, run);
    if (awaited) progress.notify();
  }

  void fail(std::size_t shard, Error why) {
    if (stopped_ || error) return;
    error = std::move(why);
    failed_shard = shard;
  }

  http::Executor executor_;
  std::vector<ShardPart> parts_;
  std::deque<http::Signal> room_;
  std::vector<std::size_t> parked_;  // wait for room
  std::size_t running_ = 0;
  bool stopped_ = false;
};

/// Bounds the waits for shards.
class Concatenation::Guard final : public http::Watch {
 public:
  Guard(http::Loop& loop, Readers& readers, int client_fd) : Watch(loop.watchdog), readers_(readers) {
    watchClient(client_fd);
  }

  const std::optional<Cause>& fired() const { return fired_; }

 private:
  void fire(Cause cause) override {
    fired_ = cause;
    readers_.progress.notify();
  }

  Readers& readers_;
  std::optional<Cause> fired_;
};

namespace {

std::vector<const SplicedLabels*> labelsOf(const std::vector<ShardPart>& parts) {
  std::vector<const SplicedLabels*> out;
  for (const ShardPart& part : parts) out.push_back(part.labels);
  return out;
}

}  // namespace

Concatenation::Concatenation(http::Loop& loop, Exchange& exchange, std::vector<ShardPart> parts,
                             const ConcatenationRequest& request)
    : exchange_(exchange), request_(request), scratch_(loop.buffers.take()), sink_(scratch_.bytes()) {
  const auto labels = labelsOf(parts);
  readers_ = std::make_shared<Readers>(loop, std::move(parts), request.shape, labels, request.merge);
  guard_ = std::make_unique<Guard>(loop, *readers_, exchange.clientFd());
}

Concatenation::~Concatenation() = default;

http::Awaitable<ConcatenationReport> Concatenation::run() {
  readers_->start();
  co_await pass();
  guard_->disarm();
  readers_->stop();
  while (readers_->running()) co_await readers_->progress.wait();
  fillReport();
  co_return std::move(report_);
}

/// Passes the answer up to its end or to an error.
http::Awaitable<void> Concatenation::pass() {
  while (true) {
    const auto step = readers_->error ? AnswerMerger::Step::kBroken : readers_->merger.advance(sink_);
    readers_->resume();
    if (step == AnswerMerger::Step::kDone) break;
    if (readers_->error) co_return fail(*readers_->error, readers_->failed_shard);
    if (step == AnswerMerger::Step::kBroken) {
      const std::size_t shard = readers_->merger.failedShard();
      Error error = *readers_->merger.error();
      if (error.kind == ErrorKind::kUnavailable)
        error.message = readers_->body(shard).name() + ": " + error.message;
      co_return fail(std::move(error), shard);
    }
    bool good = false;
    if (step == AnswerMerger::Step::kWait && sink_.size() < kWorthSending)
      good = co_await awaitMore();
    else
      good = co_await flush(Exchange::Part::kMore);
    if (!good) co_return;
  }
  co_await finish();
}

/// Sends what is left and what stands behind the data.
http::Awaitable<void> Concatenation::finish() {
  const std::string tail = answerTail(request_.notes(readers_->merger));
  if (sink_.full()) {
    const bool sent = co_await flush(Exchange::Part::kMore);
    if (!sent) co_return;
  }
  sink_.append(tail);
  co_await flush(Exchange::Part::kLast);
}

/// Waits for bytes. False if the query is over.
http::Awaitable<bool> Concatenation::awaitMore() {
  guard_->arm(deadline(), http::Watch::Pace::kFast);
  co_await readers_->progress.wait();
  if (!guard_->fired()) co_return true;
  if (*guard_->fired() == http::Watch::Cause::kClientGone)
    clientGone();
  else
    fail(timedOut(), std::nullopt);
  co_return false;
}

/// Sends what the sink holds; false once the client is gone.
http::Awaitable<bool> Concatenation::flush(Exchange::Part part) {
  guard_->disarm();
  if (!exchange_.begun()) {
    std::optional<std::uint64_t> length;
    if (part == Exchange::Part::kLast) length = sink_.size();
    exchange_.begin(200, request_.answer_fields, length, Exchange::Coding::kCompressible);
  }
  const bool sent = co_await exchange_.write(sink_.slices(), part);
  sink_.clear();
  if (!sent) {
    clientGone();
    co_return false;
  }
  // Where there is always something to be sent nothing is ever waited for.
  const bool late = part == Exchange::Part::kMore && http::Clock::now() > deadline();
  if (late) fail(timedOut(), std::nullopt);
  co_return !late;
}

void Concatenation::fail(Error error, std::optional<std::size_t> shard) {
  report_.error = std::move(error);
  report_.failed_shard = shard;
  if (exchange_.begun()) exchange_.cut();
}

void Concatenation::clientGone() {
  report_.client_gone = true;
  fail({ErrorKind::kCanceled, "client closed the connection"}, std::nullopt);
  exchange_.cut();
}

Error Concatenation::timedOut() const {
  std::string names;
  constexpr std::size_t kMaxNamed = 3;
  std::size_t named = 0;
  for (std::size_t shard = 0; shard < readers_->count(); ++shard) {
    if (!readers_->merger.awaits(shard) || named++ >= kMaxNamed) continue;
    names.append(names.empty() ? "" : ", ").append(readers_->body(shard).name());
  }
  if (named > kMaxNamed) names += " and " + std::to_string(named - kMaxNamed) + " more";
  const auto limit = std::chrono::duration_cast<std::chrono::milliseconds>(request_.timeout);
  return {ErrorKind::kTimeout, "query timed out after " + durationText(limit) + " waiting for " + names};
}

void Concatenation::fillReport() {
  const AnswerMerger& merger = readers_->merger;
  report_.series = merger.count();
  report_.misplaced_series = merger.misplaced();
  for (std::size_t shard = 0; shard < readers_->count(); ++shard)
    report_.foreign_labels += merger.foreignLabels(shard);
  if (!report_.error) report_.empty_shards = merger.emptyShards();
}

}  // namespace prome::forward
