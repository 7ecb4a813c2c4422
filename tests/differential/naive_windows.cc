#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "engine/annotation_text.h"
#include "model/sample.h"
#include "tests/differential/naive_evaluation.h"

namespace prome::differential {
namespace {

using promql::Expr;
namespace text = engine::annotation_text;
using model::CounterResetHint;
using model::FloatHistogram;
using model::HistogramPtr;
using Samples = std::vector<StoredSample>;

/// A histogram with exponential buckets met one with custom ones.
struct MixedSchemas {};

bool isGauge(const StoredSample& sample) {
  return sample.histogram->counter_reset_hint == CounterResetHint::kGauge;
}

/// Does the start timestamp of `sample` tell of a reset since `previous`?
bool restarted(const StoredSample& previous, const StoredSample& sample) {
  if (sample.start_ms == 0 || sample.start_ms >= sample.time_ms) return false;
  if (sample.start_ms != previous.time_ms) return sample.start_ms > previous.time_ms;
  return previous.start_ms <= previous.time_ms && previous.start_ms != 0 &&
         previous.start_ms != previous.time_ms;
}

bool overlaps(const StoredSample& previous, const StoredSample& sample) {
  return sample.start_ms != 0 && sample.start_ms < previous.time_ms && sample.start_ms != previous.start_ms;
}

bool anyOverlap(const Samples& samples) {
  for (std::size_t i = 1; i < samples.size(); ++i) {
    if (overlaps(samples[i - 1], samples[i])) return true;
  }
  return false;
}

std::vector<double> valuesOf(const Samples& samples) {
  std::vector<double> values;
  for (const StoredSample& sample : samples) values.push_back(sample.value);
  return values;
}

Samples allOf(const Window& window) {
  Samples all = window.floats;
  all.insert(all.end(), window.histograms.begin(), window.histograms.end());
  std::ranges::stable_sort(all, {}, &StoredSample::time_ms);
  return all;
}

/// Slope, and value at `origin`, of the line of least squares.
std::pair<double, double> regression(const Samples& samples, std::int64_t origin, BesideInfinity infinity) {
  double n = 0;
  double sum_x = 0, c_x = 0, sum_y = 0, c_y = 0, sum_xy = 0, c_xy = 0, sum_x2 = 0, c_x2 = 0;
  bool constant = true;
  for (const StoredSample& sample : samples) {
    if (sample.value != samples[0].value && &sample != &samples[0]) constant = false;
    n += 1;
    const double x = static_cast<double>(sample.time_ms - origin) / 1e3;
    compensatedAdd(x, sum_x, c_x, infinity);
    compensatedAdd(sample.value, sum_y, c_y, infinity);
    compensatedAdd(x * sample.value, sum_xy, c_xy, infinity);
    compensatedAdd(x * x, sum_x2, c_x2, infinity);
  }
  if (constant) {
    if (std::isinf(samples[0].value)) return {model::kNormalNaN, model::kNormalNaN};
    return {0, samples[0].value};
  }
  sum_x += c_x, sum_y += c_y, sum_xy += c_xy, sum_x2 += c_x2;
  const double slope = (sum_xy - sum_x * sum_y / n) / (sum_x2 - sum_x * sum_x / n);
  return {slope, sum_y / n - slope * sum_x / n};
}

double variance(const std::vector<double>& values, BesideInfinity infinity) {
  double count = 0, mean = 0, c_mean = 0, squares = 0, c_squares = 0;
  for (const double value : values) {
    count += 1;
    const double delta = value - (mean + c_mean);
    compensatedAdd(delta / count, mean, c_mean, infinity);
    compensatedAdd(delta * (value - (mean + c_mean)), squares, c_squares, infinity);
  }
  return (squares + c_squares) / count;
}

double sumOf(const std::vector<double>& values) {
  double sum = 0, c = 0;
  for (const double value : values) compensatedAdd(value, sum, c);
  return std::isinf(sum) ? sum : sum + c;
}

double meanOf(const std::vector<double>& values) {
  double sum = values[0], c = 0;
  bool is_mean = false;
  double count = 1;
  for (std::size_t i = 1; i < values.size(); ++i) {
    count = static_cast<double>(i + 1);
    if (!is_mean) {
      double next = sum, next_c = c;
      compensatedAdd(values[i], next, next_c);
      if (!std::isinf(next)) {
        sum = next, c = next_c;
        continue;
      }
      is_mean = true;
      sum /= count - 1, c /= count - 1;
    }
    const double q = (count - 1) / count;
    sum *= q, c *= q;
    compensatedAdd(values[i] / count, sum, c);
  }
  return is_mean ? sum + c : sum / count + c / count;
}

/// 2.x: a running mean, infinities kept apart.
double runningMeanOf(const std::vector<double>& values) {
  double mean = 0, count = 0, c = 0;
  for (const double value : values) {
    count += 1;
    if (std::isinf(mean)) {
      if (std::isinf(value) && (mean > 0) == (value > 0)) continue;
      if (!std::isinf(value) && !isNaN(value)) continue;
    }
    compensatedAdd(value / count - mean / count, mean, c);
  }
  return std::isinf(mean) ? mean : mean + c;
}

std::string sixDecimals(double value) {
  char out[400];
  std::snprintf(out, sizeof out, "%f", value);
  return out;
}

double smoothedExponentially(const std::vector<double>& values, double smoothing, double trend) {
  double before = 0;
  double smooth = values[0];
  double slope = values[1] - values[0];
  for (std::size_t i = 1; i < values.size(); ++i) {
    if (i > 1) slope = trend * (smooth - before) + (1 - trend) * slope;
    const double next = smoothing * values[i] + (1 - smoothing) * (smooth + slope);
    before = smooth;
    smooth = next;
  }
  return smooth;
}

/// `first` is the sample a window with a point before its start begins with, `last` the one at its end.
struct Ends {
  std::size_t first = 0;
  std::size_t last = 0;
};

std::optional<Ends> endsOf(const Samples& samples, const Window& window) {
  Ends ends{0, samples.size() - 1};
  while (ends.first + 1 < samples.size() && samples[ends.first + 1].time_ms <= window.from) ++ends.first;
  // Prometheus does not look at the last sample here: a window all of whose others lie before its start
  // begins with the second last.
  if (ends.first == samples.size() - 1 && samples.size() > 1) ends.first = samples.size() - 2;
  if (window.mode == promql::RangeMode::kSmoothed) {
    ends.last = 0;
    while (ends.last + 1 < samples.size() && samples[ends.last].time_ms < window.to) ++ends.last;
  }
  if (samples[ends.last].time_ms <= window.from) return std::nullopt;
  if (window.mode == promql::RangeMode::kSmoothed && samples[ends.first].time_ms > window.to) {
    return std::nullopt;
  }
  return ends;
}

double floatBetween(const StoredSample& before, const StoredSample& after, std::int64_t time,
                    bool is_counter) {
  const double from = is_counter && after.value < before.value ? 0 : before.value;
  return from + (after.value - from) * static_cast<double>(time - before.time_ms) /
                    static_cast<double>(after.time_ms - before.time_ms);
}

}  // namespace

void Evaluation::addOrFail(FloatHistogram& base, const FloatHistogram& other, bool subtract,
                           const Expr& about) {
  const auto added = subtract ? base.subtract(other) : base.add(other);
  if (!added) throw MixedSchemas{};
  if (added->bounds_reconciled) {
    inform(text::mismatchedCustomBuckets(subtract ? "subtraction" : "addition"), about);
  }
}

/// nullptr where the two do not go together.
HistogramPtr Evaluation::between(const StoredSample& before, const StoredSample& after, std::int64_t time,
                                 bool is_counter, const Expr& about) {
  if (time == before.time_ms) return before.histogram;
  if (time == after.time_ms) return after.histogram;
  const double fraction =
      static_cast<double>(time - before.time_ms) / static_cast<double>(after.time_ms - before.time_ms);
  FloatHistogram result = *after.histogram;
  if (is_counter && after.histogram->detectReset(*before.histogram)) return share(result.multiply(fraction));
  try {
    addOrFail(result, *before.histogram, true, about);
    result.multiply(fraction);
    addOrFail(result, *before.histogram, false, about);
  } catch (const MixedSchemas&) {
    return nullptr;
  }
  return share(result);
}

/// What `x[r] anchored` or `x[r] smoothed` shows by itself: its samples and a point at each end.
std::vector<StoredSample> Evaluation::withEnds(const Samples& samples, const RangeVector& range) {
  if (samples.empty()) return {};
  const bool smooth = range.mode == promql::RangeMode::kSmoothed;
  if (std::ranges::any_of(samples, [](const auto& sample) { return sample.histogram != nullptr; })) {
    failWith(std::string(smooth ? "smoothed" : "anchored") + " modifier is not supported with histograms");
  }
  const auto [from, to] = range.bounds[0];
  Ends ends{0, samples.size() - 1};
  while (ends.first + 2 < samples.size() && samples[ends.first + 1].time_ms <= from) ++ends.first;
  if (smooth) {
    ends.last = 0;
    while (ends.last + 1 < samples.size() && samples[ends.last].time_ms < to) ++ends.last;
  }
  if (samples[ends.last].time_ms <= from) return {};
  double left = samples[ends.first].value;
  double right = samples[ends.last].value;
  if (smooth && samples[ends.first].time_ms < from) {
    left = floatBetween(samples[ends.first], samples[ends.first + 1], from, false);
  }
  if (smooth && ends.last > 0 && samples[ends.last].time_ms > to) {
    right = floatBetween(samples[ends.last - 1], samples[ends.last], to, false);
  }
  Samples result = {{.time_ms = from, .value = left}};
  for (std::size_t i = ends.first; i <= ends.last; ++i) {
    if (samples[i].time_ms <= from && i == ends.first) continue;
    if (samples[i].time_ms >= to && i == ends.last) continue;
    result.push_back(samples[i]);
  }
  result.push_back({.time_ms = to, .value = right});
  return result;
}

std::optional<WindowValue> Evaluation::extended(const Window& window, bool is_counter, bool is_rate) {
  const Samples& samples = window.floats;
  const auto ends = endsOf(samples, window);
  if (!ends) return std::nullopt;
  const bool smooth = window.mode == promql::RangeMode::kSmoothed;
  auto [first, last] = *ends;
  double left = samples[first].value;
  double right = samples[last].value;
  if (smooth && samples[first].time_ms < window.from) {
    left = floatBetween(samples[first], samples[first + 1], window.from, is_counter);
  }
  if (smooth && last > 0 && samples[last].time_ms > window.to) {
    right = floatBetween(samples[last - 1], samples[last], window.to, is_counter);
  }
  double result = right - left;
  if (is_counter) {
    double correction = 0;
    double previous = left;
    for (std::size_t i = first; i <= last; ++i) {
      if (i == first && samples[i].time_ms <= window.from) continue;
      if (i == last && samples[i].time_ms >= window.to) continue;
      if (samples[i].value < previous) correction += previous;
      previous = samples[i].value;
    }
    if (right < previous) correction += previous;
    result += correction;
  }
  return WindowValue{is_rate ? result / window.seconds : result};
}

std::optional<WindowValue> Evaluation::extendedHistograms(const Window& window, bool is_counter,
                                                          bool is_rate) {
  const Samples& samples = window.histograms;
  const auto ends = endsOf(samples, window);
  if (!ends) return std::nullopt;
  const bool smooth = window.mode == promql::RangeMode::kSmoothed;
  const auto [first, last] = *ends;
  for (std::size_t i = first; i <= last; ++i) {
    if (samples[i].histogram->usesCustomBuckets() != samples[first].histogram->usesCustomBuckets()) {
      throw MixedSchemas{};
    }
    if (is_counter && isGauge(samples[i])) warn(text::nativeNotCounter(window.metric_name), *window.about);
  }
  HistogramPtr left = samples[first].histogram;
  HistogramPtr right = samples[last].histogram;
  if (smooth && samples[first].time_ms < window.from) {
    left = between(samples[first], samples[first + 1], window.from, is_counter, *window.about);
  }
  if (left && smooth && last > 0 && samples[last].time_ms > window.to) {
    right = between(samples[last - 1], samples[last], window.to, is_counter, *window.about);
  }
  if (!left || !right) throw MixedSchemas{};
  if (!is_counter && (left->counter_reset_hint != CounterResetHint::kGauge ||
                      right->counter_reset_hint != CounterResetHint::kGauge)) {
    warn(text::nativeNotGauge(window.metric_name), *window.about);
  }
  FloatHistogram result = *right;
  addOrFail(result, *left, true, *window.about);
  if (is_counter) {
    std::optional<FloatHistogram> correction;
    const auto correct = [&](const FloatHistogram& by) {
      if (correction) {
        addOrFail(*correction, by, false, *window.about);
      } else {
        correction = by;
      }
    };
    HistogramPtr previous = left;
    std::size_t next = first + 1;
    if (smooth && samples[first].time_ms < window.from &&
        samples[first + 1].histogram->detectReset(*samples[first].histogram)) {
      previous = samples[first + 1].histogram;  // the reset is in `left` already
      ++next;
    }
    if (next <= last) {
      for (; next < last; ++next) {
        if (samples[next].histogram->detectReset(*previous)) correct(*previous);
        previous = samples[next].histogram;
      }
      if (right->detectReset(*previous)) correct(*previous);
    }
    if (correction) addOrFail(result, *correction, false, *window.about);
  }
  if (is_rate) result.divide(window.seconds);
  result.counter_reset_hint = CounterResetHint::kGauge;
  return WindowValue{.histogram = share(result.compact(0))};
}

/// The growth from the first to the last of at least two histograms.
HistogramPtr Evaluation::histogramIncrease(const Window& window, bool is_counter) {
  const Samples& samples = window.histograms;
  const StoredSample& last = samples.back();
  const bool gauge_at_end = isGauge(samples[0]) || isGauge(last);
  bool gauge_inside = false;
  bool reconciled_sub = false;
  bool reconciled_add = false;
  FloatHistogram previous = *samples[0].histogram;
  if (is_counter && (restarted(samples[0], samples[1]) || samples[1].histogram->detectReset(previous))) {
    // The first histogram does not count then, and its layout does not matter.
    previous = FloatHistogram{};
    previous.schema = samples[1].histogram->schema;
    previous.custom_values = samples[1].histogram->custom_values;
  }
  const bool custom = previous.usesCustomBuckets();
  if (last.histogram->usesCustomBuckets() != custom) {
    if (is_counter && gauge_at_end) warn(text::nativeNotCounter(window.metric_name), *window.about);
    throw MixedSchemas{};
  }
  std::int32_t schema = std::min(last.histogram->schema, previous.schema);
  for (std::size_t i = 1; is_counter && i + 1 < samples.size(); ++i) {
    gauge_inside = gauge_inside || isGauge(samples[i]);
    schema = std::min(schema, samples[i].histogram->schema);
    if (samples[i].histogram->usesCustomBuckets() != custom) throw MixedSchemas{};
  }
  FloatHistogram result = last.histogram->copyToSchema(schema);
  if (const auto added = result.subtract(previous)) {
    reconciled_sub = added->bounds_reconciled;
  } else {
    throw MixedSchemas{};
  }
  const FloatHistogram* before = &previous;
  for (std::size_t i = 1; is_counter && i < samples.size(); ++i) {
    if (restarted(samples[i - 1], samples[i]) || samples[i].histogram->detectReset(*before)) {
      const auto added = result.add(*before);
      if (!added) throw MixedSchemas{};
      reconciled_add = reconciled_add || added->bounds_reconciled;
    }
    before = samples[i].histogram.get();
  }
  if (is_counter && (gauge_at_end || gauge_inside)) {
    warn(text::nativeNotCounter(window.metric_name), *window.about);
  }
  if (!is_counter && (!isGauge(samples[0]) || !isGauge(last))) {
    warn(text::nativeNotGauge(window.metric_name), *window.about);
  }
  if (reconciled_sub) inform(text::mismatchedCustomBuckets("subtraction"), *window.about);
  if (reconciled_add) inform(text::mismatchedCustomBuckets("addition"), *window.about);
  if (is_counter && anyOverlap(samples)) {
    annotations_.addStartTimeOverlap(window.metric_name, window.about->pos.start);
  }
  result.counter_reset_hint = CounterResetHint::kGauge;
  return share(result.compact(0));
}

std::optional<WindowValue> Evaluation::extrapolated(const Window& window, bool is_counter, bool is_rate) {
  if (!window.floats.empty() && !window.histograms.empty()) {
    warn(text::mixedFloatsHistograms(window.metric_name), *window.about);
    return std::nullopt;
  }
  const bool is_float = window.histograms.empty();
  if (window.mode != promql::RangeMode::kPlain) {
    return is_float ? extended(window, is_counter, is_rate) : extendedHistograms(window, is_counter, is_rate);
  }
  const Samples& samples = is_float ? window.floats : window.histograms;
  const StoredSample& first = samples.front();
  const StoredSample& last = samples.back();
  const auto gaps = static_cast<double>(samples.size() - 1);
  double increase = 0;
  std::optional<FloatHistogram> grown;
  if (is_float) {
    increase = last.value - first.value;
    for (std::size_t i = 1; is_counter && i < samples.size(); ++i) {
      const bool reset = samples[i].value < samples[i - 1].value || restarted(samples[i - 1], samples[i]);
      if (reset) increase += samples[i - 1].value;
    }
    if (is_counter && anyOverlap(samples)) {
      annotations_.addStartTimeOverlap(window.metric_name, window.about->pos.start);
    }
  } else if (samples.size() > 1) {
    grown = *histogramIncrease(window, is_counter);
  }
  double to_start = static_cast<double>(first.time_ms - window.from) / 1000;
  double to_end = static_cast<double>(window.to - last.time_ms) / 1000;
  double sampled = static_cast<double>(last.time_ms - first.time_ms) / 1000;
  const double average = gaps > 0 ? sampled / gaps : 0;
  const double threshold = average * 1.1;
  if (is_counter && first.start_ms != 0 && first.start_ms > window.from && first.start_ms < first.time_ms) {
    // The counter began inside of the window, at zero.
    to_start = 0;
    sampled = static_cast<double>(last.time_ms - first.start_ms) / 1000;
    if (is_float) {
      increase += first.value;
    } else if (!grown) {
      grown = *first.histogram;
    } else {
      addOrFail(*grown, *first.histogram, false, *window.about);
    }
  } else if (samples.size() == 1) {
    return std::nullopt;
  } else {
    // 2.x asks whether the gap is large after the zero has made it smaller.
    if (to_start >= threshold && is3x()) to_start = average / 2;
    double to_zero = to_start;
    if (is_float && increase > 0 && first.value >= 0) to_zero = sampled * (first.value / increase);
    if (grown && grown->count > 0 && first.histogram->count >= 0) {
      to_zero = sampled * (first.histogram->count / grown->count);
    }
    if (is_counter && to_zero < to_start) to_start = to_zero;
    if (to_start >= threshold && !is3x()) to_start = average / 2;
  }
  if (to_end >= threshold) to_end = average / 2;
  double factor = sampled != 0 ? (sampled + to_start + to_end) / sampled : 1;
  if (is_rate) factor /= window.seconds;
  if (grown) return WindowValue{.histogram = share(grown->multiply(factor))};
  return WindowValue{increase * factor};
}

/// irate and idelta.
std::optional<WindowValue> Evaluation::lastTwo(const Window& window, bool is_rate) {
  const Samples all = allOf(window);
  if (all.size() < 2) return std::nullopt;
  const StoredSample& before = all[all.size() - 2];
  const StoredSample& last = all.back();
  const double seconds = static_cast<double>(last.time_ms - before.time_ms) / 1000;
  if ((last.histogram == nullptr) != (before.histogram == nullptr)) {
    warn(text::mixedFloatsHistograms(window.metric_name), *window.about);
    return std::nullopt;
  }
  if (!last.histogram) {
    const bool reset = is_rate && (last.value < before.value || restarted(before, last));
    const double difference = reset ? last.value : last.value - before.value;
    return WindowValue{is_rate ? difference / seconds : difference};
  }
  FloatHistogram result = *last.histogram;
  if (is_rate && (isGauge(before) || isGauge(last))) {
    warn(text::nativeNotCounter(window.metric_name), *window.about);
  }
  if (!is_rate && (!isGauge(before) || !isGauge(last))) {
    warn(text::nativeNotGauge(window.metric_name), *window.about);
  }
  if (!is_rate || (!restarted(before, last) && !last.histogram->detectReset(*before.histogram))) {
    addOrFail(result, *before.histogram, true, *window.about);
  }
  result.counter_reset_hint = CounterResetHint::kGauge;
  result.compact(0);
  if (is_rate) result.divide(seconds);
  return WindowValue{.histogram = share(result)};
}

std::optional<WindowValue> Evaluation::sumOrMean(const Window& window, bool is_mean) {
  if (!window.floats.empty() && !window.histograms.empty()) {
    warn(text::mixedFloatsHistograms(window.metric_name), *window.about);
    return std::nullopt;
  }
  if (!window.floats.empty()) {
    const std::vector<double> values = valuesOf(window.floats);
    if (!is_mean) return WindowValue{sumOf(values)};
    return WindowValue{is3x() ? meanOf(values) : runningMeanOf(values)};
  }
  std::set<CounterResetHint> hints;
  FloatHistogram total = *window.histograms[0].histogram;  // a sum, then, when it would overflow, a mean
  std::unique_ptr<FloatHistogram> compensation;
  bool reconciled = false;
  bool overflowed = false;
  double count = 0;
  for (const StoredSample& sample : window.histograms) {
    hints.insert(sample.histogram->counter_reset_hint);
    if (++count == 1) continue;
    if (!overflowed) {
      FloatHistogram next = total;
      auto next_c = compensation ? std::make_unique<FloatHistogram>(*compensation) : nullptr;
      const auto added = next.kahanAdd(*sample.histogram, next_c);
      if (!added) throw MixedSchemas{};
      reconciled = reconciled || added->bounds_reconciled;
      if (!is_mean || !next.hasOverflow()) {
        total = std::move(next);
        compensation = std::move(next_c);
        continue;
      }
      overflowed = true;
      total.divide(count - 1);
      if (compensation) compensation->divide(count - 1);
    }
    const double q = (count - 1) / count;
    if (compensation) compensation->multiply(q);
    FloatHistogram part = *sample.histogram;
    part.divide(count);
    const auto added = total.multiply(q).kahanAdd(part, compensation);
    if (!added) throw MixedSchemas{};
    reconciled = reconciled || added->bounds_reconciled;
  }
  if (is_mean && !overflowed) {
    total.divide(count);
    if (compensation) compensation->divide(count);
  }
  if (compensation) static_cast<void>(total.add(*compensation));
  if (hints.contains(CounterResetHint::kReset) && hints.contains(CounterResetHint::kNotReset)) {
    warn(text::counterResetCollision("aggregation"), *window.about);
  }
  if (reconciled) inform(text::mismatchedCustomBuckets("aggregation"), *window.about);
  return WindowValue{.histogram = share(total)};
}

namespace {

/// The samples resets() and changes() go through: with `anchored`, from the newest at or before the start.
Samples anchored(const Window& window) {
  Samples all = allOf(window);
  if (window.mode != promql::RangeMode::kAnchored) return all;
  std::size_t from = 0;
  while (from + 1 < all.size() && all[from + 1].time_ms <= window.from) ++from;
  if (!all.empty() && all.back().time_ms <= window.from) return {};
  all.erase(all.begin(), all.begin() + static_cast<long>(from));
  return all;
}

std::optional<WindowValue> countSteps(const Window& window, bool resets) {
  const Samples samples = anchored(window);
  if (samples.empty()) return std::nullopt;
  double count = 0;
  for (std::size_t i = 1; i < samples.size(); ++i) {
    const StoredSample& a = samples[i - 1];
    const StoredSample& b = samples[i];
    bool counts = true;
    if ((a.histogram == nullptr) == (b.histogram == nullptr)) {
      if (resets) {
        counts =
            restarted(a, b) || (b.histogram ? b.histogram->detectReset(*a.histogram) : b.value < a.value);
      } else if (b.histogram) {
        counts = !b.histogram->equals(*a.histogram);
      } else {
        counts = b.value != a.value && !(isNaN(a.value) && isNaN(b.value));
      }
    }
    if (counts) ++count;
  }
  return WindowValue{count};
}

const StoredSample& extreme(const Samples& samples, bool maximum, bool latest) {
  const StoredSample* best = &samples[0];
  for (const StoredSample& sample : samples) {
    const bool better = maximum ? sample.value > best->value : sample.value < best->value;
    if (better || (latest && sample.value == best->value) || isNaN(best->value)) best = &sample;
  }
  return *best;
}

}  // namespace

std::optional<WindowValue> Evaluation::windowFunction(std::string_view name, const Window& window) try {
  if (name == "rate") return extrapolated(window, true, true);
  if (name == "increase") return extrapolated(window, true, false);
  if (name == "delta") return extrapolated(window, false, false);
  if (name == "irate" || name == "idelta") return lastTwo(window, name == "irate");
  if (name == "resets" || name == "changes") return countSteps(window, name == "resets");
  if (name == "sum_over_time" || name == "avg_over_time") return sumOrMean(window, name == "avg_over_time");
  const Samples all = allOf(window);
  if (name == "count_over_time") return WindowValue{static_cast<double>(all.size())};
  if (name == "present_over_time") return WindowValue{1};
  if (name == "first_over_time") return WindowValue{all.front().value, all.front().histogram};
  if (name == "last_over_time") return WindowValue{all.back().value, all.back().histogram};
  if (name == "ts_of_first_over_time") return WindowValue{static_cast<double>(all.front().time_ms) / 1000};
  if (name == "ts_of_last_over_time") {
    // Prometheus compares with 0 for the kind of samples that is not there.
    const bool both = !window.floats.empty() && !window.histograms.empty();
    const std::int64_t last = both ? all.back().time_ms : std::max<std::int64_t>(0, all.back().time_ms);
    return WindowValue{static_cast<double>(last) / 1000};
  }

  // Functions of floats alone.
  const bool needs_two = name == "deriv" || name == "predict_linear" ||
                         name == "double_exponential_smoothing" || name == "holt_winters";
  if (name == "double_exponential_smoothing" || name == "holt_winters") {
    const double smoothing = window.arguments[0];
    const double trend = window.arguments[1];
    if (smoothing <= 0 || smoothing >= 1) {
      failWith("invalid smoothing factor. Expected: 0 < sf < 1, got: " + sixDecimals(smoothing));
    }
    if (trend <= 0 || trend >= 1) {
      failWith("invalid trend factor. Expected: 0 < tf < 1, got: " + sixDecimals(trend));
    }
  }
  if (window.floats.empty()) return std::nullopt;
  if (name == "quantile_over_time") {
    const double q = window.arguments[0];
    if (isNaN(q) || q < 0 || q > 1) warn(text::invalidQuantile(general(q)), *window.about);
  }
  if (!window.histograms.empty())
    inform(text::histogramsIgnoredInMixedRange(window.metric_name), *window.about);
  if (needs_two && window.floats.size() < 2) return std::nullopt;
  const std::vector<double> values = valuesOf(window.floats);
  if (name == "min_over_time") return WindowValue{extreme(window.floats, false, false).value};
  if (name == "max_over_time") return WindowValue{extreme(window.floats, true, false).value};
  if (name == "ts_of_min_over_time" || name == "ts_of_max_over_time") {
    const StoredSample& best = extreme(window.floats, name == "ts_of_max_over_time", true);
    return WindowValue{static_cast<double>(best.time_ms) / 1000};
  }
  if (name == "stdvar_over_time") return WindowValue{variance(values, besideInfinity())};
  if (name == "stddev_over_time") return WindowValue{std::sqrt(variance(values, besideInfinity()))};
  if (name == "quantile_over_time") return WindowValue{quantileOf(window.arguments[0], values)};
  if (name == "mad_over_time") {
    if (std::ranges::any_of(values, isNaN)) return WindowValue{model::kNormalNaN};
    const double median = quantileOf(0.5, values);
    std::vector<double> distances;
    for (const double value : values) distances.push_back(std::abs(value - median));
    return WindowValue{quantileOf(0.5, distances)};
  }
  if (name == "deriv")
    return WindowValue{regression(window.floats, window.floats[0].time_ms, besideInfinity()).first};
  if (name == "predict_linear") {
    const auto [slope, now] = regression(window.floats, window.now, besideInfinity());
    return WindowValue{slope * window.arguments[0] + now};
  }
  return WindowValue{smoothedExponentially(values, window.arguments[0], window.arguments[1])};
} catch (const MixedSchemas&) {
  warn(text::mixedExponentialCustom(window.metric_name), *window.about);
  return std::nullopt;
}

}  // namespace prome::differential
