#include "engine/density.h"

#include "base/lanes.h"
#include "engine/column.h"

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
std::size_t countPresent(std::span<const double> values) {
  if (!holdsNaN(values)) return values.size();
  LaneMask absent{};  // less one for each
  std::size_t absent_last = 0;
  forLanes(values.size(), [&]<class V>(std::size_t at, std::type_identity<V>) {
    const auto one = isAbsentLane(load<V>(values.data() + at));
    if constexpr (std::is_same_v<V, double>) {
      absent_last += one ? 1U : 0U;
    } else {
      absent += one;
    }
  });
  return values.size() - absent_last - static_cast<std::size_t>(-(absent[0] + absent[1]));
}

Density densityFor(std::size_t present, std::size_t steps) {
  if (present == 0) return Density::kEmpty;
  return present == steps ? Density::kDense : Density::kSparse;
}

Density densityOf(std::span<const double> values) {
  return densityFor(countPresent(values), values.size());
}

}  // namespace prome::engine
