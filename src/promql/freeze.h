// What of an expression is known before its evaluation begins: durations, fixed times, invariant parts.
// Pure functions.
#pragma once

#include <cstdint>
#include <optional>

#include "base/error.h"
#include "promql/ast.h"

namespace prome::promql {

/// The query's own times: start, end, and step, which is 0 for an instant query.
struct QueryTimes {
  std::int64_t start_ms = 0;
  std::int64_t end_ms = 0;
  std::int64_t step_ms = 0;
};

enum class DurationSign : std::uint8_t { kPositive, kAny };

/// Milliseconds of `duration`, its `step()` and `range()` put in. kBadData as Prometheus words it
/// ("4:8: duration must be greater than 0").
Result<std::int64_t> durationMs(const Duration& duration, const QueryTimes& times, DurationSign sign);

/// `offset` of `shift`, 0 where there is none.
Result<std::int64_t> offsetMs(const TimeShift& shift, const QueryTimes& times);

/// The time an `@` fixes, if there is one.
std::optional<std::int64_t> fixedTime(const TimeShift& shift, const QueryTimes& times);

/// The value of `start()`, `end()`, `range()` or `step()`, in seconds; nullopt for other calls.
std::optional<double> contextValue(const Call& call, const QueryTimes& times);

/// Has `expr` the same value at every step? Then it is evaluated once. Source: PreprocessExpr in
/// prometheus/promql/engine.go, which users see in what `timestamp` and `predict_linear` make of an `@`.
bool isStepInvariant(const Expr& expr);

}  // namespace prome::promql
