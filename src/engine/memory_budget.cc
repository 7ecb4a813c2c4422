#include "engine/memory_budget.h"

namespace prome::engine {

bool MemoryBudget::tryTake(std::size_t bytes) {
  std::size_t used = used_.load(std::memory_order_relaxed);
  do {
    if (bytes > limit_ || used > limit_ - bytes) return false;
  } while (!used_.compare_exchange_weak(used, used + bytes, std::memory_order_relaxed));
  if (parent_ == nullptr || parent_->tryTake(bytes)) return true;
  used_.fetch_sub(bytes, std::memory_order_relaxed);
  return false;
}

void MemoryBudget::take(std::size_t bytes) {
  if (tryTake(bytes)) return;
  throw EvaluationStopped({ErrorKind::kExecution, "query needs more memory than it may use"});
}

void MemoryBudget::give(std::size_t bytes) {
  used_.fetch_sub(bytes, std::memory_order_relaxed);
  if (parent_ != nullptr) parent_->give(bytes);
}

}  // namespace prome::engine
