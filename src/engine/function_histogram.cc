// histogram_count, histogram_sum, histogram_avg, histogram_stddev, histogram_stdvar of native histograms.
#include <array>
#include <cmath>
#include <memory>

#include "base/compensated_sum.h"
#include "engine/function_table.h"
#include "model/histogram_buckets.h"

namespace prome::engine {
namespace {

template <auto kFunction>
class HistogramFunction final : public Operator {
 public:
  HistogramFunction(const Place& place, OperatorPtr input) : Operator(place), input_(std::move(input)) {}

 protected:
  Result<bool> produce(Series& series) override {
    Result<bool> more = input_->next(series);
    if (!more || !*more) return more;
    series.floats.reset();
    if (!series.histograms.empty()) series.floats = evaluation().columns().absent(steps());
    for (std::size_t step = 0; step < series.histograms.size(); ++step) {
      if (series.histograms[step] != nullptr) series.floats[step] = kFunction(*series.histograms[step]);
    }
    series.histograms.reset();
    // Unlike other functions, these leave `__type__` and `__unit__` where a name goes at once.
    if (evaluation().delaysNameRemoval()) {
      series.drop_name = true;
    } else {
      series.labels = series.labels.withoutMetricName();
    }
    return true;
  }

 private:
  OperatorPtr input_;
};

template <auto kFunction>
OperatorPtr make(const CallSite& site) {
  return std::make_unique<HistogramFunction<kFunction>>(site.place, site.take(0));
}

double average(const model::FloatHistogram& histogram) {
  return histogram.sum / histogram.count;
}

/// Where a bucket's observations are taken to lie: the middle of a custom bucket, zero for the zero bucket,
/// the geometric mean of an exponential one's bounds.
double center(const model::Bucket& bucket, bool custom) {
  if (custom) return (bucket.upper + bucket.lower) / 2.0;
  if (bucket.lower <= 0 && bucket.upper >= 0) return 0;
  const double mean = std::sqrt(bucket.upper * bucket.lower);
  return bucket.upper < 0 ? -mean : mean;
}

double variance(const model::FloatHistogram& histogram) {
  const double mean = average(histogram);
  const bool custom = histogram.usesCustomBuckets();
  CompensatedSum squares;
  for (const model::Bucket& bucket : allBuckets(histogram)) {
    if (bucket.count == 0) continue;
    const double delta = center(bucket, custom) - mean;
    squares.add(bucket.count * delta * delta);
  }
  return squares.value() / histogram.count;
}

constexpr auto kCount = [](const model::FloatHistogram& histogram) { return histogram.count; };
constexpr auto kSum = [](const model::FloatHistogram& histogram) { return histogram.sum; };
constexpr auto kDeviation = [](const model::FloatHistogram& histogram) {
  return std::sqrt(variance(histogram));
};

constexpr std::array kFunctions{
    FunctionEntry{"histogram_avg", make<average>},       FunctionEntry{"histogram_count", make<kCount>},
    FunctionEntry{"histogram_stddev", make<kDeviation>}, FunctionEntry{"histogram_stdvar", make<variance>},
    FunctionEntry{"histogram_sum", make<kSum>},
};

}  // namespace

std::span<const FunctionEntry> histogramFunctions() {
  return kFunctions;
}

}  // namespace prome::engine
