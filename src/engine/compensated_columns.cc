#include "engine/compensated_columns.h"

#include <algorithm>

#include "base/lanes.h"

namespace prome::engine {
namespace {

template <Density density>
void addAll(double* sums, double* lost, const double* values, std::size_t steps) {
  forLanes(steps, [=]<class V>(std::size_t at, std::type_identity<V>) {
    V value = load<V>(values + at);
    // To add 0 changes no sum but -0, and that not once its compensation is added to it.
    if constexpr (density == Density::kSparse) value = select(isAbsentLane(value), V{}, value);
    BasicCompensatedSum<V> sum{load<V>(sums + at), load<V>(lost + at)};
    sum.add(value);
    store(sums + at, sum.sum);
    store(lost + at, sum.lost);
  });
}

}  // namespace

CompensatedColumns::CompensatedColumns(ColumnPool& columns, std::size_t steps)
    : sums_(columns.uninitialized(steps)), lost_(columns.uninitialized(steps)) {
  std::ranges::fill(sums_.values(), 0.0);
  std::ranges::fill(lost_.values(), 0.0);
}

void CompensatedColumns::add(std::span<const double> values, Density density, std::size_t first) {
  double* const sums = sums_.values().data() + first;
  double* const lost = lost_.values().data() + first;
  if (density == Density::kSparse) {
    addAll<Density::kSparse>(sums, lost, values.data(), values.size());
  } else {
    addAll<Density::kDense>(sums, lost, values.data(), values.size());
  }
}

bool CompensatedColumns::wouldOverflow(std::span<const double> values, std::size_t first) const {
  const double* const sums = sums_.values().data() + first;
  bool found = false;
  forLanes(values.size(), [&]<class V>(std::size_t at, std::type_identity<V>) {
    found |= any(isInfinite(load<V>(sums + at) + load<V>(values.data() + at)));
  });
  return found;
}

void CompensatedColumns::finish(const StepSet& seen) {
  for (std::size_t step = 0; step < sums_.size(); ++step) {
    sums_[step] = seen.has(step) ? at(step).value() : kAbsent;
  }
}

}  // namespace prome::engine
