#include <memory>
#include <utility>

#include "engine/binary.h"
#include "engine/binary_arithmetic.h"

namespace prome::engine {
namespace {

class Negation : public Operator {
 public:
  Negation(const Place& place, OperatorPtr operand) : Operator(place), operand_(std::move(operand)) {}

 protected:
  Result<bool> produce(Series& series) override {
    const Result<bool> more = operand_->next(series);
    if (!more || !*more) return more;
    negate(series.floats.values(), series.floats.values());
    for (model::HistogramPtr& histogram : series.histograms) {
      if (histogram == nullptr) continue;
      evaluation().checkpoint();
      auto negated = std::make_shared<model::FloatHistogram>(*histogram);
      negated->multiply(-1);
      histogram = std::move(negated);
    }
    dropName(series, evaluation());
    return true;
  }

 private:
  OperatorPtr operand_;
};

}  // namespace

Result<OperatorPtr> makeUnary(const Place& place, OperatorPtr operand) {
  if (promql::as<promql::UnaryExpr>(place.expr)->op == promql::UnaryOp::kPlus) return operand;
  return std::make_unique<Negation>(place, std::move(operand));
}

}  // namespace prome::engine
