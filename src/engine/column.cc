#include "engine/column.h"

#include <algorithm>
#include <new>

namespace prome::engine {

void Column::reset() {
  if (pool_ != nullptr) pool_->give(values_);
  pool_ = nullptr;
  values_ = {};
}

void HistogramColumn::reset() {
  values_ = {};
  if (budget_ != nullptr) budget_->give(bytes_);
  budget_ = nullptr;
  bytes_ = 0;
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
  auto* const values = new (std::nothrow) double[steps];
  if (values == nullptr) {
    budget_.give(steps * sizeof(double));
    throw std::bad_alloc();
  }
  return {this, {values, steps}};
}

Column ColumnPool::absent(std::size_t steps) {
  Column column = uninitialized(steps);
  std::ranges::fill(column.values(), kAbsent);
  return column;
}

HistogramColumn ColumnPool::histograms(std::size_t steps) {
  HistogramColumn column;
  const std::size_t bytes = steps * sizeof(model::HistogramPtr);
  budget_.take(bytes);
  column.budget_ = &budget_;
  column.bytes_ = bytes;
  column.values_.resize(steps);  // the bytes are given back where this throws
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
