#include "engine/operator.h"

namespace prome::engine {

Result<bool> Operator::next(Series& series) {
  evaluation().checkpoint();
  series.clear();
  Result<bool> more = produce(series);
  if (more.has_value() && *more) evaluation().ledger().count(place_.ledger, countSamples(series));
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

}  // namespace prome::engine
