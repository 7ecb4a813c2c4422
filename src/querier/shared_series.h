// SharedSeries: the series of leaves that ask the same, asked for once.
//
// Used by one thread.
#pragma once

#include <memory>
#include <vector>

#include "querier/merging.h"

namespace prome::querier {

/// Does `b` come out as `a` does, where both are asked at the same steps?
bool asksTheSame(const plan::PlanNode& a, const plan::PlanNode& b);

class SharedSeries {
 public:
  explicit SharedSeries(const Leaf& leaf) : leaf_(leaf), stream_(merge(leaf)) {}

  bool isOf(const plan::PlanNode& node, const engine::StepGrid& grid) const {
    return grid == leaf_.grid && asksTheSame(node, leaf_.node);
  }
  /// A copy of series `number`; false where there are not so many.
  Result<bool> copy(std::size_t number, engine::Series& series);

 private:
  const Leaf leaf_;
  SeriesStreamPtr stream_;  // null at its end
  std::vector<engine::Series> series_;
};

/// One reader of `shared`.
SeriesStreamPtr readerOf(std::shared_ptr<SharedSeries> shared);

}  // namespace prome::querier
