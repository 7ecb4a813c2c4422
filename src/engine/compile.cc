#include "engine/compile.h"

#include <algorithm>
#include <array>
#include <string>

#include "engine/aggregation.h"
#include "engine/binary.h"
#include "engine/broadcast.h"
#include "engine/duplicates.h"
#include "engine/functions.h"
#include "engine/matching.h"
#include "engine/measured.h"
#include "engine/misused_call.h"
#include "engine/names.h"
#include "engine/range_source.h"
#include "engine/selector.h"
#include "promql/functions.h"

namespace prome::engine {
namespace {

using promql::Expr;

// A series a source answered as a whole.
class ColumnsLeaf : public Operator {
 public:
  ColumnsLeaf(const Place& place, std::unique_ptr<SeriesStream> stream)
      : Operator(place), stream_(std::move(stream)) {}

 protected:
  Result<bool> produce(Series& series) override { return stream_->next(series); }

 private:
  std::unique_ptr<SeriesStream> stream_;
};

bool isRange(const Expr& expr) {
  return expr.type == promql::ValueType::kMatrix;
}

// Whether series may become equal in `binary` although its sides' are unlike: names go, or labels of `on` and
// `ignoring`, and the matching is checked per step only.
bool mayCollide(const promql::BinaryExpr& binary, const EngineOptions& options) {
  if (!binary.matching) {
    const Expr& vector = binary.lhs->type == promql::ValueType::kVector ? *binary.lhs : *binary.rhs;
    return options.name_removal == NameRemoval::kImmediate && vector.type == promql::ValueType::kVector &&
           namesMayDiffer(vector, options);
  }
  switch (binary.op) {
    case promql::BinaryOp::kAnd:
    case promql::BinaryOp::kUnless:
      return false;
    case promql::BinaryOp::kOr:
      return true;
    default:
      break;
  }
  const promql::VectorMatching& matching = *binary.matching;
  if (matching.fill_left || matching.fill_right) return true;
  switch (matching.cardinality) {
    case promql::MatchCardinality::kManyToOne:
      return !matching.include.empty() || namesMayDiffer(*binary.lhs, options);
    case promql::MatchCardinality::kOneToMany:
      return !matching.include.empty() || namesMayDiffer(*binary.rhs, options);
    case promql::MatchCardinality::kOneToOne:
    case promql::MatchCardinality::kManyToMany:
      return matching.explicit_labels || namesMayDiffer(*binary.lhs, options);
  }
  return true;
}

bool asksStatsOnly(std::string_view name) {
  return name == "histogram_count" || name == "histogram_sum" || name == "histogram_avg";
}

bool asksBuckets(std::string_view name) {
  return name == "histogram_quantile" || name == "histogram_quantiles" || name == "histogram_fraction";
}

bool isLabelFunction(std::string_view name) {
  return name == "label_replace" || name == "label_join";
}

bool isSetOperation(promql::BinaryOp op) {
  return op == promql::BinaryOp::kAnd || op == promql::BinaryOp::kOr || op == promql::BinaryOp::kUnless;
}

bool isSort(std::string_view name) {
  return name.starts_with("sort");
}

struct FixedWindow {
  std::int64_t start_ms = 0;
  std::int64_t end_ms = 0;
};

// Where timestamp() of `x offset o @ t` finds its sample: Prometheus forgets the offset when it looks for it,
// but not when it asks storage, `ahead_ms` more of which it asks for. Source:
// rangeEvalTimestampFunctionOverVectorSelector in prometheus/promql/engine.go.
FixedWindow timestampWindow(std::int64_t at_ms, std::int64_t offset_ms, std::int64_t lookback_ms,
                            std::int64_t ahead_ms) {
  return {.start_ms = std::max(at_ms, at_ms - offset_ms) - lookback_ms,
          .end_ms = std::min(at_ms, at_ms - offset_ms + ahead_ms)};
}

}  // namespace

// Counts a node as being around another, for as long as it lives.
class Compiler::Within {
 public:
  Within(int& nodes, bool counts) : nodes_(nodes), by_(counts ? 1 : 0) { nodes_ += by_; }
  ~Within() { nodes_ -= by_; }
  Within(const Within&) = delete;
  Within& operator=(const Within&) = delete;

 private:
  int& nodes_;
  const int by_;
};

LeafSource& Compiler::selectorLeaves() {
  if (stats_nodes_ == 0 || whole_nodes_ > 0) return leaves_;
  return stats_leaves_;
}

Place Compiler::place(const Expr& expr, const StepGrid& grid, SampleLedger::Node parent) {
  return {evaluation_, expr, grid, evaluation_.ledger().add(parent)};
}

Place Compiler::uncounted(const Expr& expr, const StepGrid& grid) {
  return {evaluation_, expr, grid, SampleLedger::kUncounted};
}

Result<OperatorPtr> Compiler::operatorOf(const Expr& parenthesized, const StepGrid& grid,
                                         SampleLedger::Node parent) {
  const Expr& expr = promql::withoutParens(parenthesized);
  Result<OperatorPtr> made = unmeasured(expr, grid, parent);
  Profile* const profile = evaluation_.profile();
  if (!made || profile == nullptr) return made;
  return makeMeasured(uncounted(expr, grid), *std::move(made), (*profile)[expr]);
}

Result<OperatorPtr> Compiler::unmeasured(const Expr& expr, const StepGrid& grid, SampleLedger::Node parent) {
  if (grid.steps() == 0) return makeEmpty(uncounted(expr, grid));
  if (leaves_.answers(expr)) {
    Result<std::unique_ptr<SeriesStream>> stream = leaves_.columns(expr, grid);
    if (!stream) return std::unexpected(stream.error());
    return std::make_unique<ColumnsLeaf>(place(expr, grid, parent), *std::move(stream));
  }
  const bool literal = promql::as<promql::NumberLiteral>(expr) != nullptr;
  const bool is_range = grid.start_ms != grid.end_ms;
  if (is_range && !literal && isStepInvariant(expr)) return once(expr, grid, parent);
  return node(expr, grid, parent);
}

Result<OperatorPtr> Compiler::once(const Expr& expr, const StepGrid& grid, SampleLedger::Node parent) {
  const SampleLedger::Node counted = evaluation_.ledger().add(parent);
  Result<OperatorPtr> input = node(expr, StepGrid::at(grid.start_ms), counted);
  if (!input) return input;
  return makeBroadcast(uncounted(expr, grid), *std::move(input), counted);
}

Result<OperatorPtr> Compiler::node(const Expr& expr, const StepGrid& grid, SampleLedger::Node parent) {
  const Place here = place(expr, grid, parent);
  if (const auto* number = promql::as<promql::NumberLiteral>(expr)) return makeConstant(here, number->value);
  if (promql::as<promql::VectorSelector>(expr) != nullptr)
    return selector(expr, here, SelectorValue::kSample);
  if (const auto* unary_expr = promql::as<promql::UnaryExpr>(expr)) return unary(*unary_expr, here);
  if (const auto* binary_expr = promql::as<promql::BinaryExpr>(expr)) return binary(*binary_expr, here);
  if (const auto* aggregate_expr = promql::as<promql::AggregateExpr>(expr))
    return aggregate(*aggregate_expr, here);
  if (const auto* call_expr = promql::as<promql::Call>(expr)) return call(*call_expr, here);
  return fail(ErrorKind::kInternal, "expression is neither a scalar nor an instant vector");
}

Result<OperatorPtr> Compiler::selector(const Expr& expr, const Place& here, SelectorValue value) {
  const auto& selector_expr = *promql::as<promql::VectorSelector>(expr);
  const Result<std::int64_t> offset = offsetMs(selector_expr.shift, times_);
  if (!offset) return std::unexpected(offset.error());
  const bool is_smoothed = selector_expr.mode == promql::RangeMode::kSmoothed;
  const std::int64_t lookback = evaluation_.options().lookback_delta.count();
  SelectorReach reach{.offset_ms = *offset, .lookback_ms = lookback};
  // An `@` is a step invariant: there is one step, as far from the fixed time as need be.
  if (const auto fixed = fixedTime(selector_expr.shift, times_)) {
    if (value == SelectorValue::kSample) {
      reach.offset_ms += here.grid.start_ms - *fixed;
    } else {
      const FixedWindow window = timestampWindow(*fixed, *offset, lookback, is_smoothed ? lookback : 0);
      reach = {.offset_ms = here.grid.start_ms - window.end_ms,
               .lookback_ms = window.end_ms - window.start_ms};
    }
  }
  if (is_smoothed && value == SelectorValue::kSample) {
    return makeSmoothedSelector(here, reach.offset_ms, selectorLeaves());
  }
  return makeSelector(here, selector_expr.matchers, reach, value, selectorLeaves());
}

Result<OperatorPtr> Compiler::unary(const promql::UnaryExpr& unary_expr, const Place& here) {
  Result<OperatorPtr> operand = operatorOf(*unary_expr.expr, here.grid, here.ledger);
  if (!operand || unary_expr.op == promql::UnaryOp::kPlus) return operand;
  Result<OperatorPtr> negated = makeUnary(here, *std::move(operand));
  const bool collide =
      !evaluation_.delaysNameRemoval() && namesMayDiffer(*unary_expr.expr, evaluation_.options());
  if (!negated) return negated;
  if (!collide) return checked(*std::move(negated), here);
  return withoutDuplicates(uncounted(here.expr, here.grid), *std::move(negated),
                           evaluation_.is3x() ? Duplicates::kMerge : Duplicates::kFail);
}

Result<OperatorPtr> Compiler::binary(const promql::BinaryExpr& binary_expr, const Place& here) {
  const Within trim(whole_nodes_, isTrim(binary_expr.op));
  Result<OperatorPtr> lhs = operatorOf(*binary_expr.lhs, here.grid, here.ledger);
  if (!lhs) return lhs;
  Result<OperatorPtr> rhs = operatorOf(*binary_expr.rhs, here.grid, here.ledger);
  if (!rhs) return rhs;
  Result<OperatorPtr> made = makeBinary(here, *std::move(lhs), *std::move(rhs));
  if (!made) return made;
  if (!mayCollide(binary_expr, evaluation_.options())) {
    const bool vector = here.expr.type == promql::ValueType::kVector;
    return vector && !isSetOperation(binary_expr.op) ? checked(*std::move(made), here) : std::move(made);
  }
  return withoutDuplicates(uncounted(here.expr, here.grid), *std::move(made), Duplicates::kMerge);
}

Result<OperatorPtr> Compiler::aggregate(const promql::AggregateExpr& aggregate_expr, const Place& here) {
  OperatorPtr param;
  if (aggregate_expr.param != nullptr && aggregate_expr.param->type == promql::ValueType::kScalar) {
    Result<OperatorPtr> made = operatorOf(*aggregate_expr.param, here.grid, here.ledger);
    if (!made) return made;
    param = *std::move(made);
  }
  Result<OperatorPtr> input = operatorOf(*aggregate_expr.expr, here.grid, here.ledger);
  if (!input) return input;
  return makeAggregation(here, *std::move(input), std::move(param));
}

Result<OperatorPtr> Compiler::call(const promql::Call& call_expr, const Place& here) {
  if (const auto value = contextValue(call_expr, times_)) return makeConstant(here, *value);
  const std::string_view name = call_expr.function->name;
  // Of a bare selector, times are the samples' own; start times only where they are used at all.
  const bool is_start =
      name == "start_timestamp" && evaluation_.options().start_timestamps == StartTimestamps::kUsed;
  if (name == "timestamp" || is_start) {
    const Expr& argument = promql::withoutParens(*call_expr.args[0]);
    if (promql::as<promql::VectorSelector>(argument) != nullptr && !leaves_.answers(argument)) {
      const SelectorValue value = is_start ? SelectorValue::kStartTimestamp : SelectorValue::kTimestamp;
      return collapsed(selector(argument, here, value), call_expr, here);
    }
  }
  const Within stats(stats_nodes_, asksStatsOnly(name));
  const Within whole(whole_nodes_, asksBuckets(name));
  std::vector<Operand> operands;
  for (const Expr* parenthesized : call_expr.args) {
    const Expr& argument = promql::withoutParens(*parenthesized);
    if (const auto* text = promql::as<promql::StringLiteral>(argument)) {
      operands.emplace_back(text->value);
    } else if (name == "info" && !operands.empty()) {
      operands.emplace_back(OperatorPtr());  // matchers, no vector: makeFunction reads the expression
    } else if (isRange(argument)) {
      Result<RangeOperand> range = rangeOf(argument, here.grid, here.ledger);
      if (!range) return std::unexpected(range.error());
      operands.emplace_back(*std::move(range));
    } else {
      Result<OperatorPtr> operand = operatorOf(argument, here.grid, here.ledger);
      if (!operand) return operand;
      operands.emplace_back(*std::move(operand));
    }
  }
  if (Result<void> right = checkRangeMode(call_expr); !right)
    return makeMisusedCall(here, std::move(operands), std::move(right.error()));
  return collapsed(makeFunction(here, std::move(operands), leaves_), call_expr, here);
}

// 3.x drops `__type__` and `__unit__` with the name, and in them even series of one name can differ.
OperatorPtr Compiler::checked(OperatorPtr made, const Place& here) {
  if (!evaluation_.is3x() || evaluation_.delaysNameRemoval()) return made;
  return refusingDuplicates(uncounted(here.expr, here.grid), std::move(made));
}

// Series of a call that become equal: range functions refuse them, others merge what never shares a step.
Result<OperatorPtr> Compiler::collapsed(Result<OperatorPtr> made, const promql::Call& call_expr,
                                        const Place& here) {
  if (!made || call_expr.function->return_type != promql::ValueType::kVector) return made;
  const std::string_view name = call_expr.function->name;
  const auto differ = [&](const Expr* argument) {
    return argument->type != promql::ValueType::kScalar && namesMayDiffer(*argument, evaluation_.options());
  };
  const bool names_collide =
      !evaluation_.delaysNameRemoval() && !isSort(name) && std::ranges::any_of(call_expr.args, differ);
  const bool of_vectors = std::ranges::any_of(
      call_expr.args, [](const Expr* argument) { return argument->type != promql::ValueType::kScalar; });
  if (!names_collide && !isLabelFunction(name)) {
    return of_vectors && !isSort(name) ? checked(*std::move(made), here) : std::move(made);
  }
  const bool over_range =
      std::ranges::any_of(call_expr.args, [](const Expr* argument) { return isRange(*argument); });
  return withoutDuplicates(uncounted(here.expr, here.grid), *std::move(made),
                           over_range ? Duplicates::kFail : Duplicates::kMerge);
}

Result<RangeOperand> Compiler::rangeOf(const Expr& parenthesized, const StepGrid& grid,
                                       SampleLedger::Node parent) {
  const Expr& expr = promql::withoutParens(parenthesized);
  const auto* matrix = promql::as<promql::MatrixSelector>(expr);
  const auto* subquery = promql::as<promql::SubqueryExpr>(expr);
  const auto* selector_expr =
      matrix == nullptr ? nullptr : promql::as<promql::VectorSelector>(*matrix->selector);
  const promql::TimeShift& shift = matrix != nullptr ? selector_expr->shift : subquery->shift;

  RangeOperand operand;
  operand.expr = &expr;
  operand.windows.grid = grid;
  operand.windows.at_ms = fixedTime(shift, times_);
  operand.windows.moves = !evaluation_.is3x();
  const Result<std::int64_t> range = durationMs(matrix != nullptr ? matrix->range : subquery->range, times_,
                                                promql::DurationSign::kPositive);
  if (!range) return std::unexpected(range.error());
  const Result<std::int64_t> offset = offsetMs(shift, times_);
  if (!offset) return std::unexpected(offset.error());
  operand.windows.range_ms = *range;
  operand.windows.offset_ms = *offset;
  if (matrix != nullptr) {
    operand.windows.mode = selector_expr->mode;
    Result<std::unique_ptr<RangeSource>> source =
        makeSelectorRange(evaluation_, operand.windows, *matrix->selector, selectorLeaves());
    if (!source) return std::unexpected(source.error());
    operand.source = *std::move(source);
    return operand;
  }
  std::int64_t step = evaluation_.options().default_subquery_step.count();
  if (subquery->step) {
    const Result<std::int64_t> written = durationMs(*subquery->step, times_, promql::DurationSign::kPositive);
    if (!written) return std::unexpected(written.error());
    if (*written > 0) step = *written;
  }
  const StepGrid inner_grid = subqueryGrid(operand.windows, step, evaluation_.options().dialect);
  if (inner_grid.steps() > kMaxSubquerySteps) {
    return fail(ErrorKind::kExecution,
                "subquery has more than " + std::to_string(kMaxSubquerySteps) + " steps");
  }
  const Within whole(whole_nodes_, true);  // of what a subquery skips resets could not be told
  Result<OperatorPtr> inner = operatorOf(*subquery->expr, inner_grid, parent);
  if (!inner) return std::unexpected(inner.error());
  operand.source = makeSubqueryRange(evaluation_, *std::move(inner));
  return operand;
}

}  // namespace prome::engine
