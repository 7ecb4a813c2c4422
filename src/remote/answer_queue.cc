#include "remote/answer_queue.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace prome::remote {
namespace {

/// Blocks but the first are as large.
constexpr std::size_t kBlockBytes = 128u << 10;
/// Kept to be used again.
constexpr std::size_t kMaxSpareBlocks = 8;
/// It is not worth to wake the thread for less while more is coming.
constexpr std::size_t kWakeBytes = 64u << 10;

}  // namespace

void QueuedBytes::add(std::size_t bytes) {
  bytes_.fetch_add(bytes, std::memory_order_relaxed);
  if (parent_ != nullptr) parent_->add(bytes);
}

void QueuedBytes::remove(std::size_t bytes) {
  bytes_.fetch_sub(bytes, std::memory_order_relaxed);
  if (parent_ != nullptr) parent_->remove(bytes);
}

AnswerQueue::AnswerQueue(std::size_t limit, std::shared_ptr<QueuedBytes> of_query,
                         engine::MemoryBudget& budget, std::function<void()> room)
    : limit_(limit),
      wake_at_(std::min(kWakeBytes, limit)),
      of_query_(std::move(of_query)),
      room_(std::move(room)),
      budget_(&budget) {}

AnswerQueue::~AnswerQueue() {
  assert(budget_ == nullptr);
}

std::string& AnswerQueue::blockFor(std::size_t bytes) {
  if (!blocks_.empty() && blocks_.back().capacity() - blocks_.back().size() >= bytes) return blocks_.back();
  const bool first = blocks_.empty() && spare_.empty() && taken_ == 0;
  if (spare_.empty()) {
    blocks_.emplace_back();
  } else {
    blocks_.push_back(std::move(spare_.back()));
    spare_.pop_back();
  }
  if (!first) blocks_.back().reserve(std::max(bytes, kBlockBytes));
  return blocks_.back();
}

AnswerQueue::Put AnswerQueue::put(std::string_view bytes) {
  const std::lock_guard lock(mutex_);
  if (budget_ == nullptr) return Put::kGoOn;
  try {
    budget_->take(bytes.size());
  } catch (const engine::EvaluationStopped&) {  // this is no thread that evaluates: it is told of it
    return Put::kOverBudget;
  }
  of_query_->add(bytes.size());
  bytes_ += bytes.size();
  blockFor(bytes.size()).append(bytes);
  loop_waits_ = isFull();
  if (thread_waits_ && (loop_waits_ || worthWaking())) changed_.notify_one();
  return loop_waits_ ? Put::kFull : Put::kGoOn;
}

bool AnswerQueue::full() {
  const std::lock_guard lock(mutex_);
  loop_waits_ = budget_ != nullptr && isFull();
  return loop_waits_;
}

void AnswerQueue::end(std::optional<Error> error) {
  const std::lock_guard lock(mutex_);
  ended_ = true;
  error_ = std::move(error);
  if (thread_waits_) changed_.notify_one();
}

void AnswerQueue::wake() {
  const std::lock_guard lock(mutex_);
  woken_ = true;
  if (thread_waits_) changed_.notify_one();
}

AnswerQueue::Taken AnswerQueue::take(TimePoint until, std::vector<std::string> used) {
  Taken taken;
  std::unique_lock lock(mutex_);
  budget_->give(std::exchange(taken_, 0));
  for (std::string& block : used) {
    if (spare_.size() >= kMaxSpareBlocks) break;
    if (block.capacity() < kBlockBytes) continue;
    block.clear();
    spare_.push_back(std::move(block));
  }
  thread_waits_ = true;
  changed_.wait_until(lock, until, [this] { return worthWaking() || loop_waits_; });
  thread_waits_ = false;
  taken.blocks = std::exchange(blocks_, {});
  taken.ended = ended_;
  taken.error = error_;
  taken_ = std::exchange(bytes_, 0);
  of_query_->remove(taken_);
  const bool room = std::exchange(loop_waits_, false);
  lock.unlock();
  if (room) room_();
  return taken;
}

void AnswerQueue::abandon() {
  const std::lock_guard lock(mutex_);
  budget_->give(taken_ + bytes_);
  of_query_->remove(bytes_);
  budget_ = nullptr;
  bytes_ = taken_ = 0;
  blocks_ = {};
  spare_ = {};
}

}  // namespace prome::remote
