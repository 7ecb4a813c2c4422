#include "verify/room.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "promql/children.h"
#include "promql/functions.h"
#include "promql/parser.h"

namespace prome::verify {
namespace {

using promql::AggregateExpr;
using promql::AggregateOp;
using promql::BinaryExpr;
using promql::BinaryOp;
using promql::Call;
using promql::Expr;

/// Functions that jump where their argument moves by its last digit, or compare neighbouring values.
constexpr std::array<std::string_view, 26> kJumping = {"round",
                                                       "floor",
                                                       "ceil",
                                                       "sgn",
                                                       "changes",
                                                       "resets",
                                                       "rate",
                                                       "increase",
                                                       "irate",
                                                       "sort",
                                                       "sort_desc",
                                                       "hour",
                                                       "minute",
                                                       "month",
                                                       "year",
                                                       "day_of_month",
                                                       "day_of_week",
                                                       "day_of_year",
                                                       "days_in_month",
                                                       "histogram_quantile",
                                                       "timestamp",
                                                       "label_replace",
                                                       "clamp",
                                                       "quantile_over_time",
                                                       "ts_of_max_over_time",
                                                       "ts_of_min_over_time"};

bool isFold(const Expr& expr) {
  const auto* aggregate = promql::as<AggregateExpr>(expr);
  if (aggregate == nullptr) return false;
  return aggregate->op == AggregateOp::kSum || aggregate->op == AggregateOp::kAvg ||
         aggregate->op == AggregateOp::kStddev || aggregate->op == AggregateOp::kStdvar;
}

bool decides(const Expr& expr) {
  if (const auto* binary = promql::as<BinaryExpr>(expr)) {
    const bool compares = binary->op >= BinaryOp::kEqual && binary->op <= BinaryOp::kLessEqual;
    return compares || binary->op == BinaryOp::kMod || binary->op == BinaryOp::kTrimUpper ||
           binary->op == BinaryOp::kTrimLower;
  }
  if (const auto* aggregate = promql::as<AggregateExpr>(expr)) {
    return aggregate->op == AggregateOp::kTopk || aggregate->op == AggregateOp::kBottomk ||
           aggregate->op == AggregateOp::kCountValues;
  }
  if (const auto* call = promql::as<Call>(expr)) {
    return std::ranges::find(kJumping, call->function->name) != kJumping.end();
  }
  return false;
}

struct Below {
  bool fold = false;
  bool decided = false;  // something above a fold decides
};

Below look(const Expr& expr) {
  Below out;
  promql::forEachChild(expr, [&](const Expr& child) {
    const Below below = look(child);
    out.fold = out.fold || below.fold;
    out.decided = out.decided || below.decided;
  });
  if (out.fold && decides(expr)) out.decided = true;
  if (isFold(expr)) out.fold = true;
  return out;
}

}  // namespace

Room roomOf(const Question& question) {
  const auto query = promql::parse(question.query);
  if (!query) return {};
  Room out;
  const Below below = look(query->root());
  out.sums = below.fold;
  out.sums_decide = below.decided;
  const Expr& root = promql::withoutParens(query->root());
  if (const auto* aggregate = promql::as<AggregateExpr>(root)) {
    out.picks_of_tied = aggregate->op == AggregateOp::kTopk || aggregate->op == AggregateOp::kBottomk;
    out.values_ordered = out.picks_of_tied && aggregate->grouping.empty() && !aggregate->without;
  } else if (const auto* call = promql::as<Call>(root)) {
    out.values_ordered = call->function->name.starts_with("sort");
  }
  out.values_ordered = out.values_ordered && question.kind == QuestionKind::kInstant;
  return out;
}

}  // namespace prome::verify
