// Which series of two vectors belong together, and what the series of a result is called: all that a binary
// operation works out of labels, once per series. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/evaluation.h"
#include "model/labels.h"
#include "promql/ast.h"

namespace prome::engine {

/// The labels series are matched by: those of `on`, or all but the metric name and those of `ignoring`.
class MatchKey {
 public:
  explicit MatchKey(const promql::VectorMatching& matching);

  model::Labels of(const model::Labels& labels) const {
    return on_ ? labels.keep(names_) : labels.drop(names_);
  }

 private:
  const bool on_;
  std::vector<std::string_view> names_;  // sorted
};

/// Match groups, numbered 0, 1, ... in the order they were met.
class MatchGroups {
 public:
  using Ordinal = std::uint32_t;

  struct Found {
    Ordinal ordinal = 0;
    bool is_new = false;
  };

  std::optional<Ordinal> find(const model::Labels& key) const;
  Found findOrAdd(const model::Labels& key);
  std::size_t size() const { return ordinals_.size(); }

 private:
  std::unordered_map<model::Labels, Ordinal, model::LabelsHash> ordinals_;
};

/// Does `op` make another metric of what it is given, so that the name goes? (2.x: atan2 does not.)
bool changesMetric(promql::BinaryOp op, const Evaluation& evaluation);
bool isComparison(promql::BinaryOp op);
bool isTrim(promql::BinaryOp op);

/// The labels of a result, of the labels of the "many" and the "one" series it comes of (one-to-one: left and
/// right).
class ResultLabels {
 public:
  ResultLabels(const promql::BinaryExpr& binary, const Evaluation& evaluation);

  model::Labels of(const model::Labels& many, const model::Labels& one) const;
  /// Are there labels the "one" series gives?
  bool dependOnOne() const { return !include_.empty(); }

 private:
  const Evaluation& evaluation_;
  bool changes_metric_ = false;
  bool bool_result_ = false;
  bool one_to_one_ = false;
  bool on_ = false;
  std::vector<std::string_view> names_;  // of on or ignoring, sorted
  std::vector<std::string_view> include_;
};

}  // namespace prome::engine
