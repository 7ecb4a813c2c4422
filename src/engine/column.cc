#include "engine/column.h"

#include <algorithm>

namespace prome::engine {

void Column::reset() {
  if (pool_ != nullptr) pool_->give(values_);
  pool_ = nullptr;
  values_ = {};
}

ColumnPool::~ColumnPool() {
  for (const std::span<double> values : kept_) {
    budget_.give(values.size_bytes());
    delete[] values.data();
  }
}

Column ColumnPool::uninitialized(std::size_t steps) {
  if (steps == 0) return {};
  const auto found = std::ranges::find(kept_, steps, &std::span<double>::size);
  if (found != kept_.end()) {
    const std::span<double> values = *found;
    *found = kept_.back();
    kept_.pop_back();
    return {this, values};
  }
  budget_.take(steps * sizeof(double));
  return {this, {new double[steps], steps}};
}

Column ColumnPool::absent(std::size_t steps) {
  Column column = uninitialized(steps);
  std::ranges::fill(column.values(), kAbsent);
  return column;
}

void ColumnPool::give(std::span<double> values) {
  if (kept_.size() < kKeptColumns) {
    kept_.push_back(values);
    return;
  }
  budget_.give(values.size_bytes());
  delete[] values.data();
}

}  // namespace prome::engine
