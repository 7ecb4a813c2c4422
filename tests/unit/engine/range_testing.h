// Queries over samples given as they are, through the whole engine, for tests of functions over ranges.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/engine.h"
#include "promql/parser.h"

namespace prome::engine::testing {

inline constexpr double kInf = std::numeric_limits<double>::infinity();
inline constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

struct FloatSample {
  std::int64_t time_ms = 0;
  double value = 0;
  std::int64_t start_ms = 0;
};

struct HistogramSample {
  std::int64_t time_ms = 0;
  model::FloatHistogram value;
  std::int64_t start_ms = 0;
};

/// A histogram of schema 0 with buckets (0.5, 1], (1, 2], ... and nothing else.
inline model::FloatHistogram exponential(std::vector<double> buckets, double sum,
                                         model::CounterResetHint hint = model::CounterResetHint::kUnknown) {
  model::FloatHistogram histogram;
  histogram.counter_reset_hint = hint;
  histogram.sum = sum;
  for (const double count : buckets) histogram.count += count;
  histogram.positive_spans = {{0, static_cast<std::uint32_t>(buckets.size())}};
  histogram.positive_buckets = std::move(buckets);
  return histogram;
}

/// As exponential, with custom buckets up to `bounds` and to +Inf.
inline model::FloatHistogram custom(std::vector<double> bounds, std::vector<double> buckets, double sum) {
  model::FloatHistogram histogram = exponential(std::move(buckets), sum);
  histogram.schema = model::kCustomBucketsSchema;
  histogram.custom_values = std::move(bounds);
  return histogram;
}

/// Samples in memory, of which selectors are matched by name only.
class GivenSamples : public LeafSource {
 public:
  GivenSamples& add(const model::Labels& labels, const std::vector<FloatSample>& floats,
                    const std::vector<HistogramSample>& histograms = {}) {
    auto series = std::make_unique<OneSeries>();
    series->labels = labels;
    for (const FloatSample& sample : floats) {
      series->float_times.push_back(sample.time_ms);
      series->float_starts.push_back(sample.start_ms);
      series->floats.push_back(sample.value);
    }
    for (const HistogramSample& sample : histograms) {
      series->histogram_times.push_back(sample.time_ms);
      series->histogram_starts.push_back(sample.start_ms);
      series->histograms.push_back(std::make_shared<model::FloatHistogram>(sample.value));
    }
    series_.push_back(std::move(series));
    return *this;
  }
  /// Samples of the metric `name` at 10 s, 20 s, ...
  GivenSamples& every10s(std::string_view name, const std::vector<double>& values) {
    std::vector<FloatSample> samples;
    for (const double value : values) {
      samples.push_back({static_cast<std::int64_t>(samples.size() + 1) * 10'000, value});
    }
    return add(model::Labels{{"__name__", name}}, samples);
  }
  GivenSamples& histogramsEvery10s(std::string_view name, const std::vector<model::FloatHistogram>& values) {
    std::vector<HistogramSample> samples;
    for (const model::FloatHistogram& value : values) {
      samples.push_back({static_cast<std::int64_t>(samples.size() + 1) * 10'000, value});
    }
    return add(model::Labels{{"__name__", name}}, {}, samples);
  }

  Result<std::unique_ptr<SampleStream>> samples(const SamplesRequest& request) override {
    std::vector<SampleRun> runs;
    for (const auto& series : series_) {
      const auto matches = [&](const promql::LabelMatcher& matcher) {
        return matcher.name != model::kMetricName || series->labels.metricName() == matcher.value;
      };
      if (!std::ranges::all_of(request.matchers, matches)) continue;
      SampleRun run{.labels = series->labels,
                    .drop_name = false,
                    .floats = {series->float_times, series->floats, series->float_starts},
                    .histograms = {series->histogram_times, series->histograms, series->histogram_starts}};
      run.floats = part(run.floats, request);
      run.histograms = part(run.histograms, request);
      if (!run.floats.empty() || !run.histograms.empty()) runs.push_back(run);
    }
    return std::make_unique<Runs>(std::move(runs));
  }

 private:
  struct OneSeries {
    model::Labels labels;
    std::vector<std::int64_t> float_times, float_starts, histogram_times, histogram_starts;
    std::vector<double> floats;
    std::vector<model::HistogramPtr> histograms;
  };

  class Runs : public SampleStream {
   public:
    explicit Runs(std::vector<SampleRun> runs) : runs_(std::move(runs)) {}
    Result<bool> next(SampleRun& run) override {
      if (at_ == runs_.size()) return false;
      run = runs_[at_++];
      return true;
    }

   private:
    std::vector<SampleRun> runs_;
    std::size_t at_ = 0;
  };

  template <class SamplesOfKind>
  static SamplesOfKind part(const SamplesOfKind& run, const SamplesRequest& request) {
    const auto first = std::ranges::lower_bound(run.times, request.start_ms) - run.times.begin();
    const auto past = std::ranges::upper_bound(run.times, request.end_ms) - run.times.begin();
    return run.sub(static_cast<std::size_t>(first), static_cast<std::size_t>(std::max(past - first, 0L)));
  }

  std::vector<std::unique_ptr<OneSeries>> series_;
};

/// What a query gave: the values of its only series, or the error's message.
struct Outcome {
  std::vector<double> floats;  // kAbsent where there is none
  std::vector<model::HistogramPtr> histograms;
  model::Labels labels;
  std::size_t series = 0;
  std::string error;
  std::vector<std::string> notes;  // warnings, then infos
  std::size_t peak_samples = 0;
};

inline Outcome evaluate(GivenSamples& samples, std::string_view text, StepGrid grid,
                        EngineOptions options = {}) {
  const promql::Query query = promql::parse(text).value();
  const Engine engine(options);
  model::Annotations annotations;
  Outcome outcome;
  const Result<Answer> answer = engine.evaluate(query, {QueryKind::kRange, grid}, samples, annotations);
  if (!answer) {
    outcome.error = answer.error().message;
    return outcome;
  }
  outcome.peak_samples = answer->peakSamples();
  const model::ShownAnnotations shown = annotations.show(text);
  outcome.notes = shown.warnings;
  outcome.notes.insert(outcome.notes.end(), shown.infos.begin(), shown.infos.end());
  const auto& series = std::get<GridValue>(answer->value()).series;
  outcome.series = series.size();
  if (series.size() != 1) return outcome;
  outcome.labels = series[0].labels;
  outcome.histograms.assign(series[0].histograms.begin(), series[0].histograms.end());
  for (std::size_t step = 0; step < grid.steps(); ++step) {
    outcome.floats.push_back(series[0].hasFloat(step) ? series[0].floats[step] : kAbsent);
  }
  return outcome;
}

/// The float at one step; nullopt where there is none.
inline std::optional<double> valueAt(GivenSamples& samples, std::string_view text, std::int64_t time_ms,
                                     EngineOptions options = {}) {
  const Outcome outcome = evaluate(samples, text, StepGrid::at(time_ms), options);
  EXPECT_EQ(outcome.error, "") << text;
  if (outcome.floats.empty() || isAbsent(outcome.floats[0])) return std::nullopt;
  return outcome.floats[0];
}

/// The histogram at one step; null where there is none.
inline model::HistogramPtr histogramAt(GivenSamples& samples, std::string_view text, std::int64_t time_ms,
                                       EngineOptions options = {}) {
  const Outcome outcome = evaluate(samples, text, StepGrid::at(time_ms), options);
  EXPECT_EQ(outcome.error, "") << text;
  return outcome.histograms.empty() ? nullptr : outcome.histograms[0];
}

inline EngineOptions dialect2() {
  EngineOptions options;
  options.dialect = Dialect::kPrometheus2;
  return options;
}

}  // namespace prome::engine::testing
