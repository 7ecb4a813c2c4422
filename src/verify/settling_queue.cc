#include "verify/settling_queue.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>

namespace prome::verify {
namespace {

/// poll(2) is asked for no longer at a time.
constexpr std::chrono::milliseconds kLongestPoll = std::chrono::hours(1);

}  // namespace

SettlingQueue::SettlingQueue() : bell_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (bell_ < 0) std::abort();
}

SettlingQueue::~SettlingQueue() {
  clear();
  ::close(bell_);
}

void SettlingQueue::open(std::size_t limit) {
  const std::lock_guard lock(mutex_);
  hold_until_ = {};
  limit_ = limit;
  closed_ = false;
}

void SettlingQueue::close() {
  closed_ = true;
  ring();
}

std::size_t SettlingQueue::clear() {
  const std::lock_guard lock(mutex_);
  takeArrived();
  const std::size_t count = heap_.size();
  heap_.clear();
  size_.fetch_sub(count);
  return count;
}

bool SettlingQueue::push(ShadowQuestion question, Clock::time_point ready) {
  if (closed_) return false;
  if (size_.fetch_add(1) >= limit_) {
    size_.fetch_sub(1);
    return false;
  }
  auto entry = std::make_unique<Entry>(std::make_unique<ShadowQuestion>(std::move(question)), ready);
  entry->next = arrived_.load();
  while (!arrived_.compare_exchange_weak(entry->next, entry.get())) {
  }
  static_cast<void>(entry.release());  // arrived_ has it
  ring();
  return true;
}

std::unique_ptr<ShadowQuestion> SettlingQueue::pop() {
  while (true) {
    auto until = Clock::time_point::max();
    {
      const std::lock_guard lock(mutex_);
      if (closed_) break;
      takeArrived();
      if (!heap_.empty()) until = std::max(heap_.front()->ready, hold_until_);
      if (until <= Clock::now()) {
        // Whoever pops next may have waited for this one, or not know of the others.
        auto out = takeFirst();
        if (!heap_.empty()) ring();
        return out;
      }
    }
    awaitRing(until);
  }
  ring();  // for the next one that waits
  return nullptr;
}

void SettlingQueue::holdUntil(Clock::time_point until) {
  const std::lock_guard lock(mutex_);
  hold_until_ = std::max(hold_until_, until);
}

void SettlingQueue::takeArrived() {
  const auto later = [](const auto& a, const auto& b) { return a->ready > b->ready; };
  for (Entry* entry = arrived_.exchange(nullptr); entry != nullptr;) {
    Entry* const next = entry->next;
    heap_.emplace_back(entry);
    std::ranges::push_heap(heap_, later);
    entry = next;
  }
}

std::unique_ptr<ShadowQuestion> SettlingQueue::takeFirst() {
  std::ranges::pop_heap(heap_, [](const auto& a, const auto& b) { return a->ready > b->ready; });
  auto out = std::move(heap_.back()->question);
  heap_.pop_back();
  size_.fetch_sub(1);
  return out;
}

void SettlingQueue::ring() const {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(bell_, &one, sizeof one);  // a full one rings already
}

void SettlingQueue::awaitRing(Clock::time_point until) const {
  const auto now = Clock::now();
  const auto left = until > now + kLongestPoll
                        ? kLongestPoll
                        : std::chrono::ceil<std::chrono::milliseconds>(std::max(until, now) - now);
  pollfd ready{.fd = bell_, .events = POLLIN, .revents = 0};
  ::poll(&ready, 1, static_cast<int>(left.count()));
  std::uint64_t rung = 0;
  [[maybe_unused]] const auto read = ::read(bell_, &rung, sizeof rung);
}

}  // namespace prome::verify
