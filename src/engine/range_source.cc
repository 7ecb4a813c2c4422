#include "engine/range_source.h"

#include <algorithm>

namespace prome::engine {
namespace {

class SelectorRange : public RangeSource {
 public:
  SelectorRange(Evaluation& evaluation, std::unique_ptr<SampleStream> stream)
      : evaluation_(evaluation), stream_(std::move(stream)) {}

  Result<bool> next(SampleRun& run) override {
    evaluation_.checkpoint();
    const Result<bool> more = stream_->next(run);
    if (!more || !*more) return more;
    if (std::ranges::any_of(run.floats.values, isAbsent)) dropStaleFloats(run.floats);
    const auto stale = [](const model::HistogramPtr& histogram) { return histogram->isStale(); };
    if (std::ranges::any_of(run.histograms.values, stale)) dropStaleHistograms(run.histograms);
    return true;
  }

 private:
  void dropStaleFloats(FloatRun& run) {
    times_.clear();
    starts_.clear();
    values_.clear();
    for (std::size_t i = 0; i < run.size(); ++i) {
      if (isAbsent(run.values[i])) continue;
      times_.push_back(run.times[i]);
      values_.push_back(run.values[i]);
      if (!run.starts.empty()) starts_.push_back(run.starts[i]);
    }
    run = {times_, values_, starts_};
  }

  void dropStaleHistograms(HistogramRun& run) {
    histogram_times_.clear();
    histogram_starts_.clear();
    histograms_.clear();
    for (std::size_t i = 0; i < run.size(); ++i) {
      if (run.values[i]->isStale()) continue;
      histogram_times_.push_back(run.times[i]);
      histograms_.push_back(run.values[i]);
      if (!run.starts.empty()) histogram_starts_.push_back(run.starts[i]);
    }
    run = {histogram_times_, histograms_, histogram_starts_};
  }

  Evaluation& evaluation_;
  std::unique_ptr<SampleStream> stream_;
  std::vector<std::int64_t> times_, starts_, histogram_times_, histogram_starts_;
  std::vector<double> values_;
  std::vector<model::HistogramPtr> histograms_;
};

model::HistogramPtr withoutResetHint(const model::HistogramPtr& histogram) {
  using model::CounterResetHint;
  if (histogram->counter_reset_hint != CounterResetHint::kReset &&
      histogram->counter_reset_hint != CounterResetHint::kNotReset) {
    return histogram;
  }
  auto copy = std::make_shared<model::FloatHistogram>(*histogram);
  copy->counter_reset_hint = CounterResetHint::kUnknown;
  return copy;
}

class SubqueryRange : public RangeSource {
 public:
  SubqueryRange(Evaluation& evaluation, OperatorPtr inner)
      : inner_(std::move(inner)), claim_(evaluation.budget()) {}

  Result<bool> next(SampleRun& run) override {
    const Result<bool> more = inner_->next(series_);
    if (!more || !*more) return more;
    times_.clear();
    values_.clear();
    histogram_times_.clear();
    histograms_.clear();
    makeRoom();
    for (std::size_t step = 0; step < series_.floats.size(); ++step) {
      if (isAbsent(series_.floats[step])) continue;
      times_.push_back(inner_->grid().time(step));
      values_.push_back(series_.floats[step]);
    }
    for (std::size_t step = 0; step < series_.histograms.size(); ++step) {
      if (series_.histograms[step] == nullptr) continue;
      histogram_times_.push_back(inner_->grid().time(step));
      histograms_.push_back(withoutResetHint(series_.histograms[step]));
    }
    run.labels = series_.labels;
    run.drop_name = series_.drop_name;
    run.floats = {times_, values_, {}};
    run.histograms = {histogram_times_, histograms_, {}};
    return true;
  }

 private:
  // For all that the series may hold, taken from the budget once.
  void makeRoom() {
    if (const std::size_t floats = series_.floats.size(); floats > values_.capacity()) {
      claim_.add((floats - values_.capacity()) * (sizeof(std::int64_t) + sizeof(double)));
      times_.reserve(floats);
      values_.reserve(floats);
    }
    if (const std::size_t histograms = series_.histograms.size(); histograms > histograms_.capacity()) {
      claim_.add((histograms - histograms_.capacity()) *
                 (sizeof(std::int64_t) + sizeof(model::HistogramPtr)));
      histogram_times_.reserve(histograms);
      histograms_.reserve(histograms);
    }
  }

  OperatorPtr inner_;
  MemoryClaim claim_;
  Series series_;
  std::vector<std::int64_t> times_, histogram_times_;
  std::vector<double> values_;
  std::vector<model::HistogramPtr> histograms_;
};

}  // namespace

Result<std::unique_ptr<RangeSource>> makeSelectorRange(Evaluation& evaluation, const WindowGrid& windows,
                                                       const promql::Expr& selector, LeafSource& leaves) {
  const auto* vector = promql::as<promql::VectorSelector>(selector);
  const EngineOptions& options = evaluation.options();
  const std::int64_t lookback = options.lookback_delta.count();
  SamplesRequest request{.matchers = vector->matchers,
                         .start_ms = windows.reference(0) - windows.range_ms + (evaluation.is3x() ? 1 : 0),
                         .end_ms = windows.last(),
                         .pos = selector.pos,
                         .use = SamplesUse::kRanges};
  if (windows.mode != promql::RangeMode::kPlain) request.start_ms -= lookback;
  if (windows.mode == promql::RangeMode::kSmoothed) request.end_ms += lookback;
  Result<std::unique_ptr<SampleStream>> stream = leaves.samples(request);
  if (!stream) return std::unexpected(stream.error());
  return std::make_unique<SelectorRange>(evaluation, *std::move(stream));
}

std::unique_ptr<RangeSource> makeSubqueryRange(Evaluation& evaluation, OperatorPtr inner) {
  return std::make_unique<SubqueryRange>(evaluation, std::move(inner));
}

// Steps are multiples of the step's length whatever the query's times are, so that a subquery sees the same
// samples when a graph is moved.
StepGrid subqueryGrid(const WindowGrid& windows, std::int64_t step_ms, Dialect dialect) {
  const std::int64_t begin = windows.reference(0) - windows.range_ms;
  const std::int64_t end = windows.last();
  std::int64_t start = begin / step_ms * step_ms;
  const bool too_early = dialect == Dialect::kPrometheus3 ? start <= begin : start < begin;
  if (too_early) start += step_ms;
  return {start, end, step_ms};
}

}  // namespace prome::engine
