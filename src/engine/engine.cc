#include "engine/engine.h"

#include <algorithm>
#include <new>
#include <string>

#include "engine/compile.h"
#include "engine/duplicates.h"
#include "engine/interpolation.h"

namespace prome::engine {
namespace {

using promql::Expr;
using promql::ValueType;

std::string_view documentedType(ValueType type) {
  switch (type) {
    case ValueType::kScalar:
      return "scalar";
    case ValueType::kVector:
      return "instant vector";
    case ValueType::kMatrix:
      return "range vector";
    case ValueType::kString:
      return "string";
    case ValueType::kNone:
      break;
  }
  return "none";
}

// Samples of `from` put between those of `into` by their times; false where two have the same.
template <class T>
bool mergeSamples(std::vector<std::int64_t>& times, std::vector<T>& values,
                  const std::vector<std::int64_t>& from_times, const std::vector<T>& from) {
  for (std::size_t i = 0; i < from.size(); ++i) {
    const auto at = std::ranges::lower_bound(times, from_times[i]);
    if (at != times.end() && *at == from_times[i]) return false;
    values.insert(values.begin() + (at - times.begin()), from[i]);
    times.insert(at, from_times[i]);
  }
  return true;
}

// Series that a name taken off late has made equal are one. `matrix` is sorted by labels.
Result<Value> withoutEqualLabels(RawMatrix matrix) {
  RawMatrix merged;
  for (RawSeries& series : matrix.series) {
    if (merged.series.empty() || merged.series.back().labels != series.labels) {
      merged.series.push_back(std::move(series));
      continue;
    }
    RawSeries& into = merged.series.back();
    if (!mergeSamples(into.float_times, into.floats, series.float_times, series.floats) ||
        !mergeSamples(into.histogram_times, into.histograms, series.histogram_times, series.histograms)) {
      return fail(ErrorKind::kExecution, "vector cannot contain metrics with the same labelset");
    }
  }
  return merged;
}

// One evaluation from the expression to the value.
class Run {
 public:
  Run(Evaluation& evaluation, const promql::QueryTimes& times, LeafSource& leaves)
      : evaluation_(evaluation), compiler_(evaluation, times, leaves) {}

  Result<Value> value(const Expr& expr, const QuerySpec& spec) {
    const std::int64_t time = spec.grid.start_ms;
    if (const auto* text = promql::as<promql::StringLiteral>(promql::withoutParens(expr))) {
      return StringValue{time, std::string(text->value)};
    }
    if (expr.type == ValueType::kMatrix) return rawMatrix(expr, spec.grid);
    Result<GridValue> grid = gridValue(expr, spec.grid);
    if (!grid) return std::unexpected(grid.error());
    if (spec.kind == QueryKind::kInstant && expr.type == ValueType::kScalar) {
      return ScalarValue{time, grid->series.at(0).floats[0]};
    }
    if (spec.kind == QueryKind::kRange) std::ranges::sort(grid->series, {}, &Series::labels);
    return *std::move(grid);
  }

 private:
  Result<GridValue> gridValue(const Expr& expr, const StepGrid& grid) {
    Result<OperatorPtr> root = compiler_.operatorOf(expr, grid, SampleLedger::kRoot);
    if (!root) return std::unexpected(root.error());
    if (evaluation_.delaysNameRemoval() && expr.type == ValueType::kVector) {
      root = withoutDuplicates({evaluation_, expr, grid, SampleLedger::kUncounted},
                               dropDelayedNames(expr, grid, *std::move(root)), Duplicates::kMerge);
    }
    Result<std::vector<Series>> series = drain(**root);
    if (!series) return std::unexpected(series.error());
    std::erase_if(*series, [](const Series& one) { return !holdsSample(one); });
    return GridValue{grid, *std::move(series)};
  }

  class DelayedNames : public Operator {
   public:
    DelayedNames(const Place& place, OperatorPtr input) : Operator(place), input_(std::move(input)) {}

   protected:
    Result<bool> produce(Series& series) override {
      const Result<bool> more = input_->next(series);
      if (series.drop_name) series.labels = withoutMetric(series.labels, evaluation());
      return more;
    }

   private:
    OperatorPtr input_;
  };

  OperatorPtr dropDelayedNames(const Expr& expr, const StepGrid& grid, OperatorPtr input) {
    return std::make_unique<DelayedNames>(Place{evaluation_, expr, grid, SampleLedger::kUncounted},
                                          std::move(input));
  }

  Result<Value> rawMatrix(const Expr& expr, const StepGrid& grid) {
    Result<RangeOperand> range = compiler_.rangeOf(expr, grid, SampleLedger::kRoot);
    if (!range) return std::unexpected(range.error());
    RawMatrix matrix;
    SampleRun run;
    std::size_t held = 0;
    while (true) {
      const Result<bool> more = range->source->next(run);
      if (!more) return std::unexpected(more.error());
      if (!*more) break;
      Result<RawSeries> series = rawSeries(run, range->windows);
      if (!series) return std::unexpected(series.error());
      if (series->floats.empty() && series->histograms.empty()) continue;
      held += series->floats.size();
      for (const model::HistogramPtr& histogram : series->histograms) held += model::sampleCount(*histogram);
      evaluation_.ledger().hold(SampleLedger::kRoot, held);
      matrix.series.push_back(*std::move(series));
    }
    std::ranges::sort(matrix.series, {}, &RawSeries::labels);
    return withoutEqualLabels(std::move(matrix));
  }

  Result<RawSeries> rawSeries(const SampleRun& run, const WindowGrid& windows) {
    RawSeries series;
    series.labels = run.drop_name ? withoutMetric(run.labels, evaluation_) : run.labels;
    series.float_times.assign(run.floats.times.begin(), run.floats.times.end());
    series.floats.assign(run.floats.values.begin(), run.floats.values.end());
    if (windows.mode != promql::RangeMode::kPlain) {
      if (!run.histograms.empty()) {
        const bool anchored = windows.mode == promql::RangeMode::kAnchored;
        return fail(ErrorKind::kExecution, std::string(anchored ? "anchored" : "smoothed") +
                                               " modifier is not supported with histograms");
      }
      extendFloats(series.float_times, series.floats, windows);
    }
    series.histogram_times.assign(run.histograms.times.begin(), run.histograms.times.end());
    series.histograms.assign(run.histograms.values.begin(), run.histograms.values.end());
    return series;
  }

  Evaluation& evaluation_;
  Compiler compiler_;
};

}  // namespace

Result<Answer> Engine::evaluate(const promql::Query& query, const QuerySpec& spec, LeafSource& leaves,
                                model::Annotations& annotations, const EvaluationLimits& limits) const {
  const Expr& root = query.root();
  const bool range = spec.kind == QueryKind::kRange;
  if (range && root.type != ValueType::kVector && root.type != ValueType::kScalar) {
    return fail(ErrorKind::kBadData, "invalid expression type \"" + std::string(documentedType(root.type)) +
                                         "\" for range query, must be Scalar or instant Vector");
  }
  auto evaluation = std::make_unique<Evaluation>(options_, spec.grid, limits);
  if (range) evaluation->setRangeQuery();
  const promql::QueryTimes times{spec.grid.start_ms, spec.grid.end_ms, range ? spec.grid.step_ms : 0};
  try {
    leaves.begin(*evaluation);
    Result<Value> value = Run(*evaluation, times, leaves).value(root, spec);
    if (!value) return std::unexpected(value.error());
    annotations = std::move(evaluation->annotations());
    return Answer(std::move(evaluation), *std::move(value));
  } catch (const EvaluationStopped& stopped) {
    return std::unexpected(stopped.error());
  } catch (const std::bad_alloc&) {
    return fail(ErrorKind::kExecution, "query needs more memory than there is");
  }
}

}  // namespace prome::engine
