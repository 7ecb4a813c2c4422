#include "engine/operator.h"

namespace prome::engine {

Result<bool> Operator::next(Series& series) {
  evaluation().checkpoint();
  series.clear();
  Result<bool> more = produce(series);
  if (!more || !*more) return more;
  const std::size_t floats = countPresent(series.floats.values());
  series.density = densityFor(floats, series.floats.size());
  evaluation().ledger().count(place_.ledger, floats + countSamples(series.histograms));
  return more;
}

Result<std::vector<Series>> drain(Operator& input) {
  std::vector<Series> all;
  while (true) {
    Series series;
    const Result<bool> more = input.next(series);
    if (!more) return std::unexpected(more.error());
    if (!*more) return all;
    all.push_back(std::move(series));
  }
}

Result<void> discard(Operator& input) {
  Series series;
  while (true) {
    const Result<bool> more = input.next(series);
    if (!more) return std::unexpected(more.error());
    if (!*more) return {};
  }
}

}  // namespace prome::engine
