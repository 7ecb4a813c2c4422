// The growth of native histograms over a window. Source: histogramRate in prometheus/promql/functions.go.
#include <algorithm>

#include "engine/range_rate.h"

namespace prome::engine {
namespace {

using model::CounterResetHint;
using model::FloatHistogram;

bool isGauge(const FloatHistogram& histogram) {
  return histogram.counter_reset_hint == CounterResetHint::kGauge;
}

/// The schema all samples between the first and the last can be brought to; nullopt where some have custom
/// buckets and others have not.
std::optional<std::int32_t> commonSchema(std::span<const model::HistogramPtr> between, std::int32_t schema,
                                         bool custom, NoteSet& notes) {
  for (const model::HistogramPtr& histogram : between) {
    if (isGauge(*histogram)) notes.add(Note::kNotCounter);
    schema = std::min(schema, histogram->schema);
    if (histogram->usesCustomBuckets() != custom) return std::nullopt;
  }
  return schema;
}

/// Puts back what the counter had at each of its resets.
bool addResets(FloatHistogram& increase, const HistogramRun& window, const HistogramResets& resets,
               const FloatHistogram& base, NoteSet& notes) {
  for (const std::size_t reset : resets.resets) {
    const std::size_t at = reset - resets.first;
    // The second sample restarted: it is measured against nothing, and may be no reset of that.
    if (at == 1 && !resets.first_by_start && !window.values[1]->detectReset(base)) continue;
    const Result<model::HistogramAddition> added = increase.add(at == 1 ? base : *window.values[at - 1]);
    if (!added) return false;
    if (added->bounds_reconciled) notes.add(Note::kReconciledInAddition);
  }
  return true;
}

}  // namespace

std::shared_ptr<FloatHistogram> histogramIncrease(const HistogramRun& window, SampleKind kind,
                                                  const HistogramResets& resets, NoteSet& notes) {
  const bool counter = kind == SampleKind::kCounter;
  const FloatHistogram& first = *window.values.front();
  const FloatHistogram& last = *window.values.back();
  if (counter && (isGauge(first) || isGauge(last))) notes.add(Note::kNotCounter);

  // A first sample that is not to be subtracted may be of any layout.
  const FloatHistogram* base = &first;
  FloatHistogram nothing;
  if (counter && !resets.resets.empty() && resets.resets.front() == resets.first + 1) {
    nothing.schema = window.values[1]->schema;
    nothing.custom_values = window.values[1]->custom_values;
    base = &nothing;
  }
  const bool custom = base->usesCustomBuckets();
  if (last.usesCustomBuckets() != custom) {
    notes.add(Note::kMixedSchemas);
    return nullptr;
  }
  std::optional<std::int32_t> schema = std::min(last.schema, base->schema);
  if (counter) schema = commonSchema(window.values.subspan(1, window.size() - 2), *schema, custom, notes);
  if (!schema) {
    notes = Note::kMixedSchemas;
    return nullptr;
  }
  auto increase = std::make_shared<FloatHistogram>(last.copyToSchema(*schema));
  const Result<model::HistogramAddition> subtracted = increase->subtract(*base);
  if (subtracted && subtracted->bounds_reconciled) notes.add(Note::kReconciledInSubtraction);
  if (!subtracted || (counter && !addResets(*increase, window, resets, *base, notes))) {
    notes = Note::kMixedSchemas;
    return nullptr;
  }
  if (!counter && (!isGauge(first) || !isGauge(last))) notes.add(Note::kNotGauge);
  increase->counter_reset_hint = CounterResetHint::kGauge;
  increase->compact(0);
  return increase;
}

}  // namespace prome::engine
