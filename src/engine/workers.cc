#include "engine/workers.h"

#include <utility>

namespace prome::engine {

Workers::~Workers() {
  std::unique_lock lock(mutex_);
  stopping_ = true;
  changed_.notify_all();
  changed_.wait(lock, [this] { return threads_.empty(); });
  lock.unlock();
  joinEnded();
}

bool Workers::submit(Task task) {
  joinEnded();
  const std::scoped_lock lock(mutex_);
  const bool spare = idle_ > waiting_.size();
  const bool may_grow = threads_.size() < options_.max_threads;
  if (!spare && !may_grow && waiting_.size() >= options_.max_waiting) return false;
  waiting_.push_back(std::move(task));
  if (spare || !may_grow) {
    changed_.notify_all();
    return true;
  }
  const auto self = threads_.emplace(threads_.end());
  *self = std::thread([this, self] { work(self); });
  return true;
}

std::size_t Workers::threads() const {
  const std::scoped_lock lock(mutex_);
  return threads_.size();
}

void Workers::work(std::list<std::thread>::iterator self) {
  std::unique_lock lock(mutex_);
  while (true) {
    ++idle_;
    const bool woken =
        changed_.wait_for(lock, options_.idle_time, [this] { return stopping_ || !waiting_.empty(); });
    --idle_;
    if (waiting_.empty() && (stopping_ || !woken)) break;
    Task task = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    task();
    task = nullptr;
    lock.lock();
  }
  // A thread cannot join itself: whoever comes next does.
  ended_.splice(ended_.end(), threads_, self);
  changed_.notify_all();
}

void Workers::joinEnded() {
  std::list<std::thread> ended;
  {
    const std::scoped_lock lock(mutex_);
    ended.swap(ended_);
  }
  for (std::thread& thread : ended) thread.join();
}

}  // namespace prome::engine
