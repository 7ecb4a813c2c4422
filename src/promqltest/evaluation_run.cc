#include "promqltest/evaluation_run.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "model/annotations.h"
#include "promql/duration.h"
#include "promql/functions.h"
#include "promql/printer.h"
#include "promqltest/comparison.h"
#include "promqltest/limits.h"
#include "promqltest/observation.h"

namespace prome::promqltest {
namespace {

using engine::QueryKind;
using engine::QuerySpec;
using engine::StepGrid;

constexpr std::int64_t kMinuteMs = 60'000;

/// Functions whose result may change with the evaluation's time although what they are given does not.
/// Source: AtModifierUnsafeFunctions in prometheus/promql/functions.go.
constexpr std::array<std::string_view, 15> kTimeDependent{
    "day_of_month", "day_of_week",    "day_of_year", "days_in_month", "end",  "hour", "minute",   "month",
    "year",         "predict_linear", "range",       "start",         "step", "time", "timestamp"};

/// Does a time dependent function occur outside subqueries (which get a time of their own)?
class TimeDependence {
 public:
  bool of(const promql::Expr& expr) const {
    return std::visit([this](const auto& node) { return in(node); }, expr.node);
  }

 private:
  bool in(const promql::NumberLiteral&) const { return false; }
  bool in(const promql::StringLiteral&) const { return false; }
  bool in(const promql::VectorSelector&) const { return false; }
  bool in(const promql::MatrixSelector&) const { return false; }
  bool in(const promql::SubqueryExpr&) const { return false; }
  bool in(const promql::DurationExpr&) const { return false; }
  bool in(const promql::UnaryExpr& node) const { return of(*node.expr); }
  bool in(const promql::ParenExpr& node) const { return of(*node.expr); }
  bool in(const promql::BinaryExpr& node) const { return of(*node.lhs) || of(*node.rhs); }
  bool in(const promql::AggregateExpr& node) const {
    return (node.param != nullptr && of(*node.param)) || of(*node.expr);
  }
  bool in(const promql::Call& node) const {
    return std::ranges::find(kTimeDependent, node.function->name) != kTimeDependent.end() ||
           std::ranges::any_of(node.args, [this](const promql::Expr* arg) { return of(*arg); });
  }
};

/// Does the query's text ask for its own range or step, which differ between instant and range queries?
bool asksForItsRange(std::string_view text) {
  constexpr std::array<std::string_view, 4> kCalls{"start()", "end()", "range()", "step()"};
  return std::ranges::any_of(
      kCalls, [&](std::string_view call) { return text.find(call) != std::string_view::npos; });
}

std::string timeText(std::int64_t time_ms) {
  std::string out;
  promql::appendDuration(out, time_ms * promql::kNanosPerMilli);
  return out;
}

struct Outcome {
  Result<Observation> result;
  std::vector<std::string> warnings;
  std::vector<std::string> infos;
};

class EvalRun {
 public:
  EvalRun(const EvalCommand& eval, const engine::Engine& engine, MemoryStorage& storage)
      : eval_(eval), engine_(engine), storage_(storage) {}

  std::string run() const {
    if (eval_.spec.kind == QueryKind::kRange) return check(execute(*eval_.query, eval_.spec));
    const std::int64_t time_ms = eval_.spec.grid.start_ms;
    if (std::string wrong = runInstant(*eval_.query, time_ms); !wrong.empty()) return wrong;
    if (TimeDependence().of(eval_.query->root())) return {};
    return runPinned(time_ms);
  }

 private:
  std::string runPinned(std::int64_t time_ms) const {
    const std::string text = promql::printPinned(eval_.query->root(), time_ms);
    const auto query = promql::parse(text);
    if (!query) return "  re-printed: " + text + "\n  " + query.error().message() + "\n";
    std::vector<std::int64_t> times{-10 * time_ms, 0, time_ms / 5, time_ms, 10 * time_ms};
    if (time_ms == 0) times = {-1000, 0, 1000};
    for (const std::int64_t at : times) {
      std::string wrong = runInstant(*query, at);
      if (!wrong.empty()) return "  re-printed: " + text + "\n  evaluated at " + timeText(at) + "\n" + wrong;
    }
    return {};
  }

  std::string runInstant(const promql::Query& query, std::int64_t time_ms) const {
    const Outcome instant = execute(query, {QueryKind::kInstant, StepGrid::at(time_ms)});
    if (std::string wrong = check(instant); !wrong.empty()) return wrong;
    const bool has_range_form = !eval_.failure && !eval_.ordered && !eval_.range_vector && !eval_.text;
    if (!has_range_form || asksForItsRange(query.text())) return {};
    const StepGrid grid{time_ms - kMinuteMs, time_ms + kMinuteMs, kMinuteMs};
    const Outcome range = execute(query, {QueryKind::kRange, grid});
    std::string wrong = checkMiddle(range, time_ms, std::holds_alternative<double>(*instant.result));
    if (wrong.empty()) return {};
    return "  middle step of a range query from " + timeText(grid.start_ms) + " to " + timeText(grid.end_ms) +
           " step 1m\n" + wrong;
  }

  Outcome execute(const promql::Query& query, const QuerySpec& spec) const {
    model::Annotations annotations;
    const engine::EvaluationLimits limits{.deadline = engine::Clock::now() + kEvaluationTimeout};
    const auto answer = engine_.evaluate(query, spec, storage_, annotations, limits);
    model::ShownAnnotations shown = annotations.show(query.text(), 0);
    Outcome out{.result = fail(ErrorKind::kInternal, ""),
                .warnings = std::move(shown.warnings),
                .infos = std::move(shown.infos)};
    if (answer) {
      out.result = observe(answer->value(), spec.kind);
    } else {
      out.result = std::unexpected(answer.error());
    }
    return out;
  }

  std::string check(const Outcome& outcome) const {
    if (!outcome.result) return checkError(outcome.result.error());
    if (eval_.failure) return "  wanted an error: " + eval_.failure->describe() + "\n  got a result\n";
    std::string wrong = difference(eval_.warnings, "warning", outcome.warnings);
    wrong += difference(eval_.infos, "info", outcome.infos);
    return wrong + difference(eval_, *outcome.result);
  }

  std::string checkError(const Error& error) const {
    if (eval_.failure && eval_.failure->accepts(error.message)) return {};
    const std::string wanted = eval_.failure ? "an error: " + eval_.failure->describe() : "a result";
    return "  wanted  " + wanted + "\n  got     an error: " + error.message + "\n";
  }

  std::string checkMiddle(const Outcome& range, std::int64_t time_ms, bool of_scalar) const {
    if (!range.result) return "  got an error: " + range.result.error().message + "\n";
    const auto* const matrix = std::get_if<PointMatrix>(&*range.result);
    if (matrix == nullptr) return "  a range query gave no matrix\n";
    for (std::size_t i = 1; i < matrix->series.size(); ++i) {
      if (matrix->series[i].labels < matrix->series[i - 1].labels) return "  the matrix is not sorted\n";
    }
    const PointVector middle = at(*matrix, time_ms);
    if (!of_scalar) return difference(eval_, middle);
    if (middle.size() != 1 || !std::holds_alternative<double>(middle.front().points.front().value)) {
      return "  a scalar has no value there\n";
    }
    return difference(eval_, std::get<double>(middle.front().points.front().value));
  }

  const EvalCommand& eval_;
  const engine::Engine& engine_;
  MemoryStorage& storage_;
};

}  // namespace

std::string runEval(const EvalCommand& eval, const engine::Engine& engine, MemoryStorage& storage) {
  return EvalRun(eval, engine, storage).run();
}

}  // namespace prome::promqltest
