#include "promql/freeze.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>

#include "promql/duration.h"
#include "promql/functions.h"

namespace prome::promql {
namespace {

constexpr std::array<std::string_view, 15> kTimeDependent = {
    "day_of_month", "day_of_week", "day_of_year",    "days_in_month", "end",  "hour",      "minute", "month",
    "year",         "range",       "predict_linear", "start",         "step", "timestamp", "time"};

std::unexpected<Error> durationError(const PositionRange& pos, std::string_view what) {
  return fail(ErrorKind::kBadData,
              std::to_string(pos.start) + ":" + std::to_string(pos.end) + ": " + std::string(what));
}

// Of a span as long as nanoseconds can tell, as Go's time.Duration does; that between two times may be
// longer.
double secondsOfMs(std::int64_t ms) {
  constexpr std::int64_t kMaxNanos = std::numeric_limits<std::int64_t>::max();
  const bool fits = ms <= kMaxNanos / kNanosPerMilli;
  return durationSeconds(fits ? ms * kNanosPerMilli : kMaxNanos);
}

class DurationEvaluator {
 public:
  explicit DurationEvaluator(const QueryTimes& times) : times_(times) {}

  Result<double> seconds(const Expr& expr) const {
    if (const auto* number = as<NumberLiteral>(expr)) return number->value;
    const auto* operation = as<DurationExpr>(expr);
    if (operation == nullptr) return fail(ErrorKind::kInternal, "unexpected duration expression");
    double lhs = 0;
    double rhs = 0;
    for (const auto& [side, value] : {std::pair{operation->lhs, &lhs}, std::pair{operation->rhs, &rhs}}) {
      if (side == nullptr) continue;
      const Result<double> evaluated = seconds(*side);
      if (!evaluated) return evaluated;
      *value = *evaluated;
    }
    return apply(expr, operation->op, lhs, rhs);
  }

 private:
  Result<double> apply(const Expr& expr, DurationOp op, double lhs, double rhs) const {
    switch (op) {
      case DurationOp::kAdd:
        return lhs + rhs;
      case DurationOp::kSub:
        return lhs - rhs;
      case DurationOp::kMul:
        return lhs * rhs;
      case DurationOp::kDiv:
        if (rhs == 0) return durationError(expr.pos, "division by zero");
        return lhs / rhs;
      case DurationOp::kMod:
        if (rhs == 0) return durationError(expr.pos, "modulo by zero");
        return std::fmod(lhs, rhs);
      case DurationOp::kPow:
        return std::pow(lhs, rhs);
      case DurationOp::kNegate:
        return -lhs;
      case DurationOp::kPlus:
      case DurationOp::kParen:
        return lhs;
      case DurationOp::kStep:
        return secondsOfMs(times_.step_ms);
      case DurationOp::kRange:
        return secondsOfMs(times_.end_ms - times_.start_ms);
      case DurationOp::kMinOf:
        return goMin(lhs, rhs);
      case DurationOp::kMaxOf:
        return -goMin(-lhs, -rhs);
    }
    return fail(ErrorKind::kInternal, "unexpected duration operator");
  }

  static double goMin(double lhs, double rhs) {
    if (std::isinf(lhs) && lhs < 0) return lhs;
    if (std::isinf(rhs) && rhs < 0) return rhs;
    if (std::isnan(lhs) || std::isnan(rhs)) return std::nan("");
    if (lhs == 0 && rhs == 0) return std::signbit(lhs) ? lhs : rhs;
    return std::min(lhs, rhs);
  }

  const QueryTimes& times_;
};

bool allInvariant(std::span<const Expr* const> exprs) {
  return std::ranges::all_of(exprs, [](const Expr* expr) { return isStepInvariant(*expr); });
}

bool isInvariantCall(const Call& call) {
  const std::string_view name = call.function->name;
  if (name == "start" || name == "end" || name == "range" || name == "step") return true;
  if (name == "timestamp") {
    const Expr& argument = withoutParens(*call.args[0]);
    return as<VectorSelector>(argument) != nullptr && isStepInvariant(argument);
  }
  if (std::ranges::find(kTimeDependent, name) != kTimeDependent.end()) return false;
  return allInvariant(call.args);
}

struct InvariantVisitor {
  bool operator()(const NumberLiteral&) const { return true; }
  bool operator()(const StringLiteral&) const { return true; }
  bool operator()(const VectorSelector& selector) const { return selector.shift.at != AtModifier::kNone; }
  bool operator()(const MatrixSelector& matrix) const { return isStepInvariant(*matrix.selector); }
  bool operator()(const SubqueryExpr& subquery) const { return subquery.shift.at != AtModifier::kNone; }
  bool operator()(const UnaryExpr& unary) const { return isStepInvariant(*unary.expr); }
  bool operator()(const BinaryExpr& binary) const {
    return isStepInvariant(*binary.lhs) && isStepInvariant(*binary.rhs);
  }
  // As in Prometheus the parameter is not asked: `topk(scalar(x), y @ 0)` is evaluated once.
  bool operator()(const AggregateExpr& aggregate) const { return isStepInvariant(*aggregate.expr); }
  bool operator()(const Call& call) const { return isInvariantCall(call); }
  bool operator()(const ParenExpr& paren) const { return isStepInvariant(*paren.expr); }
  bool operator()(const DurationExpr&) const { return true; }
};

}  // namespace

Result<std::int64_t> durationMs(const Duration& duration, const QueryTimes& times, DurationSign sign) {
  if (duration.expr == nullptr) return duration.nanos / kNanosPerMilli;
  const Result<double> seconds = DurationEvaluator(times).seconds(*duration.expr);
  if (!seconds) return std::unexpected(seconds.error());
  const PositionRange& pos = duration.expr->pos;
  if (!std::isfinite(*seconds)) return durationError(pos, "duration is NaN or infinite");
  if (*seconds <= 0 && sign == DurationSign::kPositive) {
    return durationError(pos, "duration must be greater than 0");
  }
  if (durationOutOfRange(*seconds)) return durationError(pos, "duration is out of range");
  return static_cast<std::int64_t>(*seconds * 1000);
}

Result<std::int64_t> offsetMs(const TimeShift& shift, const QueryTimes& times) {
  if (!shift.offset) return 0;
  return durationMs(*shift.offset, times, DurationSign::kAny);
}

std::optional<std::int64_t> fixedTime(const TimeShift& shift, const QueryTimes& times) {
  switch (shift.at) {
    case AtModifier::kNone:
      return std::nullopt;
    case AtModifier::kTimestamp:
      return shift.at_ms;
    case AtModifier::kStart:
      return times.start_ms;
    case AtModifier::kEnd:
      return times.end_ms;
  }
  return std::nullopt;
}

std::optional<double> contextValue(const Call& call, const QueryTimes& times) {
  const std::string_view name = call.function->name;
  if (name == "start") return static_cast<double>(times.start_ms) / 1000;
  if (name == "end") return static_cast<double>(times.end_ms) / 1000;
  if (name == "range") return secondsOfMs(times.end_ms - times.start_ms);
  if (name == "step") return times.start_ms == times.end_ms ? 0 : secondsOfMs(times.step_ms);
  return std::nullopt;
}

bool isStepInvariant(const Expr& expr) {
  return std::visit(InvariantVisitor{}, expr.node);
}

}  // namespace prome::promql
