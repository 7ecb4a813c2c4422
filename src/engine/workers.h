// Threads evaluations run on, so that an event loop never waits for one.
//
// A task gets a thread of its own as long as there are fewer than max_threads: the kernel's scheduler then
// shares the cores, and a light evaluation beside a heavy one is done as soon as it would be alone or nearly
// so. Beyond that tasks wait in order, up to a bound. Threads end after a while without work. Thread-safe.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <list>
#include <mutex>
#include <thread>

namespace prome::engine {

struct WorkersOptions {
  std::size_t max_threads = 20;  // evaluations at once, as Prometheus' --query.max-concurrency
  std::size_t max_waiting = 4'096;
  std::chrono::milliseconds idle_time{10'000};  // after which a thread without work ends
};

class Workers {
 public:
  using Task = std::move_only_function<void()>;

  explicit Workers(const WorkersOptions& options = {}) : options_(options) {}
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;
  /// Runs what waits, then ends. Cancel evaluations first.
  ~Workers();

  /// Has `task` (which must not throw) run on some thread; false, and nothing is run, where too many wait.
  bool submit(Task task);
  std::size_t threads() const;

 private:
  void work(std::list<std::thread>::iterator self);
  void joinEnded();

  const WorkersOptions options_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Task> waiting_;
  std::list<std::thread> threads_;
  std::list<std::thread> ended_;
  std::size_t idle_ = 0;
  bool stopping_ = false;
};

}  // namespace prome::engine
