// The PromQL engine: an expression, times and leaves in, a value out. Knows no shard and no HTTP.
//
// An Engine is immutable and may evaluate many queries at once, each on the thread that calls; long
// evaluations belong on threads of their own, not on an event loop.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/error.h"
#include "engine/evaluation.h"
#include "engine/leaf_source.h"
#include "engine/series.h"
#include "engine/step_grid.h"
#include "model/annotations.h"
#include "promql/parser.h"

namespace prome::engine {

struct ScalarValue {
  std::int64_t time_ms = 0;
  double value = 0;
};

struct StringValue {
  std::int64_t time_ms = 0;
  std::string text;
};

/// An instant vector (a grid of one step) in the operators' order (sort() means it), or the matrix of a range
/// query, sorted by labels. Series without a value are gone.
struct GridValue {
  StepGrid grid;
  std::vector<Series> series;
};

/// Samples of a range vector asked for as a whole, sorted by labels.
struct RawSeries {
  model::Labels labels;
  std::vector<std::int64_t> float_times;
  std::vector<double> floats;
  std::vector<std::int64_t> histogram_times;
  std::vector<model::HistogramPtr> histograms;
};

struct RawMatrix {
  std::vector<RawSeries> series;
};

using Value = std::variant<ScalarValue, StringValue, GridValue, RawMatrix>;

/// The columns of `value` live in the evaluation that made them, which a Answer therefore owns.
class Answer {
 public:
  Answer(std::unique_ptr<Evaluation> evaluation, Value value)
      : evaluation_(std::move(evaluation)), value_(std::move(value)) {}
  Answer(Answer&&) noexcept = default;
  Answer& operator=(Answer&&) = delete;  // the columns of the old value must go before their pool

  const Value& value() const { return value_; }
  /// Samples Prometheus would have held at its worst moment.
  std::size_t peakSamples() const { return evaluation_->ledger().peak(); }

 private:
  std::unique_ptr<Evaluation> evaluation_;
  Value value_;
};

enum class QueryKind : std::uint8_t { kInstant, kRange };

struct QuerySpec {
  QueryKind kind = QueryKind::kInstant;
  StepGrid grid;  // of one step for kInstant
};

class Engine {
 public:
  explicit Engine(const EngineOptions& options) : options_(options) {}

  /// Evaluates `query`. Annotations are gathered in `annotations` (none of them where the result is an
  /// error).
  Result<Answer> evaluate(const promql::Query& query, const QuerySpec& spec, LeafSource& leaves,
                          model::Annotations& annotations, const EvaluationLimits& limits = {}) const;

  const EngineOptions& options() const { return options_; }

 private:
  EngineOptions options_;
};

}  // namespace prome::engine
