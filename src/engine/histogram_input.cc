#include "engine/histogram_input.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <unordered_map>

#include "engine/annotation_text.h"
#include "engine/bucket_bound.h"

namespace prome::engine {
namespace {

constexpr std::string_view kBucketLabel = "le";

class Reader {
 public:
  Reader(Evaluation& evaluation, const promql::Expr& about, std::size_t steps)
      : evaluation_(evaluation), about_(about), steps_(steps) {}

  void add(Series series) {
    const bool has_native =
        std::ranges::any_of(series.histograms, [](const auto& h) { return h != nullptr; });
    if (!series.floats.empty()) addBucket(series);
    if (!has_native) return;
    HistogramSeries& histogram = of(series.labels);
    histogram.natives = std::move(series.histograms);
  }

  std::vector<HistogramSeries> finish() {
    for (HistogramSeries& histogram : histograms_) {
      std::stable_sort(histogram.buckets.begin(), histogram.buckets.end(), lowerBound);
      if (!histogram.natives.empty() && !histogram.buckets.empty()) contest(histogram);
    }
    return std::move(histograms_);
  }

 private:
  static bool lowerBound(const BucketColumn& a, const BucketColumn& b) {
    if (std::isnan(a.upper_bound)) return false;
    return std::isnan(b.upper_bound) || a.upper_bound < b.upper_bound;
  }

  void addBucket(Series& series) {
    const std::string_view le = series.labels.get(kBucketLabel);
    const auto bound = bucketBound(le);
    if (bound) {
      of(series.labels.drop({&kBucketLabel, 1})).buckets.push_back({*bound, std::move(series.floats)});
    } else if (evaluation_.is3x() &&
               !std::ranges::all_of(series.floats.values(), [](double value) { return isAbsent(value); })) {
      evaluation_.warn(annotation_text::badBucketLabel(shownName(series.labels), le), about_);
    }
  }

  HistogramSeries& of(const model::Labels& labels) {
    const auto [found, is_new] = index_.try_emplace(labels, histograms_.size());
    if (is_new) histograms_.push_back({.labels = labels, .buckets = {}, .natives = {}, .contested = {}});
    return histograms_[found->second];
  }

  std::string_view shownName(const model::Labels& labels) const {
    return evaluation_.delaysNameRemoval() ? labels.metricName() : std::string_view();
  }

  void contest(HistogramSeries& histogram) {
    for (std::size_t step = 0; step < steps_; ++step) {
      const auto present = [step](const BucketColumn& bucket) { return !isAbsent(bucket.counts[step]); };
      if (histogram.natives[step] == nullptr || std::ranges::none_of(histogram.buckets, present)) continue;
      histogram.natives[step] = nullptr;
      histogram.contested.resize(steps_);
      histogram.contested[step] = true;
    }
    if (!histogram.contested.empty() && evaluation_.is3x())
      evaluation_.warn(annotation_text::mixedClassicNative(shownName(histogram.labels)), about_);
  }

  Evaluation& evaluation_;
  const promql::Expr& about_;
  const std::size_t steps_;
  std::vector<HistogramSeries> histograms_;
  std::unordered_map<model::Labels, std::size_t, model::LabelsHash> index_;
};

}  // namespace

Result<std::vector<HistogramSeries>> readHistograms(Operator& input, Evaluation& evaluation,
                                                    const promql::Expr& about) {
  Reader reader(evaluation, about, input.grid().steps());
  while (true) {
    Series series;
    const Result<bool> more = input.next(series);
    if (!more) return std::unexpected(more.error());
    if (!*more) return reader.finish();
    reader.add(std::move(series));
  }
}

BucketGatherer::BucketGatherer(const HistogramSeries& histogram, Evaluation& evaluation, std::size_t steps)
    : histogram_(histogram),
      evaluation_(evaluation),
      steps_(steps),
      lanes_(std::min(kLanes, steps) * histogram.buckets.size()) {
  for (const BucketColumn& bucket : histogram.buckets) {
    if (!bounds_.empty() && bounds_.back() == bucket.upper_bound) bounds_repeat_ = true;
    bounds_.push_back(bucket.upper_bound);
    columns_.push_back(bucket.counts.values().data());
  }
  if (bounds_.size() > 1 && !bounds_repeat_) findSound();
}

/// Column by column, so that memory is read in order: nearly all steps of nearly all histograms are sound.
void BucketGatherer::findSound() {
  unsound_.assign(steps_, 0);
  const std::vector<BucketColumn>& buckets = histogram_.buckets;
  for (std::size_t step = 0; step < steps_; ++step) {
    const bool contested = !histogram_.contested.empty() && histogram_.contested[step];
    if (contested || !(buckets[0].counts[step] >= 0)) unsound_[step] = 1;
  }
  for (std::size_t i = 1; i < buckets.size(); ++i) {
    evaluation_.checkpoint();
    markUnsound(buckets[i - 1].counts.values(), buckets[i].counts.values(), unsound_);
  }
}

void BucketGatherer::turn(std::size_t first_step) {
  turned_ = first_step;
  const std::size_t buckets = histogram_.buckets.size();
  const std::size_t lanes = std::min(kLanes, steps_ - first_step);
  std::array<std::uint8_t, kLanes> absent{};
  for (std::size_t i = 0; i < buckets; ++i) {
    const std::span<const double> line = histogram_.buckets[i].counts.values().subspan(first_step, lanes);
    for (std::size_t lane = 0; lane < line.size(); ++lane) {
      lanes_[lane * buckets + i] = line[lane];
      absent[lane] |= static_cast<std::uint8_t>(isAbsent(line[lane]));
    }
  }
  std::ranges::copy(absent, absent_);
}

ClassicBuckets BucketGatherer::at(std::size_t step) {
  if (bounds_.empty() || (!histogram_.contested.empty() && histogram_.contested[step])) return {};
  const std::size_t lane = step % kLanes;
  if (turned_ != step - lane) turn(step - lane);
  const double* const counts = lanes_.data() + lane * bounds_.size();
  if (absent_[lane] || bounds_repeat_) return compact(counts);
  counts_.assign(counts, counts + bounds_.size());
  return {bounds_, counts_};
}

/// Leaves absent buckets out, and adds up those of one bound.
ClassicBuckets BucketGatherer::compact(const double* counts) {
  some_bounds_.clear();
  counts_.clear();
  for (std::size_t i = 0; i < bounds_.size(); ++i) {
    if (isAbsent(counts[i])) continue;
    if (!some_bounds_.empty() && some_bounds_.back() == bounds_[i]) {
      counts_.back() += counts[i];
    } else {
      some_bounds_.push_back(bounds_[i]);
      counts_.push_back(counts[i]);
    }
  }
  return {some_bounds_, counts_};
}

}  // namespace prome::engine
