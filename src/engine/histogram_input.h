// The histograms of a vector, classic and native, as the functions over them see them.
//
// Series with a label `le` are buckets: those equal but for it are one histogram. They are grouped, their
// bounds read and sorted once; a step then only gathers counts. Values live as long as the evaluation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/histogram_quantile.h"
#include "engine/operator.h"

namespace prome::engine {

struct BucketColumn {
  double upper_bound = 0;
  Column counts;
};

/// One result series' histograms: classic or native at a step, never both.
struct HistogramSeries {
  model::Labels labels;  // without `le`
  std::vector<BucketColumn> buckets;
  HistogramColumn natives;
  /// Steps where buckets and a native histogram meet, which answer nothing. Empty: none.
  std::vector<bool> contested;
};

/// The histograms of `input`, in the order they first appear. Warns of bad `le` labels and of contested steps
/// at `about`, with metric names where names are removed late.
Result<std::vector<HistogramSeries>> readHistograms(Operator& input, Evaluation& evaluation,
                                                    const promql::Expr& about);

/// Gathers the buckets of one histogram, steps in ascending order.
class BucketGatherer {
 public:
  BucketGatherer(const HistogramSeries& histogram, Evaluation& evaluation, std::size_t steps);

  /// The buckets present at `step`; no bounds where there are none, or the step is contested. Valid until the
  /// next call, which may be about the same step.
  ClassicBuckets at(std::size_t step);

  /// Are all buckets present at `step`, and sound (markUnsound)? They may then be read from columns().
  bool isSound(std::size_t step) const { return !unsound_.empty() && unsound_[step] == 0; }
  std::span<const double> bounds() const { return bounds_; }
  std::span<const double* const> columns() const { return columns_; }

 private:
  // Columns lie far apart: a cache line of each, eight steps, is turned at once.
  static constexpr std::size_t kLanes = 8;

  void findSound();
  void turn(std::size_t first_step);
  ClassicBuckets compact(const double* counts);

  const HistogramSeries& histogram_;
  Evaluation& evaluation_;
  const std::size_t steps_;
  std::size_t turned_ = static_cast<std::size_t>(-1);  // the first step turned
  std::vector<double> lanes_;                          // kLanes times all buckets' counts
  bool absent_[kLanes] = {};
  bool bounds_repeat_ = false;
  std::vector<double> bounds_;  // of all buckets
  std::vector<const double*> columns_;
  std::vector<std::uint8_t> unsound_;  // a step each; empty: all are
  std::vector<double> some_bounds_;    // of the buckets at one step
  std::vector<double> counts_;
};

}  // namespace prome::engine
