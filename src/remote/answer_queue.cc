#include "remote/answer_queue.h"

#include <utility>

namespace prome::remote {
namespace {

/// Small runs are gathered in blocks of so many bytes.
constexpr std::size_t kBlockBytes = 64u << 10;

}  // namespace

bool AnswerQueue::mayPut() {
  const std::lock_guard lock(mutex_);
  const bool room = bytes_ < kMinQueuedAnswerBytes ||
                    (bytes_ < kMaxQueuedAnswerBytes && of_query_->total() < kMaxQueuedQueryBytes);
  full_ = !room;
  return room;
}

void AnswerQueue::put(std::string_view bytes) {
  of_query_->add(bytes.size());
  const std::lock_guard lock(mutex_);
  bytes_ += bytes.size();
  if (!blocks_.empty() && blocks_.back().size() + bytes.size() <= kBlockBytes) {
    blocks_.back().append(bytes);
  } else {
    blocks_.emplace_back(bytes);
  }
  changed_.notify_one();
}

void AnswerQueue::end(std::optional<Error> error) {
  const std::lock_guard lock(mutex_);
  ended_ = true;
  error_ = std::move(error);
  changed_.notify_one();
}

void AnswerQueue::wake() {
  const std::lock_guard lock(mutex_);
  woken_ = true;
  changed_.notify_one();
}

AnswerQueue::Taken AnswerQueue::take(std::chrono::steady_clock::time_point limit) {
  Taken taken;
  bool was_full = false;
  {
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, limit, [&] { return ended_ || woken_ || !blocks_.empty(); });
    taken.blocks = std::exchange(blocks_, {});
    taken.ended = ended_;
    taken.error = error_;
    of_query_->remove(std::exchange(bytes_, 0));
    was_full = std::exchange(full_, false);
  }
  if (was_full) room_();
  return taken;
}

}  // namespace prome::remote
