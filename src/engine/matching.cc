#include "engine/matching.h"

#include <algorithm>

#include "engine/series.h"

namespace prome::engine {
namespace {

using promql::BinaryOp;

std::vector<std::string_view> sortedNames(const promql::VectorMatching& matching) {
  std::vector<std::string_view> names(matching.labels.begin(), matching.labels.end());
  std::ranges::sort(names);
  return names;
}

}  // namespace

MatchKey::MatchKey(const promql::VectorMatching& matching) : on_(matching.on), names_(sortedNames(matching)) {
  if (on_) return;
  names_.insert(std::ranges::lower_bound(names_, model::kMetricName), model::kMetricName);
}

std::optional<MatchGroups::Ordinal> MatchGroups::find(const model::Labels& key) const {
  const auto found = ordinals_.find(key);
  if (found == ordinals_.end()) return std::nullopt;
  return found->second;
}

MatchGroups::Found MatchGroups::findOrAdd(const model::Labels& key) {
  const auto [found, is_new] = ordinals_.try_emplace(key, static_cast<Ordinal>(ordinals_.size()));
  return {found->second, is_new};
}

bool changesMetric(BinaryOp op, const Evaluation& evaluation) {
  switch (op) {
    case BinaryOp::kAdd:
    case BinaryOp::kSub:
    case BinaryOp::kMul:
    case BinaryOp::kDiv:
    case BinaryOp::kMod:
    case BinaryOp::kPow:
      return true;
    case BinaryOp::kAtan2:
      return evaluation.is3x();
    default:
      return false;
  }
}

bool isComparison(BinaryOp op) {
  return op >= BinaryOp::kEqual && op <= BinaryOp::kLessEqual;
}

bool isTrim(BinaryOp op) {
  return op == BinaryOp::kTrimUpper || op == BinaryOp::kTrimLower;
}

ResultLabels::ResultLabels(const promql::BinaryExpr& binary, const Evaluation& evaluation)
    : evaluation_(evaluation),
      changes_metric_(changesMetric(binary.op, evaluation)),
      bool_result_(binary.return_bool),
      one_to_one_(binary.matching->cardinality == promql::MatchCardinality::kOneToOne),
      on_(binary.matching->on),
      names_(sortedNames(*binary.matching)),
      include_(binary.matching->include.begin(), binary.matching->include.end()) {}

// A name taken off can come back with group_left(__name__), unless (2.x) it is bool that takes it off. With
// names removed late, bool marks the series instead; arithmetic takes the name off at once all the same.
model::Labels ResultLabels::of(const model::Labels& many, const model::Labels& one) const {
  const bool bool_removes = bool_result_ && !evaluation_.delaysNameRemoval();
  model::Labels labels = many;
  if (changes_metric_ || (bool_removes && evaluation_.is3x())) labels = withoutMetric(labels, evaluation_);
  if (one_to_one_) labels = on_ ? labels.keep(names_) : labels.drop(names_);
  if (!include_.empty()) {
    model::LabelsBuilder builder(labels);
    for (const std::string_view name : include_) builder.set(name, one.get(name));
    labels = builder.labels();
  }
  if (bool_removes && !evaluation_.is3x()) labels = withoutMetric(labels, evaluation_);
  return labels;
}

}  // namespace prome::engine
