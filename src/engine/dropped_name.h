// Does a group lose its metric name when the query is done? Used by one thread.
#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/series.h"

namespace prome::engine {

/// Prometheus asks this at every step: a group's name goes where any series in it then had lost its own; what
/// the last step with a result said stands. As long as the series of a group agree, so do its steps.
class DroppedName {
 public:
  /// Before the group's fold takes `series`; `seen(step)`: does the group have anything so far?
  template <class Seen>
  void before(const Series& series, std::size_t steps, MemoryBudget& budget, Seen seen) {
    if (!any_series_) {
      any_series_ = true;
      dropped_ = series.drop_name;
    } else if (by_step_.empty() && series.drop_name != dropped_) {
      by_step_ = {budget, steps};
      for (std::size_t step = 0; step < steps; ++step) by_step_[step] = dropped_ && seen(step) ? 1U : 0U;
    }
  }

  /// After it. A histogram the fold ignored counts where something else was seen before it.
  template <class Seen>
  void after(const Series& series, Seen seen) {
    if (by_step_.empty() || !series.drop_name) return;
    for (std::size_t step = 0; step < by_step_.size(); ++step) {
      if (series.present(step) && seen(step)) by_step_[step] = 1;
    }
  }

  bool of(const Series& result) const {
    if (by_step_.empty()) return dropped_;
    for (std::size_t step = by_step_.size(); step-- > 0;) {
      if (result.present(step)) return by_step_[step] != 0;
    }
    return false;
  }

 private:
  bool any_series_ = false;
  bool dropped_ = false;
  StepArray<std::uint8_t> by_step_;  // empty while all series agree
};

}  // namespace prome::engine
