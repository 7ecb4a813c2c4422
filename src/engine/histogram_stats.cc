#include "engine/histogram_stats.h"

#include <vector>

namespace prome::engine {
namespace {

using model::CounterResetHint;
using model::FloatHistogram;
using model::HistogramPtr;

CounterResetHint hintOf(const FloatHistogram& histogram, const FloatHistogram* previous) {
  if (histogram.counter_reset_hint != CounterResetHint::kUnknown || previous == nullptr) {
    return histogram.counter_reset_hint;
  }
  return histogram.detectReset(*previous) ? CounterResetHint::kReset : CounterResetHint::kNotReset;
}

class StatsStream : public SampleStream {
 public:
  explicit StatsStream(std::unique_ptr<SampleStream> stream) : stream_(std::move(stream)) {}

  Result<bool> next(SampleRun& run) override {
    const Result<bool> more = stream_->next(run);
    if (!more || !*more || run.histograms.empty()) return more;
    stats_.clear();
    FloatHistogram previous;
    bool has_previous = false;
    for (const HistogramPtr& histogram : run.histograms.values) {
      auto stats = std::make_shared<FloatHistogram>();
      stats->schema = histogram->schema;
      stats->count = histogram->count;
      stats->sum = histogram->sum;
      stats->counter_reset_hint = histogram->counter_reset_hint;
      if (!histogram->isStale()) {
        stats->counter_reset_hint = hintOf(*histogram, has_previous ? &previous : nullptr);
        previous = *histogram;
        previous.counter_reset_hint = stats->counter_reset_hint;
        has_previous = true;
      }
      stats_.push_back(std::move(stats));
    }
    run.histograms.values = stats_;
    return true;
  }

 private:
  std::unique_ptr<SampleStream> stream_;
  std::vector<HistogramPtr> stats_;
};

}  // namespace

Result<std::unique_ptr<SampleStream>> HistogramStatsLeaves::samples(const SamplesRequest& request) {
  Result<std::unique_ptr<SampleStream>> stream = leaves_.samples(request);
  if (!stream) return stream;
  return std::make_unique<StatsStream>(*std::move(stream));
}

}  // namespace prome::engine
