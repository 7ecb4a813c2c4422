#include "promqltest/memory_storage.h"

#include <algorithm>
#include <bit>
#include <optional>
#include <span>
#include <utility>

#include "model/sample.h"
#include "promqltest/matchers.h"

namespace prome::promqltest {
namespace {

struct TimeRun {
  std::size_t from = 0;
  std::size_t count = 0;
};

TimeRun within(std::span<const std::int64_t> times, std::int64_t start_ms, std::int64_t end_ms) {
  if (!times.empty() && times.front() >= start_ms && times.back() <= end_ms) return {0, times.size()};
  const auto first = std::ranges::lower_bound(times, start_ms);
  const auto last = std::ranges::upper_bound(first, times.end(), end_ms);
  if (last <= first) return {};
  return {static_cast<std::size_t>(first - times.begin()), static_cast<std::size_t>(last - first)};
}

class MemoryStream final : public engine::SampleStream {
 public:
  MemoryStream(Matchers matchers, std::vector<const StoredSeries*> candidates, std::int64_t start_ms,
               std::int64_t end_ms)
      : matchers_(std::move(matchers)),
        candidates_(std::move(candidates)),
        start_ms_(start_ms),
        end_ms_(end_ms) {}

  Result<bool> next(engine::SampleRun& run) override {
    while (at_ < candidates_.size()) {
      const StoredSeries& series = *candidates_[at_++];
      if (!matchers_.match(series.labels)) continue;
      const TimeRun floats = within(series.float_times, start_ms_, end_ms_);
      const TimeRun histograms = within(series.histogram_times, start_ms_, end_ms_);
      if (floats.count == 0 && histograms.count == 0) continue;
      run.labels = series.labels;
      run.drop_name = false;
      run.floats = engine::FloatRun{series.float_times, series.floats, series.float_starts}.sub(floats.from,
                                                                                                floats.count);
      run.histograms =
          engine::HistogramRun{series.histogram_times, series.histograms, series.histogram_starts}.sub(
              histograms.from, histograms.count);
      return true;
    }
    return false;
  }

 private:
  const Matchers matchers_;
  const std::vector<const StoredSeries*> candidates_;
  const std::int64_t start_ms_;
  const std::int64_t end_ms_;
  std::size_t at_ = 0;
};

/// Keeps `starts` parallel to `size` samples, of which the last is new.
void appendStart(std::vector<std::int64_t>& starts, std::size_t size, std::int64_t start_ms) {
  if (starts.empty() && start_ms == 0) return;
  starts.resize(size - 1, 0);
  starts.push_back(start_ms);
}

enum class Order : std::uint8_t { kNewer, kSameTime };

Result<Order> orderOf(const StoredSeries& series, std::int64_t time_ms) {
  std::optional<std::int64_t> newest;
  if (!series.float_times.empty()) newest = series.float_times.back();
  if (!series.histogram_times.empty()) {
    newest = std::max(newest.value_or(model::kMinTimeMs), series.histogram_times.back());
  }
  if (!newest || time_ms > *newest) return Order::kNewer;
  if (time_ms == *newest) return Order::kSameTime;
  return fail(ErrorKind::kBadData, "out of order sample for " + series.labels.toSeriesString());
}

std::unexpected<Error> duplicate(const StoredSeries& series) {
  return fail(ErrorKind::kBadData,
              "another sample at the same timestamp exists for " + series.labels.toSeriesString());
}

}  // namespace

Result<void> MemoryStorage::append(const model::Labels& labels, std::int64_t time_ms, double value,
                                   std::int64_t start_ms) {
  StoredSeries& series = seriesOf(labels);
  if (series.last_is_histogram && model::isStaleNaN(value)) {
    model::FloatHistogram stale;
    stale.sum = value;
    return append(labels, time_ms, std::move(stale), start_ms);
  }
  const auto order = orderOf(series, time_ms);
  if (!order) return std::unexpected(order.error());
  if (*order == Order::kSameTime) {
    const bool same = !series.last_is_histogram && std::bit_cast<std::uint64_t>(series.floats.back()) ==
                                                       std::bit_cast<std::uint64_t>(value);
    return same ? Result<void>() : duplicate(series);
  }
  series.float_times.push_back(time_ms);
  series.floats.push_back(value);
  appendStart(series.float_starts, series.floats.size(), start_ms);
  series.last_is_histogram = false;
  series.chunk.close();
  return {};
}

Result<void> MemoryStorage::append(const model::Labels& labels, std::int64_t time_ms,
                                   model::FloatHistogram histogram, std::int64_t start_ms) {
  if (auto valid = histogram.validate(); !valid) return valid;
  StoredSeries& series = seriesOf(labels);
  const auto order = orderOf(series, time_ms);
  if (!order) return std::unexpected(order.error());
  if (*order == Order::kSameTime) {
    const bool same = series.last_is_histogram && series.histograms.back()->equals(histogram);
    return same ? Result<void>() : duplicate(series);
  }
  auto stored = std::make_shared<model::FloatHistogram>(std::move(histogram));
  stored->counter_reset_hint = series.chunk.add(stored);
  series.histogram_times.push_back(time_ms);
  series.histograms.push_back(std::move(stored));
  appendStart(series.histogram_starts, series.histograms.size(), start_ms);
  series.last_is_histogram = true;
  return {};
}

void MemoryStorage::clear() {
  by_labels_.clear();
  by_name_.clear();
  all_.clear();
  series_.clear();
}

StoredSeries& MemoryStorage::seriesOf(const model::Labels& labels) {
  const auto [at, is_new] = by_labels_.try_emplace(labels, nullptr);
  if (is_new) {
    StoredSeries& series = series_.emplace_back();
    series.labels = labels;
    series.number = all_.size();
    at->second = &series;
    all_.push_back(&series);
    by_name_[std::string(labels.get(model::kMetricName))].push_back(&series);
  }
  return *at->second;
}

Result<std::unique_ptr<engine::SampleStream>> MemoryStorage::samples(const engine::SamplesRequest& request) {
  auto matchers = Matchers::compile(request.matchers, dialect_);
  if (!matchers) return std::unexpected(matchers.error());
  std::vector<const StoredSeries*> candidates;
  if (const auto names = matchers->metricNames()) {
    for (const std::string_view name : *names) {
      const auto at = by_name_.find(name);
      if (at != by_name_.end()) candidates.insert(candidates.end(), at->second.begin(), at->second.end());
    }
    if (names->size() > 1) std::ranges::sort(candidates, {}, &StoredSeries::number);
  } else {
    candidates = all_;
  }
  return std::make_unique<MemoryStream>(std::move(*matchers), std::move(candidates), request.start_ms,
                                        request.end_ms);
}

}  // namespace prome::promqltest
