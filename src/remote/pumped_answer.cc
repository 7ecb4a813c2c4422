// The loop and the thread reach each other by the queue and by the inbox alone. Everything else of an
// AnswerPump is touched on the loop only.
#include "remote/pumped_answer.h"

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <utility>

#include "http/signal.h"

namespace prome::remote {
namespace {

/// The loop's own error names the shard that is waited for: it has so long to come behind the deadline.
constexpr std::chrono::milliseconds kDeadlineGrace{1'000};

}  // namespace

class AnswerPump : public std::enable_shared_from_this<AnswerPump> {
 public:
  AnswerPump(const QuestionGround& ground, topology::ShardId shard, ShardQuestion question,
             engine::MemoryBudget& budget)
      : context_(ground.context),
        inbox_(ground.inbox),
        shard_(shard),
        question_(std::move(question)),
        room_(context_->port.loop.io.get_executor()),
        queue_(context_->max_queued_answer, ground.queued, budget, [this] { add(&AnswerPump::goOn); }) {
    question_.authorization = context_->authorization;
    question_.deadline = context_->deadline;
    question_.timeout = context_->timeout;
  }

  // From the thread.

  AnswerQueue& queue() { return queue_; }
  void start() { add(&AnswerPump::spawn); }
  void cancel() { add(&AnswerPump::stop); }
  /// The answer is being waited for.
  void hurry() {
    if (!entered_.load(std::memory_order_relaxed) && !std::exchange(hurried_, true))
      add(&AnswerPump::passGate);
  }

 private:
  void add(void (AnswerPump::*task)()) {
    inbox_->add([self = shared_from_this(), task] { (*self.*task)(); });
  }

  // On the loop.

  void spawn() {
    http::asio::co_spawn(context_->port.loop.io, run(shared_from_this()), http::asio::detached);
  }
  void goOn() { room_.notify(); }
  void passGate() {
    hurries_ = true;
    if (pass_) pass_->hurry();
  }
  void stop() {
    canceled_ = true;
    passGate();
    if (answer_) answer_->cancel();
    room_.notify();
  }

  static http::Awaitable<void> run(std::shared_ptr<AnswerPump> self) {
    /// Whatever becomes of the coroutine, the thread hears of its end.
    struct End {
      AnswerPump& pump;
      std::optional<Error> error = Error{ErrorKind::kCanceled, "query was canceled"};
      ~End() { pump.queue_.end(std::move(error)); }
    } end{*self};
    if (self->canceled_) co_return;
    self->pass_.emplace(self->context_->gates, self->shard_);
    if (self->hurries_) self->pass_->hurry();
    co_await self->pass_->enter();
    self->entered_.store(true, std::memory_order_relaxed);
    if (self->canceled_) co_return;
    auto error = co_await self->ask();
    end.error = std::move(error);
    self->pass_.reset();
  }

  http::Awaitable<std::optional<Error>> ask() {
    const auto began = http::Clock::now();
    const QuestionObserver& observer = context_->observer;
    if (observer.asked) observer.asked(shard_);
    answer_.emplace(context_->port, context_->fleet->shards[shard_], std::move(question_));
    std::optional<Error> error = co_await answer_->open();
    if (!error) error = co_await pump();
    QuestionReport report{.shard = shard_,
                          .bytes = answer_->bytesIn(),
                          .total = http::Clock::now() - began,
                          .error = error,
                          .outcome = outcomeOf(error),
                          .attempts = answer_->attempts()};
    answer_.reset();
    if (observer.answered) observer.answered(report);
    co_return error;
  }

  QuestionOutcome outcomeOf(const std::optional<Error>& error) const {
    if (!error) return QuestionOutcome::kOk;
    if (canceled_) return QuestionOutcome::kCanceled;
    return answer_->isShardError() ? QuestionOutcome::kShardError : QuestionOutcome::kFailed;
  }

  http::Awaitable<std::optional<Error>> pump() {
    while (true) {
      const Result<std::string_view> run = co_await answer_->read();
      if (!run) co_return run.error();
      if (run->empty()) co_return std::nullopt;
      const AnswerQueue::Put put = queue_.put(*run);
      if (put == AnswerQueue::Put::kOverBudget)
        co_return Error{ErrorKind::kExecution, "query needs more memory than it may use"};
      if (put == AnswerQueue::Put::kGoOn) continue;
      // It is our reader now that takes its time: the shard is free for others, and is not timed.
      pass_.reset();
      while (!canceled_ && queue_.full()) co_await room_.wait();
    }
  }

  const std::shared_ptr<const QuerierContext> context_;
  const std::shared_ptr<http::Inbox> inbox_;
  const topology::ShardId shard_;
  ShardQuestion question_;
  std::optional<ShardGates::Pass> pass_;
  std::optional<ShardAnswer> answer_;
  http::Signal room_;
  AnswerQueue queue_;
  bool canceled_ = false;
  bool hurries_ = false;
  std::atomic<bool> entered_{false};  // read by the thread
  bool hurried_ = false;              // the thread's
};

void Pumps::add(const std::shared_ptr<AnswerPump>& pump) {
  const std::lock_guard lock(mutex_);
  pumps_.push_back(pump);
  if (woken_) pump->queue().wake();
}

void Pumps::wake() {
  const std::lock_guard lock(mutex_);
  woken_ = true;
  for (const auto& known : pumps_) {
    if (const auto pump = known.lock()) pump->queue().wake();
  }
}

PumpedAnswer::PumpedAnswer(const QuestionGround& ground, topology::ShardId shard, ShardQuestion question,
                           engine::Evaluation& evaluation)
    : ground_(ground),
      shard_(shard),
      evaluation_(evaluation),
      pump_(std::make_shared<AnswerPump>(ground, shard, std::move(question), evaluation.budget())) {
  ground_.pumps->add(pump_);
  pump_->start();
}

PumpedAnswer::~PumpedAnswer() {
  pump_->queue().abandon();
  if (!ended_) pump_->cancel();
}

std::string PumpedAnswer::shardName() const {
  return "shard \"" + ground_.context->fleet->shards[shard_].shard.name + "\"";
}

void PumpedAnswer::noteForeignLabels(std::uint64_t series) {
  if (series == 0 || !ground_.context->observer.foreign_labels) return;
  ground_.inbox->add([context = ground_.context, shard = shard_, series] {
    context->observer.foreign_labels(shard, series);
  });
}

/// Waits for the next blocks; none at the end.
Result<void> PumpedAnswer::takeMore() {
  if (ended_) {
    blocks_.clear();
    given_ = 0;
    return {};
  }
  const auto until = ground_.context->deadline + kDeadlineGrace;
  pump_->hurry();
  while (!ended_) {
    AnswerQueue::Taken taken = pump_->queue().take(until, std::move(blocks_));
    blocks_ = std::move(taken.blocks);
    given_ = 0;
    ended_ = taken.ended;
    if (taken.error) return std::unexpected(*std::move(taken.error));
    if (!blocks_.empty()) return {};
    if (!ended_) evaluation_.checkAfterWait();
  }
  return {};
}

Result<std::string_view> PumpedAnswer::next() {
  if (given_ == blocks_.size()) {
    if (Result<void> more = takeMore(); !more) return std::unexpected(std::move(more).error());
  }
  if (blocks_.empty()) return std::string_view{};
  return std::string_view(blocks_[given_++]);
}

}  // namespace prome::remote
