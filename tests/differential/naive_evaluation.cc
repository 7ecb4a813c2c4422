#include "tests/differential/naive_evaluation.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <set>
#include <span>

#include "base/number_format.h"
#include "engine/annotation_text.h"
#include "model/regex.h"
#include "model/sample.h"

namespace prome::differential {
namespace {

using promql::as;
using promql::Expr;

constexpr std::int64_t kDefaultSubqueryStepMs = 60'000;
constexpr const char* kSameLabels = "vector cannot contain metrics with the same labelset";

bool isUnsafeAtFixedTime(std::string_view function) {
  static const std::set<std::string_view> kUnsafe = {
      "days_in_month", "day_of_month", "day_of_week",    "day_of_year", "end",  "hour", "minute",   "month",
      "year",          "range",        "predict_linear", "start",       "step", "time", "timestamp"};
  return kUnsafe.contains(function);
}

bool isStale(const StoredSample& sample) {
  return sample.histogram ? sample.histogram->isStale() : model::isStaleNaN(sample.value);
}

const promql::TimeShift& shiftOf(const Expr& expr) {
  if (const auto* const selector = as<promql::VectorSelector>(expr)) return selector->shift;
  return as<promql::SubqueryExpr>(expr)->shift;
}

std::string at(const Expr& expr) {
  return std::to_string(expr.pos.start) + ":" + std::to_string(expr.pos.end) + ": ";
}

}  // namespace

bool isNaN(double value) {
  return std::isnan(value);
}

double secondsOf(std::int64_t ms) {
  return static_cast<double>(ms / 1000) + static_cast<double>(ms % 1000 * 1'000'000) / 1e9;
}

void compensatedAdd(double value, double& sum, double& c, BesideInfinity infinity) {
  const double total = sum + value;
  if (std::isinf(total) && infinity == BesideInfinity::kZeroed) {
    c = 0;
  } else if (std::abs(sum) >= std::abs(value)) {
    c += (sum - total) + value;
  } else {
    c += (value - total) + sum;
  }
  sum = total;
}

double quantileOf(double q, std::vector<double> values) {
  if (values.empty() || isNaN(q)) return model::kNormalNaN;
  if (q < 0) return -std::numeric_limits<double>::infinity();
  if (q > 1) return std::numeric_limits<double>::infinity();
  std::ranges::stable_sort(values, [](double a, double b) { return isNaN(a) ? !isNaN(b) : a < b; });
  const auto n = static_cast<double>(values.size());
  const double position = q * (n - 1);
  const double lower = std::max(0.0, std::floor(position));
  const double upper = std::min(n - 1, lower + 1);
  const double weight = position - std::floor(position);
  return values[static_cast<std::size_t>(lower)] * (1 - weight) +
         values[static_cast<std::size_t>(upper)] * weight;
}

double goMin(double a, double b) {
  if (isNaN(a) || isNaN(b)) {
    return std::isinf(a) && a < 0 ? a : std::isinf(b) && b < 0 ? b : model::kNormalNaN;
  }
  if (a == 0 && b == 0) return std::signbit(a) ? a : b;
  return std::min(a, b);
}

double goMax(double a, double b) {
  return -goMin(-a, -b);
}

std::string general(double value) {
  std::string out;
  appendGeneral(out, value);
  return out;
}

std::string fixed(double value) {
  std::string out;
  appendFixed(out, value);
  return out;
}

model::HistogramPtr share(model::FloatHistogram histogram) {
  return std::make_shared<const model::FloatHistogram>(std::move(histogram));
}

Evaluation::Evaluation(const std::vector<StoredSeries>& data, const Times& times, model::Dialect dialect,
                       NameRemoval name_removal)
    : data_(data), times_(times), dialect_(dialect), name_removal_(name_removal) {}

void Evaluation::warn(std::string text, const Expr& about) {
  if (is3x()) annotations_.warn(std::move(text), about.pos.start);
}

void Evaluation::inform(std::string text, const Expr& about) {
  if (is3x()) annotations_.inform(std::move(text), about.pos.start);
}

void Evaluation::dropName(Sample& sample) const {
  sample.drop_name = true;
  if (delayed()) return;
  sample.labels = withoutName(sample.labels);
}

/// 3.x: the labels of type and unit go with the name.
model::Labels Evaluation::withoutName(const model::Labels& labels) const {
  model::LabelsBuilder builder(labels);
  builder.remove(model::kMetricName);
  if (is3x()) builder.remove("__type__").remove("__unit__");
  return builder.labels();
}

// --- What is fixed before
// -----------------------------------------------------------------------------------

void Evaluation::forChildren(const Expr& expr, const std::function<void(const Expr&)>& visit) {
  if (const auto* const paren = as<promql::ParenExpr>(expr)) visit(*paren->expr);
  if (const auto* const unary = as<promql::UnaryExpr>(expr)) visit(*unary->expr);
  if (const auto* const matrix = as<promql::MatrixSelector>(expr)) visit(*matrix->selector);
  if (const auto* const subquery = as<promql::SubqueryExpr>(expr)) visit(*subquery->expr);
  if (const auto* const binary = as<promql::BinaryExpr>(expr)) visit(*binary->lhs), visit(*binary->rhs);
  if (const auto* const call = as<promql::Call>(expr)) {
    for (const Expr* const arg : call->args) visit(*arg);
  }
  if (const auto* const aggregate = as<promql::AggregateExpr>(expr)) {
    visit(*aggregate->expr);
    if (aggregate->param != nullptr) visit(*aggregate->param);
  }
}

double Evaluation::durationValue(const Expr& expr) {
  if (const auto* const number = as<promql::NumberLiteral>(expr)) return number->value;
  const auto& duration = *as<promql::DurationExpr>(expr);
  const double lhs = duration.lhs != nullptr ? durationValue(*duration.lhs) : 0;
  const double rhs = duration.rhs != nullptr ? durationValue(*duration.rhs) : 0;
  switch (duration.op) {
    case promql::DurationOp::kAdd:
      return lhs + rhs;
    case promql::DurationOp::kSub:
      return lhs - rhs;
    case promql::DurationOp::kMul:
      return lhs * rhs;
    case promql::DurationOp::kDiv:
      if (rhs == 0) throw Failure{ErrorKind::kBadData, at(expr) + "division by zero"};
      return lhs / rhs;
    case promql::DurationOp::kMod:
      if (rhs == 0) throw Failure{ErrorKind::kBadData, at(expr) + "modulo by zero"};
      return std::fmod(lhs, rhs);
    case promql::DurationOp::kPow:
      return std::pow(lhs, rhs);
    case promql::DurationOp::kNegate:
      return -lhs;
    case promql::DurationOp::kPlus:
    case promql::DurationOp::kParen:
      return lhs;
    case promql::DurationOp::kStep:
      return times_.kind == QueryKind::kInstant ? 0 : secondsOf(times_.step_ms);
    case promql::DurationOp::kRange:
      return secondsOf(times_.end_ms - times_.start_ms);
    case promql::DurationOp::kMinOf:
      return std::min(lhs, rhs);
    case promql::DurationOp::kMaxOf:
      return std::max(lhs, rhs);
  }
  return 0;
}

std::int64_t Evaluation::resolve(const promql::Duration& duration, bool may_be_negative) {
  const double seconds = durationValue(*duration.expr);
  const Expr& expr = *duration.expr;
  if (!std::isfinite(seconds)) {
    throw Failure{ErrorKind::kBadData, at(expr) + "duration is NaN or infinite"};
  }
  if (seconds <= 0 && !may_be_negative) {
    throw Failure{ErrorKind::kBadData, at(expr) + "duration must be greater than 0"};
  }
  if (std::abs(seconds) > 9223372036.854775807) {
    throw Failure{ErrorKind::kBadData, at(expr) + "duration is out of range"};
  }
  return static_cast<std::int64_t>(seconds * 1000);
}

void Evaluation::resolveDurations(const Expr& expr) {
  const auto compute = [this](const promql::Duration& duration, bool may_be_negative) {
    if (duration.expr != nullptr) durations_[duration.expr] = resolve(duration, may_be_negative);
  };
  if (const auto* const selector = as<promql::VectorSelector>(expr)) {
    if (selector->shift.offset) compute(*selector->shift.offset, true);
  }
  if (const auto* const matrix = as<promql::MatrixSelector>(expr)) compute(matrix->range, false);
  if (const auto* const subquery = as<promql::SubqueryExpr>(expr)) {
    if (subquery->shift.offset) compute(*subquery->shift.offset, true);
    if (subquery->step) compute(*subquery->step, false);
    compute(subquery->range, false);
  }
  forChildren(expr, [this](const Expr& child) { resolveDurations(child); });
}

std::int64_t Evaluation::milliseconds(const promql::Duration& duration) const {
  return duration.expr != nullptr ? durations_.at(duration.expr) : duration.nanos / 1'000'000;
}

std::int64_t Evaluation::offsetOf(const promql::TimeShift& shift) const {
  return shift.offset ? milliseconds(*shift.offset) : 0;
}

/// The time of `@`. A selector in the parameter of an aggregation has none for start() and end(): Prometheus
/// forgets them.
std::optional<std::int64_t> Evaluation::atOf(const Expr& expr, const promql::TimeShift& shift) const {
  if (shift.at == promql::AtModifier::kTimestamp) return shift.at_ms;
  const auto found = start_or_end_.find(&expr);
  if (found == start_or_end_.end()) return std::nullopt;
  return found->second;
}

void Evaluation::wrapIf(bool wrap, const Expr& expr) {
  if (wrap) wrapped_.insert(&expr);
}

/// Which expressions do not depend on the step, as Prometheus finds them; the largest are wrapped. Parameters
/// of aggregations are not looked at: one that varies beside an operand that does not is taken as it is at
/// the first step.
Evaluation::Invariance Evaluation::prepare(const Expr& expr) {
  const auto fix = [this, &expr](const promql::TimeShift& shift) -> bool {
    if (shift.at == promql::AtModifier::kStart) start_or_end_[&expr] = times_.start_ms;
    if (shift.at == promql::AtModifier::kEnd) start_or_end_[&expr] = times_.end_ms;
    return shift.at != promql::AtModifier::kNone;
  };
  if (const auto* const selector = as<promql::VectorSelector>(expr)) {
    const bool fixed_time = fix(selector->shift);
    return {fixed_time, fixed_time};
  }
  if (const auto* const aggregate = as<promql::AggregateExpr>(expr)) {
    return prepare(promql::withoutParens(*aggregate->expr));
  }
  if (const auto* const matrix = as<promql::MatrixSelector>(expr)) {
    return {prepare(*matrix->selector).invariant, false};
  }
  if (const auto* const subquery = as<promql::SubqueryExpr>(expr)) {
    wrapIf(prepare(*subquery->expr).invariant, *subquery->expr);
    const bool fixed_time = fix(subquery->shift);
    return {fixed_time, fixed_time};
  }
  if (const auto* const paren = as<promql::ParenExpr>(expr)) return prepare(*paren->expr);
  if (const auto* const unary = as<promql::UnaryExpr>(expr)) return prepare(*unary->expr);
  if (const auto* const binary = as<promql::BinaryExpr>(expr)) {
    const Invariance lhs = prepare(*binary->lhs);
    const Invariance rhs = prepare(*binary->rhs);
    if (lhs.invariant && rhs.invariant) return {true, true};
    wrapIf(lhs.wrap, *binary->lhs);
    wrapIf(rhs.wrap, *binary->rhs);
    return {};
  }
  if (const auto* const call = as<promql::Call>(expr)) {
    const std::string_view name = call->function->name;
    if (name == "start" || name == "end" || name == "range" || name == "step") return {true, false};
    bool invariant = !isUnsafeAtFixedTime(name);
    bool fixed_timestamp = name == "timestamp";
    std::vector<std::pair<const Expr*, bool>> wraps;
    for (const Expr* const arg : call->args) {
      const Expr& inner = promql::withoutParens(*arg);
      const Invariance of_arg = prepare(inner);
      wraps.emplace_back(&inner, of_arg.wrap);
      invariant = invariant && of_arg.invariant;
      if (!of_arg.invariant || as<promql::VectorSelector>(inner) == nullptr) fixed_timestamp = false;
    }
    if (invariant || fixed_timestamp) return {true, true};
    for (const auto& [arg, wrap] : wraps) wrapIf(wrap, *arg);
    return {};
  }
  return {true, false};
}

/// What storage is asked for by each selector: samples beyond are not seen even where a window reaches there.
void Evaluation::resolveSelectors(const Expr& expr, Subqueries around, std::int64_t range_ms) {
  if (const auto* const selector = as<promql::VectorSelector>(expr)) {
    std::int64_t from = around.at.value_or(times_.start_ms);
    std::int64_t to = around.at.value_or(times_.end_ms);
    if (const auto fixed_time = atOf(expr, selector->shift)) {
      from = to = *fixed_time;
    } else {
      from -= around.offset + around.range;
      to -= around.offset;
    }
    const std::int64_t open = is3x() ? 1 : 0;
    const bool smoothed = selector->mode == promql::RangeMode::kSmoothed;
    const bool anchored = selector->mode == promql::RangeMode::kAnchored;
    if (range_ms == 0 || smoothed || anchored) from -= lookback_ms_;
    from -= range_ms - open;
    if (smoothed) to += lookback_ms_;
    const std::int64_t offset = offsetOf(selector->shift);
    selected_[&expr] = {from - offset, to - offset, around.stats_only && !around.whole_histograms && is3x()};
    return;
  }
  if (const auto* const matrix = as<promql::MatrixSelector>(expr)) range_ms = milliseconds(matrix->range);
  if (const auto* const subquery = as<promql::SubqueryExpr>(expr)) {
    const auto fixed_time = atOf(expr, subquery->shift);
    around.offset = (fixed_time ? 0 : around.offset) + offsetOf(subquery->shift);
    around.range = (fixed_time ? 0 : around.range) + milliseconds(subquery->range);
    if (fixed_time) around.at = fixed_time;
    around.whole_histograms = true;
    range_ms = 0;
  }
  if (const auto* const call = as<promql::Call>(expr)) {
    const std::string_view name = call->function->name;
    if (name == "histogram_count" || name == "histogram_sum" || name == "histogram_avg") {
      around.stats_only = true;
    }
    if (name == "histogram_quantile" || name == "histogram_quantiles" || name == "histogram_fraction") {
      around.whole_histograms = true;
    }
  }
  if (const auto* const binary = as<promql::BinaryExpr>(expr)) {
    if (binary->op == promql::BinaryOp::kTrimUpper || binary->op == promql::BinaryOp::kTrimLower) {
      around.whole_histograms = true;
    }
  }
  forChildren(expr, [&](const Expr& child) { resolveSelectors(child, around, range_ms); });
}

// --- Dispatch
// -----------------------------------------------------------------------------------------------

Rows Evaluation::rows(const Expr& expr, const Grid& grid) {
  if (grid.size() == 0) return {};
  if (!wrapped_.contains(&expr)) return node(expr, grid);
  const Rows first = node(expr, {grid.start, grid.start, grid.step, grid.at_skew_ms});
  std::map<model::Labels, bool> is_histogram;
  for (const Sample& sample : first.at(0)) {
    // A float and a histogram that became one series.
    const bool histogram = sample.histogram != nullptr;
    const bool both = is_histogram.emplace(sample.labels, histogram).first->second != histogram;
    if (both && !delayed()) failWith("unexpected number of samples");
  }
  return Rows(grid.size(), first.at(0));
}

/// The value of `expr` for a node around it: of a float and a histogram that became one series, the float.
Rows Evaluation::operand(const Expr& expr, const Grid& grid) {
  Rows result = rows(expr, grid);
  for (Vector& row : result) {
    std::set<model::Labels> floats;
    for (const Sample& sample : row) {
      if (!sample.histogram) floats.insert(sample.labels);
    }
    std::erase_if(row,
                  [&](const Sample& sample) { return sample.histogram && floats.contains(sample.labels); });
  }
  return result;
}

Rows Evaluation::node(const Expr& expr, const Grid& grid) {
  if (const auto* const number = as<promql::NumberLiteral>(expr)) {
    return scalarRows(grid, [number](std::int64_t) { return number->value; });
  }
  if (const auto* const selector = as<promql::VectorSelector>(expr)) {
    return selector->mode == promql::RangeMode::kSmoothed ? smoothed(expr, grid) : select(expr, grid);
  }
  if (const auto* const paren = as<promql::ParenExpr>(expr)) return rows(*paren->expr, grid);
  if (const auto* const negated = as<promql::UnaryExpr>(expr)) return unary(*negated, grid);
  if (as<promql::BinaryExpr>(expr) != nullptr) return binary(expr, grid);
  if (as<promql::AggregateExpr>(expr) != nullptr) return aggregate(expr, grid);
  if (as<promql::Call>(expr) != nullptr) return call(expr, grid);
  return Rows(grid.size());
}

Rows Evaluation::scalarRows(const Grid& grid, const std::function<double(std::int64_t)>& value) {
  Rows result(grid.size());
  for (std::size_t i = 0; i < grid.size(); ++i) result[i].push_back({.value = value(grid.time(i))});
  return result;
}

/// The rules for what a node made step by step: a step holds no labels twice (not checked for a lone step
/// while names are to go later), and a series is as its first sample says.
Rows Evaluation::perStep(Rows result, const Grid& grid) {
  std::map<model::Labels, bool> drop_name;
  for (Vector& row : result) {
    std::set<model::Labels> seen;
    for (Sample& sample : row) {
      if (!seen.insert(sample.labels).second && !(grid.oneStep() && delayed())) failWith(kSameLabels);
      if (grid.oneStep()) continue;
      sample.drop_name = drop_name.emplace(sample.labels, sample.drop_name).first->second;
    }
  }
  return result;
}

/// Series of equal labels made one; they must not share a step.
Rows Evaluation::merged(Rows rows) {
  std::map<model::Labels, bool> drop_name;
  for (Vector& row : rows) {
    std::set<std::pair<model::Labels, bool>> seen;
    for (Sample& sample : row) {
      if (!seen.emplace(sample.labels, sample.histogram != nullptr).second) failWith(kSameLabels);
      sample.drop_name = drop_name.emplace(sample.labels, sample.drop_name).first->second;
    }
  }
  return rows;
}

Rows Evaluation::unary(const promql::UnaryExpr& unary, const Grid& grid) {
  Rows result = rows(*unary.expr, grid);
  if (unary.op == promql::UnaryOp::kPlus) return result;
  std::map<model::Labels, model::Labels> names_of;
  for (Vector& row : result) {
    for (Sample& sample : row) {
      const model::Labels named = sample.labels;
      sample.value = -sample.value;
      if (sample.histogram) {
        model::FloatHistogram negative = *sample.histogram;
        sample.histogram = share(negative.multiply(-1));
      }
      dropName(sample);
      // 2.x wants series that differ without their names, also where they share no step.
      const bool same = names_of.try_emplace(sample.labels, named).first->second == named;
      if (!same && !is3x()) failWith("vector cannot contain metrics with the same labelset");
    }
  }
  return delayed() ? result : merged(std::move(result));
}

// --- Selectors
// ----------------------------------------------------------------------------------------------

bool Evaluation::matches(const model::Labels& labels, std::span<const promql::LabelMatcher> matchers) const {
  return std::ranges::all_of(matchers, [&](const promql::LabelMatcher& matcher) {
    const std::string_view value = labels.get(matcher.name);
    switch (matcher.type) {
      case promql::MatchType::kEqual:
        return value == matcher.value;
      case promql::MatchType::kNotEqual:
        return value != matcher.value;
      case promql::MatchType::kRegexp:
        return (*model::cachedRegex(matcher.value, dialect_))->matches(value);
      case promql::MatchType::kNotRegexp:
        return !(*model::cachedRegex(matcher.value, dialect_))->matches(value);
    }
    return false;
  });
}

namespace {

/// Histograms without buckets, as functions get them that need none. Their reset hints are found on the way.
void keepStatistics(std::vector<StoredSample>& samples) {
  model::HistogramPtr before;
  for (StoredSample& sample : samples) {
    if (!sample.histogram) continue;
    const model::HistogramPtr full = sample.histogram;
    model::FloatHistogram bare;
    bare.counter_reset_hint = full->counter_reset_hint;
    bare.schema = full->schema;
    bare.count = full->count;
    bare.sum = full->sum;
    if (bare.counter_reset_hint == model::CounterResetHint::kUnknown && before && !full->isStale()) {
      bare.counter_reset_hint =
          full->detectReset(*before) ? model::CounterResetHint::kReset : model::CounterResetHint::kNotReset;
    }
    sample.histogram = share(bare);
    if (!full->isStale()) before = full;
  }
}

}  // namespace

std::vector<StoredSeries> Evaluation::select(const Expr& selector) {
  const Selected& wanted = selected_.at(&selector);
  std::vector<StoredSeries> result;
  for (const StoredSeries& series : data_) {
    if (!matches(series.labels, as<promql::VectorSelector>(selector)->matchers)) continue;
    StoredSeries& seen = result.emplace_back(StoredSeries{series.labels, {}});
    for (const StoredSample& sample : series.samples) {
      if (sample.time_ms >= wanted.from && sample.time_ms <= wanted.to) seen.samples.push_back(sample);
    }
  }
  return result;
}

const StoredSample* Evaluation::latest(const StoredSeries& series, std::int64_t time) const {
  const StoredSample* found = nullptr;
  for (const StoredSample& sample : series.samples) {
    if (sample.time_ms <= time) found = &sample;
  }
  if (found == nullptr || isStale(*found)) return nullptr;
  const std::int64_t oldest = time - lookback_ms_;
  return found->time_ms > oldest || (!is3x() && found->time_ms == oldest) ? found : nullptr;
}

/// Where `@` stands in an expression that is evaluated at every step all the same (the parameter of an
/// aggregation), Prometheus moves on from that time with the steps.
Rows Evaluation::select(const Expr& selector, const Grid& grid, bool timestamps_wanted) {
  const promql::TimeShift& shift = shiftOf(selector);
  const auto fixed_time = atOf(selector, shift);
  const bool stats_only = selected_.at(&selector).stats_only;
  Rows result(grid.size());
  std::size_t order = 0;
  for (StoredSeries& series : select(selector)) {
    if (stats_only) keepStatistics(series.samples);
    ++order;
    for (std::size_t i = 0; i < grid.size(); ++i) {
      std::int64_t time = grid.time(i) - offsetOf(shift);
      if (fixed_time) time += *fixed_time - grid.start + grid.at_skew_ms;
      if (fixed_time && timestamps_wanted) time = *fixed_time;  // Prometheus forgets the offset here
      const StoredSample* const sample = latest(series, time);
      if (sample == nullptr) continue;
      result[i].push_back({series.labels, sample->value, sample->histogram, sample->time_ms, false, order});
      if (timestamps_wanted) result[i].back().value = static_cast<double>(sample->start_ms);
    }
  }
  return result;
}

std::optional<Sample> Evaluation::smoothedAt(const StoredSeries& series, std::int64_t time,
                                             const Expr& about) {
  std::vector<StoredSample> around;
  bool floats = false;
  bool histograms = false;
  for (const StoredSample& sample : series.samples) {
    if (sample.time_ms <= time - lookback_ms_ || sample.time_ms > time + lookback_ms_ || isStale(sample)) {
      continue;
    }
    around.push_back(sample);
    (sample.histogram ? histograms : floats) = true;
  }
  if (floats && histograms) {
    warn(engine::annotation_text::mixedFloatsHistograms(series.labels.metricName()), about);
    return std::nullopt;
  }
  const auto after = std::ranges::find_if(around, [&](const auto& s) { return s.time_ms >= time; });
  Sample result{series.labels, 0, nullptr, time, false};
  if (after != around.end() && after->time_ms == time) {
    result.value = after->value;
    result.histogram = after->histogram;
    return result;
  }
  if (after == around.begin()) return std::nullopt;
  const StoredSample& before = *std::prev(after);
  if (after == around.end()) {
    result.value = before.value;
    if (before.histogram) {
      model::FloatHistogram carried = *before.histogram;
      carried.counter_reset_hint = model::CounterResetHint::kUnknown;
      result.histogram = share(carried);
    }
    return result;
  }
  if (!histograms) {
    result.value = before.value + (after->value - before.value) * static_cast<double>(time - before.time_ms) /
                                      static_cast<double>(after->time_ms - before.time_ms);
    return result;
  }
  const bool mixed = before.histogram->usesCustomBuckets() != after->histogram->usesCustomBuckets();
  constexpr auto kGauge = model::CounterResetHint::kGauge;
  const bool is_counter =
      before.histogram->counter_reset_hint != kGauge || after->histogram->counter_reset_hint != kGauge;
  result.histogram = mixed ? nullptr : between(before, *after, time, is_counter, about);
  if (!result.histogram) {
    warn(engine::annotation_text::mixedExponentialCustom(series.labels.metricName()), about);
    return std::nullopt;
  }
  return result;
}

Rows Evaluation::smoothed(const Expr& selector, const Grid& grid) {
  const promql::TimeShift& shift = shiftOf(selector);
  const auto fixed_time = atOf(selector, shift);
  Rows result(grid.size());
  for (StoredSeries& series : select(selector)) {
    if (selected_.at(&selector).stats_only) keepStatistics(series.samples);
    for (std::size_t i = 0; i < grid.size(); ++i) {
      std::int64_t time = grid.time(i) - offsetOf(shift);
      if (fixed_time) time += *fixed_time - grid.start + grid.at_skew_ms;
      if (auto sample = smoothedAt(series, time, selector)) result[i].push_back(std::move(*sample));
    }
  }
  return result;
}

// --- Range vectors
// ------------------------------------------------------------------------------------------

/// The inner values of a subquery over all steps of `grid`. A selector with `@` inside is moved relative to
/// the start of the inner grid; Prometheus forgets to where that happens to be the outer start, and its
/// time is then off by the subqueries' offsets: `at_skew_ms`.
std::pair<Rows, Grid> Evaluation::subqueryRows(const Expr& expr, const Grid& grid) {
  const auto& subquery = *as<promql::SubqueryExpr>(expr);
  const auto fixed_time = atOf(expr, subquery.shift);
  const std::int64_t original = offsetOf(subquery.shift);
  const std::int64_t offset = fixed_time ? original + grid.start - *fixed_time - grid.at_skew_ms : original;
  const std::int64_t step = subquery.step ? milliseconds(*subquery.step) : kDefaultSubqueryStepMs;
  const std::int64_t open_start = grid.start - offset - milliseconds(subquery.range);
  Grid inner{step * (open_start / step), grid.time(grid.size() - 1) - offset, step, 0};
  if (inner.start < open_start || (inner.start == open_start && is3x())) inner.start += step;
  if (inner.start == grid.start) {
    inner.at_skew_ms = fixed_time ? original + grid.start - *fixed_time : grid.at_skew_ms + original;
  }
  return {rows(*subquery.expr, inner), inner};
}

/// Rows as series in the order of the selector, or of their first samples. Labels that occur twice in a row
/// are two series.
std::vector<StoredSeries> Evaluation::bySeries(const Rows& rows, const Grid& grid,
                                               std::vector<bool>& drop_name) {
  std::map<std::pair<model::Labels, int>, std::size_t> places;
  std::vector<StoredSeries> result;
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::map<std::pair<model::Labels, bool>, int> in_row;
    for (const Sample& sample : rows[i]) {
      const int nth = in_row[{sample.labels, sample.histogram != nullptr}]++;
      const auto [place, added] = places.emplace(std::pair(sample.labels, nth), result.size());
      if (added) {
        result.push_back({sample.labels, {}});
        drop_name.push_back(sample.drop_name);
        order.push_back(sample.order);
      }
      result[place->second].samples.push_back({grid.time(i), sample.value, sample.histogram, 0});
    }
  }
  if (grid.oneStep()) return result;
  std::vector<std::size_t> sorted(result.size());
  std::iota(sorted.begin(), sorted.end(), std::size_t{0});
  std::ranges::stable_sort(sorted, {}, [&](std::size_t i) { return order[i]; });
  std::vector<StoredSeries> in_order;
  std::vector<bool> drop_in_order;
  for (const std::size_t i : sorted) {
    in_order.push_back(std::move(result[i]));
    drop_in_order.push_back(drop_name[i]);
  }
  drop_name = std::move(drop_in_order);
  return in_order;
}

RangeVector Evaluation::rangeOf(const Expr& expr, const Grid& grid) {
  RangeVector result;
  std::vector<StoredSeries> data;
  std::vector<bool> drop_name;
  const auto* const matrix = as<promql::MatrixSelector>(expr);
  const Expr& shifted = matrix != nullptr ? *matrix->selector : expr;
  const std::int64_t range_ms =
      milliseconds(matrix != nullptr ? matrix->range : as<promql::SubqueryExpr>(expr)->range);
  std::int64_t skew = 0;
  if (matrix != nullptr) {
    data = select(*matrix->selector);
    drop_name.assign(data.size(), false);
    result.mode = as<promql::VectorSelector>(*matrix->selector)->mode;
    skew = grid.at_skew_ms;
    for (StoredSeries& series : data) {
      if (selected_.at(matrix->selector).stats_only) keepStatistics(series.samples);
    }
  } else {
    const auto [inner, inner_grid] = subqueryRows(expr, grid);
    data = bySeries(inner, inner_grid, drop_name);
    for (StoredSeries& series : data) {
      for (StoredSample& sample : series.samples) {
        if (!sample.histogram || sample.histogram->counter_reset_hint == model::CounterResetHint::kGauge) {
          continue;
        }
        model::FloatHistogram unhinted = *sample.histogram;
        unhinted.counter_reset_hint = model::CounterResetHint::kUnknown;
        sample.histogram = share(unhinted);
      }
    }
  }
  result.seconds = secondsOf(range_ms);
  const std::int64_t before = result.mode == promql::RangeMode::kPlain ? 0 : lookback_ms_;
  const std::int64_t after = result.mode == promql::RangeMode::kSmoothed ? lookback_ms_ : 0;
  const auto fixed_time = atOf(shifted, shiftOf(shifted));
  std::int64_t last = 0;  // that is selected
  for (std::size_t i = 0; i < grid.size(); ++i) {
    std::int64_t to = (fixed_time ? *fixed_time + skew : grid.time(i)) - offsetOf(shiftOf(shifted));
    if (i == 0) last = to;
    // In 2.x the window goes on moving, though what is selected ends with the first.
    if (fixed_time && !is3x()) to += grid.time(i) - grid.start;
    if (!fixed_time || is3x()) last = to;
    result.bounds.emplace_back(to - range_ms, to);
  }
  for (std::size_t s = 0; s < data.size(); ++s) {
    RangeSeries& series = result.series.emplace_back(RangeSeries{data[s].labels, drop_name[s], {}});
    for (const auto& [from, to] : result.bounds) {
      auto& window = series.windows.emplace_back();
      for (const StoredSample& sample : data[s].samples) {
        const bool inside = sample.time_ms > from - before || (!is3x() && sample.time_ms == from);
        if (inside && sample.time_ms <= std::min(to, last) + after && !isStale(sample))
          window.push_back(sample);
      }
    }
  }
  return result;
}

// --- Answers
// ------------------------------------------------------------------------------------------------

/// Samples of a range vector asked for as a whole; `anchored` and `smoothed` get a point at each end.
Answer Evaluation::rawAnswer(const Expr& expr) {
  const Grid grid{times_.start_ms, times_.start_ms, 1, 0};
  std::vector<StoredSeries> data;
  std::vector<bool> drop_name;
  if (as<promql::SubqueryExpr>(expr) != nullptr) {
    auto [inner, inner_grid] = subqueryRows(expr, grid);
    data = bySeries(inner, inner_grid, drop_name);
  } else {
    const RangeVector range = rangeOf(expr, grid);
    for (const RangeSeries& series : range.series) {
      std::vector<StoredSample> samples = series.windows[0];
      if (range.mode != promql::RangeMode::kPlain) samples = withEnds(samples, range);
      if (samples.empty()) continue;
      data.push_back({series.labels, samples});
      drop_name.push_back(false);
    }
  }
  std::map<model::Labels, std::vector<Point>> by_labels;
  for (std::size_t s = 0; s < data.size(); ++s) {
    Sample named{.labels = data[s].labels};
    if (drop_name[s] && delayed()) named.labels = withoutName(named.labels);
    std::vector<Point>& points = by_labels[named.labels];
    for (const StoredSample& sample : data[s].samples) {
      const bool taken = std::ranges::any_of(points, [&](const Point& point) {
        return point.time_ms == sample.time_ms &&
               (point.histogram == nullptr) == (sample.histogram == nullptr);
      });
      if (taken && delayed()) failWith(kSameLabels);
      points.push_back({sample.time_ms, sample.value, sample.histogram});
    }
  }
  Answer result{.kind = AnswerKind::kMatrix};
  for (auto& [labels, points] : by_labels) {
    std::ranges::stable_sort(points, {}, &Point::time_ms);
    result.series.push_back({labels, points});
  }
  return result;
}

Answer Evaluation::answer(const promql::Query& query) {
  const Expr& root = query.root();
  Answer result;
  try {
    if (times_.kind == QueryKind::kRange && root.type != promql::ValueType::kVector &&
        root.type != promql::ValueType::kScalar) {
      const std::string type = root.type == promql::ValueType::kString ? "string" : "range vector";
      throw Failure{ErrorKind::kBadData, "invalid expression type \"" + type +
                                             "\" for range query, must be Scalar or instant Vector"};
    }
    resolveDurations(root);
    wrapIf(prepare(root).wrap, root);
    resolveSelectors(root, {}, 0);
    const Expr& inner = promql::withoutParens(root);
    if (const auto* const text = as<promql::StringLiteral>(inner)) {
      result = {.kind = AnswerKind::kString, .text = std::string(text->value)};
    } else if (root.type == promql::ValueType::kMatrix) {
      result = rawAnswer(inner);
    } else {
      const Grid grid{times_.start_ms, times_.end_ms, times_.step_ms, 0};
      Rows values = rows(root, grid);
      std::vector<bool> drop_name;
      if (delayed()) {
        std::map<model::Labels, bool> first;
        for (Vector& row : values) {
          for (Sample& sample : row) {
            if (!first.emplace(sample.labels, sample.drop_name).first->second) continue;
            sample.labels = withoutName(sample.labels);
          }
        }
        values = merged(std::move(values));
      }
      for (StoredSeries& series : bySeries(values, grid, drop_name)) {
        AnswerSeries& out = result.series.emplace_back(AnswerSeries{series.labels, {}});
        for (const StoredSample& sample : series.samples) {
          out.points.push_back({sample.time_ms, sample.value, sample.histogram});
        }
        // Of a float and a histogram that became one series an instant vector shows the histogram.
        if (times_.kind == QueryKind::kInstant && out.points.size() > 1) {
          std::erase_if(out.points, [](const Point& point) { return point.histogram == nullptr; });
        }
      }
      if (times_.kind == QueryKind::kRange) {
        result.kind = AnswerKind::kMatrix;
        std::ranges::stable_sort(result.series, {}, &AnswerSeries::labels);
      } else if (root.type == promql::ValueType::kScalar) {
        result.kind = AnswerKind::kScalar;
      }
    }
  } catch (const Failure& failure) {
    return {.kind = AnswerKind::kError, .error_kind = failure.kind, .text = failure.message};
  }
  const model::ShownAnnotations shown = annotations_.show(query.text(), 0);
  result.warnings = shown.warnings;
  result.infos = shown.infos;
  return result;
}

Answer evaluateNaively(const promql::Query& query, const Times& times, const std::vector<StoredSeries>& data,
                       model::Dialect dialect, NameRemoval name_removal) {
  return Evaluation(data, times, dialect, name_removal).answer(query);
}

}  // namespace prome::differential
