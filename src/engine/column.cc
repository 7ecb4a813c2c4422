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
  std::vector<double*>& kept = keptOf(steps);
  if (kept.empty()) return {this, {carve(steps), steps}};
  double* const values = kept.back();
  kept.pop_back();
  return {this, {values, steps}};
}

Column ColumnPool::absent(std::size_t steps) {
  Column column = uninitialized(steps);
  std::ranges::fill(column.values(), kAbsent);
  return column;
}

void ColumnPool::give(std::span<double> values) {
  keptOf(values.size()).push_back(values.data());
}

std::vector<double*>& ColumnPool::keptOf(std::size_t steps) {
  const auto found = std::ranges::find(kept_, steps, &Kept::steps);
  return found != kept_.end() ? found->columns : kept_.emplace_back(steps).columns;
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
