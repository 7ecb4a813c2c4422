#include "config/suggest.h"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace prome::config {
namespace {

constexpr std::size_t kMaxWordLength = 64;  // longer ones are not misspellings of a key

/// Damerau-Levenshtein distance in its restricted form (optimal string alignment), three rows at a time.
std::size_t editDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), above(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) above[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + change});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, above);
    std::swap(above, row);
  }
  return above[b.size()];
}

bool holds(std::string_view whole, std::string_view part) {
  constexpr std::size_t kLeastPart = 4;
  return part.size() >= kLeastPart && whole.find(part) != std::string_view::npos;
}

}  // namespace

std::string_view nearestWord(std::string_view word, std::span<const std::string> candidates) {
  if (word.size() > kMaxWordLength) return {};
  std::string_view best;
  std::size_t best_distance = 1 + std::max<std::size_t>(1, word.size() / 3);
  for (const std::string& candidate : candidates) {
    const std::size_t distance = editDistance(word, candidate);
    if (distance >= best_distance) continue;
    best = candidate;
    best_distance = distance;
  }
  if (!best.empty()) return best;
  const auto related = std::ranges::find_if(
      candidates, [&](const std::string& other) { return holds(other, word) || holds(word, other); });
  return related == candidates.end() ? std::string_view() : std::string_view(*related);
}

std::string didYouMean(std::string_view word, std::span<const std::string> candidates) {
  const std::string_view nearest = nearestWord(word, candidates);
  return nearest.empty() ? std::string() : ", did you mean \"" + std::string(nearest) + "\"?";
}

}  // namespace prome::config
