// The instants an expression is evaluated at. Plain values.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>

namespace prome::engine {

/// start, start + step, ... up to end. Milliseconds since the epoch; an instant is a grid of one step.
struct StepGrid {
  std::int64_t start_ms = 0;
  std::int64_t end_ms = 0;
  std::int64_t step_ms = 1;

  static StepGrid at(std::int64_t time_ms) { return {time_ms, time_ms, 1}; }

  /// 0 where end is before start: a subquery may have no step.
  std::size_t steps() const {
    assert(step_ms > 0);
    if (end_ms < start_ms) return 0;
    const auto span = static_cast<std::uint64_t>(end_ms) - static_cast<std::uint64_t>(start_ms);
    return static_cast<std::size_t>(span / static_cast<std::uint64_t>(step_ms)) + 1;
  }
  std::int64_t time(std::size_t step) const { return start_ms + static_cast<std::int64_t>(step) * step_ms; }

  friend bool operator==(const StepGrid&, const StepGrid&) = default;
};

}  // namespace prome::engine
