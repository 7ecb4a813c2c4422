#include "engine/interpolation.h"

#include <algorithm>

#include "engine/annotation_text.h"

namespace prome::engine {
namespace {

// `histogram` += or -= `other`, with what is to be said of it. False where the schemas do not mix.
enum class Sum : std::uint8_t { kAdd, kSubtract };

bool combine(model::FloatHistogram& histogram, const model::FloatHistogram& other, Sum sum,
             std::string_view metric_name, Evaluation& evaluation, const promql::Expr& expr) {
  const bool add = sum == Sum::kAdd;
  const Result<model::HistogramAddition> done = add ? histogram.add(other) : histogram.subtract(other);
  if (!done) {
    evaluation.warn(annotation_text::mixedExponentialCustom(metric_name), expr);
    return false;
  }
  if (done->bounds_reconciled) {
    evaluation.inform(annotation_text::mismatchedCustomBuckets(add ? "addition" : "subtraction"), expr);
  }
  return true;
}

}  // namespace

double interpolate(const FloatPoint& before, const FloatPoint& after, std::int64_t time_ms, SampleKind kind) {
  const double from = kind == SampleKind::kCounter && after.value < before.value ? 0 : before.value;
  return from + (after.value - from) * static_cast<double>(time_ms - before.time_ms) /
                    static_cast<double>(after.time_ms - before.time_ms);
}

model::HistogramPtr interpolate(const HistogramPoint& before, const HistogramPoint& after,
                                std::int64_t time_ms, SampleKind kind, std::string_view metric_name,
                                Evaluation& evaluation, const promql::Expr& expr) {
  if (time_ms == before.time_ms) return before.value;
  if (time_ms == after.time_ms) return after.value;
  const double fraction =
      static_cast<double>(time_ms - before.time_ms) / static_cast<double>(after.time_ms - before.time_ms);
  auto result = std::make_shared<model::FloatHistogram>(*after.value);
  if (kind == SampleKind::kCounter && after.value->detectReset(*before.value)) {
    result->multiply(fraction);
    return result;
  }
  if (!combine(*result, *before.value, Sum::kSubtract, metric_name, evaluation, expr)) return nullptr;
  result->multiply(fraction);
  if (!combine(*result, *before.value, Sum::kAdd, metric_name, evaluation, expr)) return nullptr;
  return result;
}

void extendFloats(std::vector<std::int64_t>& times, std::vector<double>& values, const WindowGrid& windows) {
  const std::int64_t end = windows.reference(0);
  const std::int64_t begin = end - windows.range_ms;
  const bool smoothed = windows.mode == promql::RangeMode::kSmoothed;
  const auto at = [&](std::size_t i) { return FloatPoint{times[i], values[i]}; };
  std::size_t last = times.empty() ? 0 : times.size() - 1;
  if (smoothed && last > 0) {
    const auto before_last = times.begin() + static_cast<std::ptrdiff_t>(last);
    last = static_cast<std::size_t>(std::lower_bound(times.begin(), before_last, end) - times.begin());
  }
  if (times.empty() || times[last] <= begin) {
    times.clear();
    values.clear();
    return;
  }
  const auto inside = std::upper_bound(times.begin(), times.end() - 1, begin) - times.begin();
  auto first = static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, inside - 1));
  const double left = smoothed && times[first] < begin
                          ? interpolate(at(first), at(first + 1), begin, SampleKind::kGauge)
                          : values[first];
  const double right = smoothed && last > 0 && times[last] > end
                           ? interpolate(at(last - 1), at(last), end, SampleKind::kGauge)
                           : values[last];
  if (times[first] <= begin) ++first;
  std::size_t past = times[last] >= end ? last : last + 1;
  past = std::max(past, first);
  const auto slice = [&](auto& all, auto front, auto back) {
    std::remove_reference_t<decltype(all)> out{front};
    out.insert(out.end(), all.begin() + static_cast<std::ptrdiff_t>(first),
               all.begin() + static_cast<std::ptrdiff_t>(past));
    out.push_back(back);
    all = std::move(out);
  };
  slice(times, begin, end);
  slice(values, left, right);
}

}  // namespace prome::engine
