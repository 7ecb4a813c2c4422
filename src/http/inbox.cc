#include "http/inbox.h"

#include <boost/asio/post.hpp>
#include <utility>

namespace prome::http {

void Inbox::add(Task task) {
  const std::lock_guard lock(mutex_);
  tasks_.push_back(std::move(task));
  if (std::exchange(posted_, true)) return;
  asio::post(loop_.io, [self = shared_from_this()] { self->run(); });
}

void Inbox::run() {
  std::unique_lock lock(mutex_);
  posted_ = false;
  std::vector<Task> tasks = std::exchange(tasks_, {});
  lock.unlock();
  for (Task& task : tasks) task();
}

}  // namespace prome::http
