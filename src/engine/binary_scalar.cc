// Binary operations with a scalar: no matching, one series at a time.
#include <cassert>
#include <optional>
#include <utility>

#include "engine/binary_operation.h"
#include "engine/binary_operators.h"
#include "engine/matching.h"

namespace prome::engine {
namespace {

const promql::BinaryExpr& binaryOf(const Place& place) {
  return *promql::as<promql::BinaryExpr>(place.expr);
}

// The one series of a scalar, read to the end.
Result<Series> scalarOf(Operator& scalar) {
  Result<std::vector<Series>> all = drain(scalar);
  if (!all) return std::unexpected(all.error());
  assert(all->size() == 1 && !all->front().floats.empty());
  return std::move(all->front());
}

class ScalarBinary : public Operator {
 public:
  ScalarBinary(const Place& place, OperatorPtr lhs, OperatorPtr rhs)
      : Operator(place), lhs_(std::move(lhs)), rhs_(std::move(rhs)) {}

 protected:
  Result<bool> produce(Series& series) override {
    if (done_) return false;
    done_ = true;
    Result<Series> left = scalarOf(*lhs_);
    if (!left) return std::unexpected(left.error());
    const Result<Series> right = scalarOf(*rhs_);
    if (!right) return std::unexpected(right.error());
    const auto& binary = *promql::as<promql::BinaryExpr>(expr());
    series.floats = std::move(left->floats);
    floatKernel(binary.op, ComparisonValue::kZeroOne)(series.floats.values(), right->floats.values(),
                                                      series.floats.values());
    return true;
  }

 private:
  OperatorPtr lhs_;
  OperatorPtr rhs_;
  bool done_ = false;
};

// A comparison keeps the vector's value, on whichever side that is.
ComparisonValue comparisonOf(const promql::BinaryExpr& binary, Side scalar_side) {
  if (binary.return_bool) return ComparisonValue::kZeroOne;
  return scalar_side == Side::kLeft ? ComparisonValue::kRight : ComparisonValue::kLeft;
}

class VectorScalarBinary : public Operator {
 public:
  VectorScalarBinary(const Place& place, OperatorPtr lhs, OperatorPtr rhs, Side scalar_side)
      : Operator(place),
        place_(place),
        lhs_(std::move(lhs)),
        rhs_(std::move(rhs)),
        scalar_side_(scalar_side),
        drops_name_(binaryOf(place).return_bool || changesMetric(binaryOf(place).op, place.evaluation)),
        operation_(place_, comparisonOf(binaryOf(place), scalar_side)) {}

 protected:
  Result<bool> produce(Series& series) override {
    const bool scalar_left = scalar_side_ == Side::kLeft;
    if (!scalar_) {
      Result<Series> scalar = scalarOf(scalar_left ? *lhs_ : *rhs_);
      if (!scalar && !scalar_left) return std::unexpected(errorOfBoth(*lhs_, scalar.error()));
      if (!scalar) return std::unexpected(scalar.error());
      scalar_ = *std::move(scalar);
    }
    const Result<bool> more = (scalar_left ? *rhs_ : *lhs_).next(series);
    if (more.has_value() && !*more) operation_.note();
    if (!more || !*more) return more;
    const Values vector = Values::of(series);
    const Values scalar = Values::of(*scalar_);
    operation_.combine(scalar_left ? scalar : vector, scalar_left ? vector : scalar, series, nullptr);
    if (drops_name_) dropName(series, evaluation());
    return true;
  }

 private:
  const Place place_;
  OperatorPtr lhs_;
  OperatorPtr rhs_;
  const Side scalar_side_;
  const bool drops_name_;
  BinaryOperation operation_;
  std::optional<Series> scalar_;
};

}  // namespace

OperatorPtr makeScalarBinary(const Place& place, OperatorPtr lhs, OperatorPtr rhs) {
  return std::make_unique<ScalarBinary>(place, std::move(lhs), std::move(rhs));
}

OperatorPtr makeVectorScalarBinary(const Place& place, OperatorPtr lhs, OperatorPtr rhs, Side scalar_side) {
  return std::make_unique<VectorScalarBinary>(place, std::move(lhs), std::move(rhs), scalar_side);
}

}  // namespace prome::engine
