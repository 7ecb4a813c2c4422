// Inbox: what another thread asks of an event loop, in one post for all that comes together.
//
// Waking a loop is a system call or two; a query asks a thousand things of it at once. add() may be called by
// any thread; tasks run on the loop, in order. Shared by those who add; must not outlive the loop, but for
// what is in it then, which is dropped.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "http/loop.h"

namespace prome::http {

class Inbox : public std::enable_shared_from_this<Inbox> {
 public:
  using Task = std::move_only_function<void()>;

  explicit Inbox(Loop& loop) : loop_(loop) {}
  Inbox(const Inbox&) = delete;
  Inbox& operator=(const Inbox&) = delete;

  void add(Task task);

 private:
  void run();

  Loop& loop_;
  std::mutex mutex_;
  bool posted_ = false;
  std::vector<Task> tasks_;
};

}  // namespace prome::http
