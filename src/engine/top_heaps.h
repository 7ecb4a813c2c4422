// The k best values of one group of topk or bottomk, at every step.
//
// Series are offered one at a time and need not be kept: a heap a step holds values and the numbers of their
// series. A heap has room for as many values as it has had, at most k, so k itself costs nothing. Used by one
// thread.
#pragma once

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/aggregation_parameter.h"
#include "engine/column.h"
#include "engine/evaluation.h"
#include "engine/memory_budget.h"
#include "engine/value_heap.h"

namespace prome::engine {

template <Best best>
class TopHeaps {
 public:
  /// `limits` must outlive this.
  TopHeaps(const AggregationParameter& limits, std::size_t steps, Evaluation& evaluation)
      : limits_(&limits),
        replacement_(evaluation.is3x() ? Replacement::kInPlace : Replacement::kPopAndPush),
        claim_(evaluation.budget()),
        gates_(evaluation.columns().absent(steps)),
        sizes_(steps) {
    claim_.add(steps * sizeof(std::uint32_t));
  }

  /// Offers the values of series `owner`, absent ones aside. Was any taken?
  bool offer(std::span<const double> values, std::uint32_t owner) {
    bool taken = false;
    for (std::size_t step = 0; step < values.size(); ++step) {
      // A gate that is a NaN, and a value that is one, take the long way.
      const double gate = gates_[step];
      const bool shut = best == Best::kGreatest ? values[step] <= gate : values[step] >= gate;
      if (!shut && !isAbsent(values[step])) taken |= offerAt(step, {values[step], owner});
    }
    return taken;
  }

  /// The values at `step`, the worst on top.
  std::span<RankedValue> at(std::size_t step) {
    return {slots_.data() + step * slots_per_step_, sizes_[step]};
  }

 private:
  bool offerAt(std::size_t step, RankedValue candidate) {
    const std::uint64_t limit = limits_->count(step);
    if (limit == 0) return false;
    if (sizes_[step] < limit) {
      if (sizes_[step] == slots_per_step_) grow();
      slots_[step * slots_per_step_ + sizes_[step]++] = candidate;
      siftUp<best>(at(step));
    } else if (replacesTop<best>(candidate.value, at(step).front().value)) {
      replaceTop<best>(at(step), candidate, replacement_);
    } else {
      return false;
    }
    if (sizes_[step] == limit) gates_[step] = at(step).front().value;
    return true;
  }

  // Every step's heap moves, so that all stay in one run of memory.
  void grow() {
    const std::size_t wider = slots_per_step_ == 0 ? 1 : slots_per_step_ * 2;
    claim_.add(sizes_.size() * (wider - slots_per_step_) * sizeof(RankedValue));
    std::vector<RankedValue> slots(sizes_.size() * wider);
    for (std::size_t step = 0; step < sizes_.size(); ++step) {
      std::ranges::copy(at(step), slots.begin() + static_cast<std::ptrdiff_t>(step * wider));
    }
    slots_ = std::move(slots);
    slots_per_step_ = wider;
  }

  const AggregationParameter* limits_;
  Replacement replacement_;
  MemoryClaim claim_;
  Column gates_;  // the value a candidate must beat; absent while there is room
  std::vector<std::uint32_t> sizes_;
  std::size_t slots_per_step_ = 0;
  std::vector<RankedValue> slots_;
};

}  // namespace prome::engine
