// What makeFunction chooses from: one entry a function, grouped by concept. Static, immutable tables.
#pragma once

#include <span>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "engine/functions.h"

namespace prome::engine {

/// A call about to become an operator: its operands are taken out of it.
struct CallSite {
  const Place& place;
  std::vector<Operand>& operands;
  LeafSource& leaves;

  const promql::Call& call() const { return std::get<promql::Call>(place.expr.node); }
  /// The expression of an argument without its parentheses: where Prometheus says an annotation is.
  const promql::Expr& argument(std::size_t i) const { return promql::withoutParens(*call().args[i]); }
  OperatorPtr take(std::size_t i) const { return std::move(std::get<OperatorPtr>(operands[i])); }
  std::string_view text(std::size_t i) const { return std::get<std::string_view>(operands[i]); }
};

using FunctionFactory = OperatorPtr (*)(const CallSite&);

struct FunctionEntry {
  std::string_view name;
  FunctionFactory make;
};

std::span<const FunctionEntry> mathFunctions();
std::span<const FunctionEntry> scalarFunctions();
std::span<const FunctionEntry> timeFunctions();
std::span<const FunctionEntry> absentFunctions();
std::span<const FunctionEntry> sortFunctions();
std::span<const FunctionEntry> labelFunctions();
std::span<const FunctionEntry> histogramFunctions();
std::span<const FunctionEntry> quantileFunctions();
std::span<const FunctionEntry> infoFunctions();

}  // namespace prome::engine
