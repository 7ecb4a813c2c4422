// limitk takes the first k series of a group that have a sample at the step; limit_ratio takes series by the
// hash of their labels, whatever the others are. So a series can be given on at once, with the steps at which
// it is taken. Only at an instant, where the order shows, they are held: Prometheus gathers what it takes in
// heaps by value, group by group, and answers with these.
#include <limits>
#include <vector>

#include "engine/aggregation_kinds.h"
#include "engine/parametric_aggregation.h"
#include "engine/value_heap.h"

namespace prome::engine {
namespace {

class LimitAggregation final : public ParametricAggregation {
 public:
  using ParametricAggregation::ParametricAggregation;

 protected:
  Result<void> begin() override {
    const Result<Demand> demand =
        demandOf(isCount() ? parameter().checkCount(context()) : parameter().checkRatio(context()));
    if (!demand) return std::unexpected(demand.error());
    demand_ = *demand;
    if (demand_ == Demand::kNothing || steps() > 1) return {};
    Result<void> held = holdAll();
    releaseInput();
    return held;
  }

  Result<bool> nextResult(Series& result) override {
    if (demand_ == Demand::kNothing) return false;
    if (steps() > 1) return nextTaken(result);
    if (next_ == order_.size()) return false;
    result = std::move(held_[order_[next_++]]);
    return true;
  }

 private:
  bool isCount() const { return context().op() == promql::AggregateOp::kLimitk; }

  Result<bool> nextTaken(Series& result) {
    while (true) {
      const Result<bool> more = input().next(result);
      if (!more || !*more) return more;
      if (!holdsSample(result)) continue;
      const std::size_t group = groupIndex().of(result.labels);
      if (isCount() ? takeByCount(result, group) : takeByRatio(result)) return true;
    }
  }

  bool takeByCount(Series& series, std::size_t group) {
    if (group == taken_.size()) {
      claim().add(steps() * sizeof(std::uint64_t));
      taken_.emplace_back(steps());
    }
    std::vector<std::uint64_t>& taken = taken_[group];
    return keepWhere(series, [&](std::size_t step) {
      if (taken[step] >= parameter().count(step)) return false;
      ++taken[step];
      return true;
    });
  }

  bool takeByRatio(Series& series) {
    constexpr auto kMaxHash = static_cast<double>(std::numeric_limits<std::uint64_t>::max());
    const double offset = static_cast<double>(series.labels.hash()) / kMaxHash;
    return keepWhere(series, [&](std::size_t step) {
      const double ratio = parameter().ratio(step);
      return ratio >= 0 ? offset < ratio : offset >= 1.0 + ratio;
    });
  }

  /// Leaves `series` what `takes` says of the steps at which it has something. Is anything left?
  template <class Takes>
  bool keepWhere(Series& series, Takes takes) {
    bool any_float = false;
    bool any_histogram = false;
    for (std::size_t step = 0; step < steps(); ++step) {
      if (series.hasFloat(step)) {
        if (takes(step)) {
          any_float = true;
        } else {
          series.floats[step] = kAbsent;
        }
      } else if (series.hasHistogram(step)) {
        if (takes(step)) {
          any_histogram = true;
        } else {
          series.histograms[step] = nullptr;
        }
      }
    }
    if (!any_float) series.floats.reset();
    if (!any_histogram) series.histograms.reset();
    return any_float || any_histogram;
  }

  Result<void> holdAll() {
    std::vector<std::vector<RankedValue>> heaps;
    while (true) {
      Series series;
      const Result<bool> more = nextTaken(series);
      if (!more) return std::unexpected(more.error());
      if (!*more) break;
      claim().add(sizeof(Series) + sizeof(RankedValue));
      const std::size_t group = groupIndex().of(series.labels);
      if (heaps.size() <= group) heaps.resize(group + 1);
      const double value = series.hasFloat(0) ? series.floats[0] : 0;
      heaps[group].push_back({value, static_cast<std::uint32_t>(held_.size())});
      siftUp<Best::kGreatest>(heaps[group]);
      held_.push_back(std::move(series));
    }
    for (const std::vector<RankedValue>& heap : heaps) {
      for (const RankedValue& ranked : heap) order_.push_back(ranked.owner);
    }
    return {};
  }

  Demand demand_ = Demand::kNothing;
  std::vector<std::vector<std::uint64_t>> taken_;  // by group and step, for limitk
  std::vector<Series> held_;
  std::vector<std::uint32_t> order_;  // of held_ in the answer
  std::size_t next_ = 0;
};

}  // namespace

OperatorPtr makeLimit(const Place& place, OperatorPtr input, OperatorPtr param) {
  return std::make_unique<LimitAggregation>(place, std::move(input), std::move(param));
}

}  // namespace prome::engine
