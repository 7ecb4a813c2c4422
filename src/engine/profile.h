// Profile: what the nodes of a query gave while it was evaluated, and how long each took.
//
// Filled by the evaluation's thread where EvaluationLimits asks for it; plain data.
#pragma once

#include <chrono>
#include <cstdint>
#include <unordered_map>

#include "promql/ast.h"

namespace prome::engine {

/// Of one node, over all its evaluations.
struct NodeMeasure {
  std::uint64_t series = 0;
  std::uint64_t samples = 0;
  /// Wall time until its last series was given, its inputs' time and waits for leaves included.
  std::chrono::nanoseconds elapsed{0};
};

class Profile {
 public:
  NodeMeasure& operator[](const promql::Expr& expr) { return nodes_[&expr]; }
  /// Of a node that was evaluated; else null.
  const NodeMeasure* find(const promql::Expr& expr) const {
    const auto found = nodes_.find(&expr);
    return found == nodes_.end() ? nullptr : &found->second;
  }
  void clear() { nodes_.clear(); }

 private:
  std::unordered_map<const promql::Expr*, NodeMeasure> nodes_;
};

}  // namespace prome::engine
