// A scalar argument of a function: one value a step. Owned by the function's operator; not thread-safe.
#pragma once

#include <cassert>
#include <utility>

#include "engine/operator.h"

namespace prome::engine {

class ScalarArgument {
 public:
  explicit ScalarArgument(OperatorPtr operation) : operator_(std::move(operation)) {}
  /// An argument left out: `value` at every step.
  explicit ScalarArgument(double value) : default_(value) {}

  /// Evaluates the argument; again does nothing.
  Result<void> load() {
    if (operator_ == nullptr) return {};
    Series series;
    const Result<bool> more = operator_->next(series);
    if (!more) return std::unexpected(more.error());
    assert(*more && series.floats.size() == operator_->grid().steps());
    values_ = std::move(series.floats);
    operator_.reset();
    return {};
  }

  /// As load(), of an argument that stands behind `input` in the call: where both fail, `input`'s error
  /// counts.
  Result<void> loadBehind(Operator& input) {
    Result<void> loaded = load();
    if (loaded) return loaded;
    Result<void> first = discard(input);
    return first ? loaded : first;
  }

  double operator[](std::size_t step) const { return values_.empty() ? default_ : values_[step]; }

 private:
  OperatorPtr operator_;  // null once loaded
  Column values_;
  double default_ = 0;
};

}  // namespace prome::engine
