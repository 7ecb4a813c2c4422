#include "engine/step_presence.h"

#include <cmath>

#include "engine/step_lanes.h"

namespace prome::engine {
bool holdsNaN(std::span<const double> values) {
  LaneMask found{};
  bool found_last = false;
  forLanes(values.size(), [&]<class V>(std::size_t at, std::type_identity<V>) {
    const V value = load<V>(values.data() + at);
    if constexpr (std::is_same_v<V, double>) {
      found_last = std::isnan(value);
    } else {
      found |= value != value;
    }
  });
  return found_last || any(found);
}

// An absent step is a NaN, and looking for NaNs is the cheaper look.
Density densityOf(std::span<const double> values) {
  if (values.empty()) return Density::kEmpty;
  if (!holdsNaN(values)) return Density::kDense;
  std::size_t absent = 0;
  for (const double value : values) absent += isAbsent(value) ? 1U : 0U;
  if (absent == 0) return Density::kDense;
  return absent == values.size() ? Density::kEmpty : Density::kSparse;
}

}  // namespace prome::engine
