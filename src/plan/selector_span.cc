#include "plan/selector_span.h"

#include <algorithm>
#include <optional>

#include "promql/children.h"

namespace prome::plan {
namespace {

using promql::Expr;

/// A minus B within what an int64 holds.
std::int64_t minus(std::int64_t a, std::int64_t b) {
  std::int64_t out = 0;
  if (!__builtin_sub_overflow(a, b, &out)) return out;
  return b > 0 ? INT64_MIN : INT64_MAX;
}

class Spans {
 public:
  explicit Spans(const PlanOptions& options) : options_(options) {}

  /// `span` are the times that `expr` is evaluated at.
  void visit(const Expr& expr, TimeSpan span) {
    if (const auto* vector = promql::as<promql::VectorSelector>(expr)) {
      add(expr, shifted(vector->shift, span), 0);
    } else if (const auto* matrix = promql::as<promql::MatrixSelector>(expr)) {
      const auto* selector = promql::as<promql::VectorSelector>(*matrix->selector);
      const auto range = promql::durationMs(matrix->range, options_.times, promql::DurationSign::kPositive);
      if (range) add(*matrix->selector, shifted(selector->shift, span), *range);
    } else if (const auto* subquery = promql::as<promql::SubqueryExpr>(expr)) {
      const auto range = promql::durationMs(subquery->range, options_.times, promql::DurationSign::kPositive);
      auto inner = shifted(subquery->shift, span);
      if (!range || !inner) return;
      inner->start_ms = minus(inner->start_ms, *range);
      visit(*subquery->expr, *inner);
    } else {
      promql::forEachChild(expr, [&](const Expr& child) { visit(child, span); });
    }
  }

  std::unordered_map<const Expr*, TimeSpan> take() { return std::move(spans_); }

 private:
  std::optional<TimeSpan> shifted(const promql::TimeShift& shift, TimeSpan span) const {
    const auto offset = promql::offsetMs(shift, options_.times);
    if (!offset) return std::nullopt;
    if (const auto at = promql::fixedTime(shift, options_.times)) {
      // timestamp() of `x offset o @ t` may find a sample as if there were no offset.
      const std::int64_t back = minus(*at, *offset);
      return TimeSpan{std::min(*at, back), std::max(*at, back)};
    }
    return TimeSpan{minus(span.start_ms, *offset), minus(span.end_ms, *offset)};
  }

  /// With the lookback on both sides: smoothed and anchored ranges look at the samples around them.
  void add(const Expr& selector, const std::optional<TimeSpan>& span, std::int64_t range_ms) {
    if (!span) return;
    const std::int64_t lookback = options_.lookback_ms;
    spans_[&selector] = {minus(minus(span->start_ms, range_ms), lookback), minus(span->end_ms, -lookback)};
  }

  const PlanOptions& options_;
  std::unordered_map<const Expr*, TimeSpan> spans_;
};

}  // namespace

std::unordered_map<const Expr*, TimeSpan> selectorSpans(const Expr& root, const PlanOptions& options) {
  Spans spans(options);
  spans.visit(root, {options.times.start_ms, options.times.end_ms});
  return spans.take();
}

}  // namespace prome::plan
