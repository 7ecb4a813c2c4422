#include "engine/quantile.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "model/sample.h"

namespace prome::engine {
namespace {

// Go's sort.Sort sorts so few by insertion, which is stable: it shows in which of -0 and 0 comes first.
constexpr std::size_t kSortedByInsertion = 12;

bool ranksBelow(double a, double b) {
  return std::isnan(a) || a < b;
}

void insertionSort(std::span<double> values) {
  for (std::size_t i = 1; i < values.size(); ++i) {
    for (std::size_t j = i; j > 0 && ranksBelow(values[j], values[j - 1]); --j) {
      std::swap(values[j], values[j - 1]);
    }
  }
}

struct Neighbours {
  double lower = 0;
  double upper = 0;
};

/// The values of rank `lower` and `upper`, which is lower or the next.
Neighbours ranked(std::span<double> values, std::size_t lower, std::size_t upper) {
  if (values.size() <= kSortedByInsertion) {
    insertionSort(values);
    return {values[lower], values[upper]};
  }
  const auto numbers = std::partition(values.begin(), values.end(), [](double v) { return std::isnan(v); });
  const auto nans = static_cast<std::size_t>(numbers - values.begin());
  const auto at = [&](std::size_t rank) { return values.begin() + static_cast<std::ptrdiff_t>(rank); };
  if (upper < nans) return {values[lower], values[upper]};
  if (lower < nans) return {values[lower], *std::min_element(numbers, values.end())};
  std::nth_element(numbers, at(lower), values.end());
  const double lower_value = values[lower];
  return {lower_value, upper == lower ? lower_value : *std::min_element(at(upper), values.end())};
}

}  // namespace

double quantileOf(double q, std::span<double> values) {
  if (values.empty() || std::isnan(q)) return model::kNormalNaN;
  if (q < 0) return -std::numeric_limits<double>::infinity();
  if (q > 1) return std::numeric_limits<double>::infinity();
  const double last = static_cast<double>(values.size()) - 1;
  const double rank = q * last;
  const double lower = std::max(0.0, std::floor(rank));
  const double upper = std::min(last, lower + 1);
  const double weight = rank - std::floor(rank);
  const Neighbours near = ranked(values, static_cast<std::size_t>(lower), static_cast<std::size_t>(upper));
  return near.lower * (1 - weight) + near.upper * weight;
}

}  // namespace prome::engine
