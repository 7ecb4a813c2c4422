#include "engine/column.h"

#include <algorithm>

namespace prome::engine {
namespace {

#ifdef __SANITIZE_ADDRESS__
// A block a column: AddressSanitizer sees what is written past one.
constexpr std::size_t kFirstBlockBytes = 0;
constexpr std::size_t kLargestBlockBytes = 0;
#else
constexpr std::size_t kFirstBlockBytes = std::size_t{16} << 10;
constexpr std::size_t kLargestBlockBytes = ColumnBlock::kHugePage;
#endif

}  // namespace

void Column::reset() {
  if (pool_ != nullptr) pool_->give(values_);
  pool_ = nullptr;
  values_ = {};
}

Column ColumnPool::uninitialized(std::size_t steps) {
  if (steps == 0) return {};
  Kept& kept = keptOf(steps);
  if (kept.columns.empty()) {
    // Room to give every column back: that must not fail.
    if (kept.made == kept.columns.capacity()) kept.columns.reserve(2 * kept.made + 1);
    double* const values = carve(steps);
    ++kept.made;
    return {this, {values, steps}};
  }
  double* const values = kept.columns.back();
  kept.columns.pop_back();
  return {this, {values, steps}};
}

Column ColumnPool::absent(std::size_t steps) {
  Column column = uninitialized(steps);
  std::ranges::fill(column.values(), kAbsent);
  return column;
}

void ColumnPool::give(std::span<double> values) {
  keptOf(values.size()).columns.push_back(values.data());
}

ColumnPool::Kept& ColumnPool::keptOf(std::size_t steps) {
  const auto found = std::ranges::find(kept_, steps, &Kept::steps);
  return found != kept_.end() ? *found : kept_.emplace_back(steps);
}

// Blocks double, so that a small query has little and a large one few of them.
double* ColumnPool::carve(std::size_t steps) {
  claim_.add(steps * sizeof(double));
  if (blocks_.empty() || blocks_.back().size() - carved_ < steps) {
    const std::size_t doubled =
        blocks_.empty() ? kFirstBlockBytes : blocks_.back().size() * 2 * sizeof(double);
    blocks_.emplace_back(std::max(std::min(doubled, kLargestBlockBytes), steps * sizeof(double)));
    carved_ = 0;
  }
  double* const values = blocks_.back().begin() + carved_;
  carved_ += steps;
  return values;
}

}  // namespace prome::engine
