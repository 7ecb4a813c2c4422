// A naive evaluator of instant vectors: what the property test of the label flow takes for one Prometheus.
//
// Written for plainness. Time does not exist: a range holds the one sample of each series, `offset` and `@`
// change nothing. limit_ratio hashes with a function of its own over all labels, which is all that matters
// here.
#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "promql/ast.h"

namespace prome::plan::naive {

using Labels = std::map<std::string, std::string>;

struct Series {
  Labels labels;
  double value = 0;
};

using Vector = std::vector<Series>;

/// A scalar is one series without labels; `type` tells.
struct Value {
  promql::ValueType type = promql::ValueType::kVector;
  Vector series;
};

/// An error that Prometheus would report while evaluating.
struct EvaluationError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

Value evaluate(const promql::Expr& expr, const Vector& data);

/// Sorted lines, to be compared and shown.
std::string describe(const Value& value);

}  // namespace prome::plan::naive
