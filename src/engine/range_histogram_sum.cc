#include "engine/range_histogram_sum.h"

#include <algorithm>
#include <memory>

namespace prome::engine {
namespace {

using model::CounterResetHint;
using model::FloatHistogram;
using model::HistogramPtr;

/// A histogram and what rounding lost of it, null as long as nothing was added.
struct HistogramTotal {
  FloatHistogram value;
  std::unique_ptr<FloatHistogram> lost;
};

/// Adds histograms; false where exponential and custom buckets meet.
class Adder {
 public:
  bool add(HistogramTotal& total, const FloatHistogram& histogram) {
    return noted(total.value.kahanAdd(histogram, total.lost));
  }
  bool addLost(HistogramTotal& total) { return total.lost == nullptr || noted(total.value.add(*total.lost)); }
  bool boundsReconciled() const { return reconciled_; }

 private:
  bool noted(const Result<model::HistogramAddition>& done) {
    if (done && done->bounds_reconciled) reconciled_ = true;
    return done.has_value();
  }

  bool reconciled_ = false;
};

/// What a successful aggregation has to say.
NoteSet notesOf(const HistogramRun& window, const Adder& adder) {
  const auto any = [&](CounterResetHint hint) {
    return std::ranges::any_of(window.values,
                               [&](const HistogramPtr& value) { return value->counter_reset_hint == hint; });
  };
  NoteSet notes;
  if (any(CounterResetHint::kReset) && any(CounterResetHint::kNotReset)) notes.add(Note::kResetCollision);
  if (adder.boundsReconciled()) notes.add(Note::kReconciledInAggregation);
  return notes;
}

/// The sum of the histograms until adding one more would overflow, or all.
struct PartialSum {
  HistogramTotal total;
  std::size_t added = 0;
};

// An addition cannot be taken back, so the sum before an overflow is made once more: overflows are rare.
std::optional<PartialSum> sumBelowOverflow(const HistogramRun& window, Adder& adder) {
  const auto sumOf = [&](std::size_t limit, bool& overflow) -> std::optional<PartialSum> {
    PartialSum sum{.total = {*window.values.front(), nullptr}, .added = 1};
    for (; sum.added < limit; ++sum.added) {
      if (!adder.add(sum.total, *window.values[sum.added])) return std::nullopt;
      overflow = sum.total.value.hasOverflow();
      if (overflow) break;
    }
    return sum;
  };
  bool overflow = false;
  std::optional<PartialSum> sum = sumOf(window.size(), overflow);
  if (sum && overflow) sum = sumOf(sum->added, overflow);
  return sum;
}

/// Turns the sum of `sum.added` histograms into their mean and takes in the others, each with its share.
bool continueAsMean(const HistogramRun& window, PartialSum& sum, Adder& adder) {
  HistogramTotal& mean = sum.total;
  mean.value.divide(static_cast<double>(sum.added));
  if (mean.lost != nullptr) mean.lost->divide(static_cast<double>(sum.added));
  for (; sum.added < window.size(); ++sum.added) {
    const auto count = static_cast<double>(sum.added + 1);
    const double share = (count - 1) / count;
    if (mean.lost != nullptr) mean.lost->multiply(share);
    FloatHistogram part = *window.values[sum.added];
    part.divide(count);
    mean.value.multiply(share);
    if (!adder.add(mean, part)) return false;
  }
  return true;
}

}  // namespace

HistogramPtr histogramSum(const HistogramRun& window, WindowNotes& notes) {
  Adder adder;
  HistogramTotal total{*window.values.front(), nullptr};
  for (const HistogramPtr& histogram : window.values.subspan(1)) {
    if (!adder.add(total, *histogram)) return notes.add(Note::kMixedSchemas), nullptr;
  }
  if (!adder.addLost(total)) return notes.add(Note::kMixedSchemas), nullptr;
  notes.add(notesOf(window, adder));
  return std::make_shared<FloatHistogram>(std::move(total.value));
}

HistogramPtr histogramAverage(const HistogramRun& window, WindowNotes& notes) {
  Adder adder;
  std::optional<PartialSum> sum = sumBelowOverflow(window, adder);
  bool mixes = sum.has_value();
  if (mixes && sum->added < window.size()) {
    mixes = continueAsMean(window, *sum, adder);
  } else if (mixes) {
    const auto count = static_cast<double>(sum->added);
    sum->total.value.divide(count);
    if (sum->total.lost != nullptr) sum->total.lost->divide(count);
  }
  if (!mixes) return notes.add(Note::kMixedSchemas), nullptr;
  notes.add(notesOf(window, adder));
  // What the loss adds at the end reconciles no bounds: it has the sum's own.
  if (!adder.addLost(sum->total)) return notes.add(Note::kMixedSchemas), nullptr;
  return std::make_shared<FloatHistogram>(std::move(sum->total.value));
}

}  // namespace prome::engine
