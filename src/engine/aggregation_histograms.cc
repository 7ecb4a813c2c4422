// 3.x adds with compensation; an average is the sum over the count until the sum would overflow, from there
// on a mean that each histogram moves. 2.x adds plainly and always moves the mean.
#include "engine/aggregation_histograms.h"

#include <cassert>
#include <utility>

namespace prome::engine {
namespace {

using model::CounterResetHint;
using model::FloatHistogram;
using model::HistogramAddition;

constexpr std::string_view kOperation = "aggregation";

std::unique_ptr<FloatHistogram> copyOf(const std::unique_ptr<FloatHistogram>& histogram) {
  return histogram == nullptr ? nullptr : std::make_unique<FloatHistogram>(*histogram);
}

}  // namespace

void HistogramFold::add(std::size_t step, const model::HistogramPtr& histogram, std::string_view metric_name,
                        After after) {
  Cell& cell = cells_[step];
  if (cell.incompatible) return;
  const bool is_first = !cell.seen;
  cell.seen = true;
  if (is_first && after == After::kFloat) return;
  if (!is_first && cell.count == 0) return;
  cell.reset_seen |= histogram->counter_reset_hint == CounterResetHint::kReset;
  cell.no_reset_seen |= histogram->counter_reset_hint == CounterResetHint::kNotReset;
  cell.count += 1;
  if (is_first) {
    cell.first = histogram;
    return;
  }
  own(cell);
  const Result<HistogramAddition> added =
      kind_ == HistogramResult::kSum ? addToSum(cell, *histogram) : addToAverage(cell, *histogram);
  if (!added) {
    cell.incompatible = true;
    if (added.error().message == model::kMixedSchemas) {
      context_->warn(annotation_text::mixedExponentialCustom(metric_name), context_->argument());
    }
  } else if (added->bounds_reconciled) {
    context_->inform(annotation_text::mismatchedCustomBuckets(kOperation), context_->argument());
  }
}

void HistogramFold::own(Cell& cell) {
  if (cell.value != nullptr) return;
  claim_.add(2 * cell.first->size());
  cell.value = std::make_unique<FloatHistogram>(*cell.first);
  cell.first = nullptr;
}

Result<HistogramAddition> HistogramFold::addToSum(Cell& cell, const FloatHistogram& histogram) {
  if (!context_->evaluation().is3x()) return cell.value->add(histogram);
  return cell.value->kahanAdd(histogram, cell.lost);
}

Result<HistogramAddition> HistogramFold::addToAverage(Cell& cell, const FloatHistogram& histogram) {
  if (!context_->evaluation().is3x()) return addToPlainMean(cell, histogram);
  if (!cell.incremental_mean) {
    Owned sum = copyOf(cell.value);
    Owned lost = copyOf(cell.lost);
    Result<HistogramAddition> added = sum->kahanAdd(histogram, lost);
    if (!added) return added;
    if (!sum->hasOverflow()) {
      cell.value = std::move(sum);
      cell.lost = std::move(lost);
      return added;
    }
    if (added->bounds_reconciled) {
      context_->inform(annotation_text::mismatchedCustomBuckets(kOperation), context_->argument());
    }
    cell.incremental_mean = true;
    cell.value->divide(cell.count - 1);
    if (cell.lost != nullptr) cell.lost->divide(cell.count - 1);
  }
  return addToMean(cell, histogram);
}

Result<HistogramAddition> HistogramFold::addToMean(Cell& cell, const FloatHistogram& histogram) {
  const double kept = (cell.count - 1) / cell.count;
  if (cell.lost != nullptr) cell.lost->multiply(kept);
  FloatHistogram share = histogram;
  share.divide(cell.count);
  return cell.value->multiply(kept).kahanAdd(share, cell.lost);
}

// mean += h/n - mean/n
Result<HistogramAddition> HistogramFold::addToPlainMean(Cell& cell, const FloatHistogram& histogram) {
  FloatHistogram change = histogram;
  change.divide(cell.count);
  FloatHistogram share = *cell.value;
  share.divide(cell.count);
  if (Result<HistogramAddition> moved = change.subtract(share); !moved) return moved;
  return cell.value->add(change);
}

model::HistogramPtr HistogramFold::finish(std::size_t step) {
  Cell cell = std::exchange(cells_[step], {});
  if (cell.incompatible || cell.count == 0) return nullptr;
  if (cell.value == nullptr) cell.value = std::make_unique<FloatHistogram>(*cell.first);
  if (kind_ == HistogramResult::kAverage) {
    finishAverage(cell);
  } else if (cell.lost != nullptr) {
    static_cast<void>(cell.value->add(*cell.lost));
  }
  cell.value->compact(0);
  if (cell.reset_seen && cell.no_reset_seen) {
    context_->warn(annotation_text::counterResetCollision(kOperation), context_->argument());
  }
  return std::move(cell.value);
}

// The compensation has the layout of what it compensates, so it can be added.
void HistogramFold::finishAverage(Cell& cell) {
  const bool is_mean = cell.incremental_mean || !context_->evaluation().is3x();
  if (!is_mean) {
    cell.value->divide(cell.count);
    if (cell.lost != nullptr) cell.lost->divide(cell.count);
  }
  if (cell.lost != nullptr) static_cast<void>(cell.value->add(*cell.lost));
}

}  // namespace prome::engine
