#include "engine/grouping.h"

#include <algorithm>

namespace prome::engine {
namespace {

// A node of the map, its share of the table, the label set beside its bytes.
constexpr std::size_t kBytesPerGroup = 112;

void insertSorted(std::vector<std::string_view>& names, std::string_view name) {
  const auto at = std::ranges::lower_bound(names, name);
  if (at == names.end() || *at != name) names.insert(at, name);
}

}  // namespace

Grouping::Grouping(const promql::AggregateExpr& aggregate) : without_(aggregate.without) {
  for (const std::string_view name : aggregate.grouping) insertSorted(names_, name);
  if (without_) insertSorted(names_, model::kMetricName);
}

model::Labels Grouping::of(const model::Labels& series) const {
  if (without_) return series.drop(names_);
  return names_.empty() ? model::Labels() : series.keep(names_);
}

bool Grouping::names(std::string_view label) const {
  return std::ranges::binary_search(names_, label);
}

void Grouping::leaveOut(std::string_view label) {
  if (without_) {
    insertSorted(names_, label);
  } else {
    std::erase(names_, label);
  }
}

std::size_t GroupIndex::of(const model::Labels& series) {
  const auto [found, is_new] = numbers_.try_emplace(grouping_.of(series), groups_.size());
  if (is_new) {
    claim_.add(kBytesPerGroup + found->first.bytes().size());
    groups_.push_back(found->first);
  }
  return found->second;
}

}  // namespace prome::engine
