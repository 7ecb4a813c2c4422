// The naive evaluator's state and nodes; see naive.h. One evaluation, one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "model/annotations.h"
#include "promql/ast.h"
#include "promql/functions.h"
#include "tests/differential/naive.h"

namespace prome::differential {

/// What ends an evaluation.
struct Failure {
  ErrorKind kind = ErrorKind::kExecution;
  std::string message = {};
};

[[noreturn]] inline void failWith(std::string message) {
  throw Failure{ErrorKind::kExecution, std::move(message)};
}

struct Sample {
  model::Labels labels = {};
  double value = 0;
  model::HistogramPtr histogram = {};
  std::int64_t time_ms = 0;  // when it was stored
  bool drop_name = false;
  std::size_t order = 0;  // of its series, over all steps
};

using Vector = std::vector<Sample>;
using Rows = std::vector<Vector>;  // one a step

/// `at_skew_ms`: see Evaluation::subqueryGrid.
struct Grid {
  std::int64_t start = 0;
  std::int64_t end = 0;
  std::int64_t step = 1;
  std::int64_t at_skew_ms = 0;

  bool oneStep() const { return start == end; }
  std::size_t size() const { return end < start ? 0 : static_cast<std::size_t>((end - start) / step) + 1; }
  std::int64_t time(std::size_t i) const { return start + static_cast<std::int64_t>(i) * step; }
};

struct RangeSeries {
  model::Labels labels = {};
  bool drop_name = false;
  std::vector<std::vector<StoredSample>> windows = {};  // one a step
};

struct RangeVector {
  std::vector<RangeSeries> series = {};
  std::vector<std::pair<std::int64_t, std::int64_t>> bounds = {};  // (from, to] of each step
  double seconds = 0;
  promql::RangeMode mode = promql::RangeMode::kPlain;
};

/// One window of one series, for a function over it.
struct Window {
  std::vector<StoredSample> floats = {};
  std::vector<StoredSample> histograms = {};
  std::string metric_name = {};
  std::int64_t from = 0;
  std::int64_t to = 0;
  std::int64_t now = 0;
  double seconds = 0;  // of the range
  promql::RangeMode mode = promql::RangeMode::kPlain;
  std::vector<double> arguments = {};   // the scalar ones, in order
  const promql::Expr* about = nullptr;  // the first argument
};

/// A value of one sample: none, a float, or a histogram.
struct WindowValue {
  double value = 0;
  model::HistogramPtr histogram = {};
};

/// What becomes of the compensation of a sum that is infinite, see compensatedAdd.
enum class BesideInfinity : std::uint8_t { kZeroed, kKept };

class Evaluation {
 public:
  Evaluation(const std::vector<StoredSeries>& data, const Times& times, model::Dialect dialect,
             NameRemoval name_removal);

  Answer answer(const promql::Query& query);

 private:
  // naive_evaluation.cc: what is fixed before, selectors, subqueries, dispatch.
  struct Invariance {
    bool invariant = false;
    bool wrap = false;
  };
  struct Subqueries {  // around a node, as Prometheus sums them up
    std::int64_t offset = 0;
    std::int64_t range = 0;
    std::optional<std::int64_t> at = {};
    bool stats_only = false;        // a function around needs no buckets
    bool whole_histograms = false;  // another does
  };
  Invariance prepare(const promql::Expr& expr);
  void wrapIf(bool wrap, const promql::Expr& expr);
  void resolveDurations(const promql::Expr& expr);
  void resolveSelectors(const promql::Expr& expr, Subqueries around, std::int64_t range_ms);
  void forChildren(const promql::Expr& expr, const std::function<void(const promql::Expr&)>& visit);
  std::int64_t resolve(const promql::Duration& duration, bool may_be_negative);
  double durationValue(const promql::Expr& expr);
  std::int64_t milliseconds(const promql::Duration& duration) const;
  std::int64_t offsetOf(const promql::TimeShift& shift) const;
  std::optional<std::int64_t> atOf(const promql::Expr& expr, const promql::TimeShift& shift) const;

  Rows rows(const promql::Expr& expr, const Grid& grid);
  Rows operand(const promql::Expr& expr, const Grid& grid);
  Rows node(const promql::Expr& expr, const Grid& grid);
  Rows scalarRows(const Grid& grid, const std::function<double(std::int64_t)>& value);
  Rows perStep(Rows result, const Grid& grid);
  Rows merged(Rows rows);
  Rows unary(const promql::UnaryExpr& unary, const Grid& grid);
  void dropName(Sample& sample) const;
  model::Labels withoutName(const model::Labels& labels) const;

  bool matches(const model::Labels& labels, std::span<const promql::LabelMatcher> matchers) const;
  std::vector<StoredSeries> select(const promql::Expr& selector);
  const StoredSample* latest(const StoredSeries& series, std::int64_t time) const;
  Rows select(const promql::Expr& selector, const Grid& grid, bool timestamps_wanted = false);
  Rows smoothed(const promql::Expr& selector, const Grid& grid);
  std::optional<Sample> smoothedAt(const StoredSeries& series, std::int64_t time, const promql::Expr& about);
  RangeVector rangeOf(const promql::Expr& expr, const Grid& grid);
  std::pair<Rows, Grid> subqueryRows(const promql::Expr& expr, const Grid& grid);
  std::vector<StoredSeries> bySeries(const Rows& rows, const Grid& grid, std::vector<bool>& drop_name);
  Answer rawAnswer(const promql::Expr& expr);

  // naive_binary.cc
  Rows binary(const promql::Expr& expr, const Grid& grid);
  Vector setOperation(const promql::BinaryExpr& binary, const Vector& lhs, const Vector& rhs);
  Vector vectors(const promql::Expr& expr, Vector lhs, Vector rhs);
  Vector vectorScalar(const promql::Expr& expr, const Vector& vector, double scalar, bool scalar_is_left);
  model::Labels signature(const model::Labels& labels, const promql::VectorMatching& matching) const;
  model::Labels resultLabels(const model::Labels& lhs, const model::Labels& rhs,
                             const promql::BinaryExpr& binary) const;

  // naive_aggregation.cc
  Rows aggregate(const promql::Expr& expr, const Grid& grid);
  Rows countValues(const promql::AggregateExpr& aggregate, const Grid& grid);
  Vector fold(const promql::AggregateExpr& aggregate, const Vector& input, double parameter);
  Vector rank(const promql::Expr& expr, const Vector& input, double parameter);
  model::Labels group(const model::Labels& labels, const promql::AggregateExpr& aggregate,
                      std::string_view with = {}) const;
  std::optional<WindowValue> mean(const std::vector<const Sample*>& group, const promql::Expr& about);
  std::optional<WindowValue> sum(const std::vector<const Sample*>& group, const promql::Expr& about);

  // naive_functions.cc
  Rows call(const promql::Expr& expr, const Grid& grid);
  Rows overRange(const promql::Expr& expr, const Grid& grid, std::size_t range_argument);
  Vector vectorFunction(const promql::Expr& expr, const std::vector<Vector>& args, std::int64_t now);
  Rows labelReplace(const promql::Call& call, const Grid& grid);
  Rows labelJoin(const promql::Call& call, const Grid& grid);
  Rows timestampOf(const promql::Expr& selector, const Grid& grid, bool of_start);
  model::Labels absentLabels(const promql::Expr& argument) const;

  // naive_windows.cc: functions over range vectors.
  std::optional<WindowValue> windowFunction(std::string_view name, const Window& window);
  std::optional<WindowValue> extrapolated(const Window& window, bool is_counter, bool is_rate);
  static std::vector<StoredSample> withEnds(const std::vector<StoredSample>& samples,
                                            const RangeVector& range);
  std::optional<WindowValue> extended(const Window& window, bool is_counter, bool is_rate);
  std::optional<WindowValue> extendedHistograms(const Window& window, bool is_counter, bool is_rate);
  model::HistogramPtr histogramIncrease(const Window& window, bool is_counter);
  std::optional<WindowValue> lastTwo(const Window& window, bool is_rate);
  std::optional<WindowValue> sumOrMean(const Window& window, bool is_mean);
  model::HistogramPtr between(const StoredSample& before, const StoredSample& after, std::int64_t time,
                              bool is_counter, const promql::Expr& about);
  void addOrFail(model::FloatHistogram& base, const model::FloatHistogram& other, bool subtract,
                 const promql::Expr& about);

  // naive_histograms.cc
  Vector histogramFunction(const promql::Expr& expr, const std::vector<Vector>& args, std::int64_t now);
  double nativeQuantile(double q, const model::FloatHistogram& histogram, std::string_view name,
                        const promql::Expr& about);
  double nativeFraction(double lower, double upper, const model::FloatHistogram& histogram,
                        std::string_view name, const promql::Expr& about);

  // naive_info.cc
  Rows info(const promql::Call& call, const Grid& grid);

  /// Does the name of an operand say nothing of the result? In 2.x, atan2 keeps it.
  bool changesMeaning(promql::BinaryOp op) const;
  BesideInfinity besideInfinity() const { return is3x() ? BesideInfinity::kZeroed : BesideInfinity::kKept; }
  bool is3x() const { return dialect_ == model::Dialect::kPrometheus3; }
  bool delayed() const { return name_removal_ == NameRemoval::kDelayed; }
  void warn(std::string text, const promql::Expr& about);
  void inform(std::string text, const promql::Expr& about);

  const std::vector<StoredSeries>& data_;
  const Times times_;
  const model::Dialect dialect_;
  const NameRemoval name_removal_;
  const std::int64_t lookback_ms_ = 300'000;
  model::Annotations annotations_;

  std::unordered_set<const promql::Expr*> wrapped_;                     // evaluated once, at the first step
  std::unordered_map<const promql::Expr*, std::int64_t> start_or_end_;  // `@ start()`, `@ end()`, as resolved
  std::unordered_map<const promql::Expr*, std::int64_t> durations_;     // computed ones, by their expression
  struct Selected {
    std::int64_t from = 0;
    std::int64_t to = 0;
    bool stats_only = false;  // histograms come without buckets
  };
  std::unordered_map<const promql::Expr*, Selected> selected_;  // what storage is asked for
};

bool isNaN(double value);
/// As Go's Duration.Seconds() rounds.
double secondsOf(std::int64_t ms);
/// Go's math.Min and math.Max: NaN wins over all but the infinity asked for, and -0 is below 0.
double goMin(double a, double b);
double goMax(double a, double b);
double quantileOf(double q, std::vector<double> values);
/// Kahan-Neumaier: adds `value` to `sum` and its compensation `c`, which is zero beside an infinite sum; not
/// so in 2.x, where it becomes NaN.
void compensatedAdd(double value, double& sum, double& c, BesideInfinity infinity = BesideInfinity::kZeroed);
std::string general(double value);
std::string fixed(double value);
model::HistogramPtr share(model::FloatHistogram histogram);

}  // namespace prome::differential
