#include "engine/misused_call.h"

#include <string>
#include <utility>

#include "promql/functions.h"

namespace prome::engine {
namespace {

class MisusedCall final : public Operator {
 public:
  MisusedCall(const Place& place, std::vector<Operand> operands, Error error)
      : Operator(place), operands_(std::move(operands)), error_(std::move(error)) {}

 protected:
  Result<bool> produce(Series& series) override {
    for (Operand& operand : operands_) {
      const auto* const input = std::get_if<OperatorPtr>(&operand);
      if (input == nullptr) continue;
      Result<bool> more = true;
      while (more && *more) more = (*input)->next(series);
      if (!more) return more;
    }
    return std::unexpected(error_);
  }

 private:
  std::vector<Operand> operands_;
  Error error_;
};

}  // namespace

Result<void> checkRangeMode(const promql::Call& call_expr) {
  using promql::RangeMode;
  const std::string_view name = call_expr.function->name;
  for (const promql::Expr* parenthesized : call_expr.args) {
    const auto* matrix = promql::as<promql::MatrixSelector>(promql::withoutParens(*parenthesized));
    if (matrix == nullptr) continue;
    const RangeMode mode = promql::as<promql::VectorSelector>(*matrix->selector)->mode;
    const bool rates = name == "rate" || name == "increase" || name == "delta";
    if (mode == RangeMode::kSmoothed && !rates) {
      return fail(
          ErrorKind::kExecution,
          "smoothed modifier can only be used with: delta, increase, rate - not with " + std::string(name));
    }
    if (mode == RangeMode::kAnchored && !rates && name != "resets" && name != "changes") {
      return fail(
          ErrorKind::kExecution,
          "anchored modifier can only be used with: changes, delta, increase, rate, resets - not with " +
              std::string(name));
    }
  }
  return {};
}

OperatorPtr makeMisusedCall(const Place& place, std::vector<Operand> operands, Error error) {
  return std::make_unique<MisusedCall>(place, std::move(operands), std::move(error));
}

}  // namespace prome::engine
