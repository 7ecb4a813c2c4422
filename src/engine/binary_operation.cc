#include "engine/binary_operation.h"

#include <memory>
#include <utility>

#include "engine/annotation_text.h"
#include "engine/matching.h"
#include "promql/printer.h"

namespace prome::engine {
namespace {

using model::FloatHistogram;
using promql::BinaryOp;

const promql::BinaryExpr& binaryOf(const Place& place) {
  return *promql::as<promql::BinaryExpr>(place.expr);
}

}  // namespace

BinaryOperation::BinaryOperation(const Place& place, ComparisonValue comparison)
    : place_(place),
      op_(binaryOf(place).op),
      comparison_(comparison),
      filtered_match_(place.evaluation.is3x()),
      kernel_(isTrim(op_) ? nullptr : floatKernel(op_, comparison)) {}

void BinaryOperation::combine(Values lhs, Values rhs, Series& series, StepSet* matched) {
  const bool floats_only = lhs.histograms.empty() && rhs.histograms.empty();
  if (!floats_only || kernel_ == nullptr || lhs.floats.empty() || rhs.floats.empty()) {
    combineElements(lhs, rhs, series, matched);
    return;
  }
  kernel_(lhs.floats, rhs.floats, series.floats.values());
  if (matched != nullptr && !filtered_match_ && isComparison(op_)) {
    const std::span<const double> values = series.floats.values();
    StepSet kept(values.size());
    kept.insertPresent(values, densityOf(values));
    *matched &= kept;
  }
}

BinaryOperation::Element BinaryOperation::elementAt(Values values, std::size_t step) {
  Element element;
  if (!values.histograms.empty()) element.histogram = values.histograms[step];
  if (element.histogram == nullptr) element.value = values.floats.empty() ? kAbsent : values.floats[step];
  return element;
}

void BinaryOperation::combineElements(Values lhs, Values rhs, Series& series, StepSet* matched) {
  const std::size_t steps = place_.grid.steps();
  Column floats;
  HistogramColumn histograms;
  for (std::size_t step = 0; step < steps; ++step) {
    place_.evaluation.checkpoint();
    const Element left = elementAt(lhs, step);
    const Element right = elementAt(rhs, step);
    if (isAbsent(left.value) || isAbsent(right.value)) continue;
    Outcome outcome = outcomeOf(left, right);
    record(step, outcome.note);
    if (matched != nullptr && !(outcome.defined && (outcome.kept || filtered_match_))) matched->erase(step);
    if (!outcome.kept) continue;
    if (outcome.result.histogram != nullptr) {
      if (histograms.empty()) histograms = place_.evaluation.columns().histograms(steps);
      histograms[step] = std::move(outcome.result.histogram);
    } else {
      if (floats.empty()) floats = place_.evaluation.columns().absent(steps);
      floats[step] = outcome.result.value;
    }
  }
  series.floats = std::move(floats);
  series.histograms = std::move(histograms);
}

BinaryOperation::Outcome BinaryOperation::kept(FloatHistogram histogram, Note note) {
  return {.result = {0, std::make_shared<const FloatHistogram>(std::move(histogram))}, .note = note};
}

BinaryOperation::Outcome BinaryOperation::outcomeOf(const Element& lhs, const Element& rhs) const {
  if (lhs.histogram != nullptr && rhs.histogram != nullptr) return ofHistograms(lhs.histogram, rhs.histogram);
  if (lhs.histogram != nullptr) return ofHistogramAndFloat(*lhs.histogram, rhs.value);
  if (rhs.histogram == nullptr) return ofFloats(lhs.value, rhs.value);
  if (op_ != BinaryOp::kMul) return undefined(Note::kFloatAndHistogram);
  return ofHistogramAndFloat(*rhs.histogram, lhs.value);
}

BinaryOperation::Outcome BinaryOperation::ofFloats(double lhs, double rhs) const {
  if (kernel_ == nullptr) return undefined(Note::kFloatAndFloat);
  Outcome outcome;
  kernel_({&lhs, 1}, {&rhs, 1}, {&outcome.result.value, 1});
  outcome.kept = !isAbsent(outcome.result.value);
  return outcome;
}

BinaryOperation::Outcome BinaryOperation::ofHistogramAndFloat(const FloatHistogram& histogram,
                                                              double value) const {
  switch (op_) {
    case BinaryOp::kMul:
      return kept(std::move(FloatHistogram(histogram).multiply(value).compact(0)));
    case BinaryOp::kDiv:
      return kept(std::move(FloatHistogram(histogram).divide(value).compact(0)));
    case BinaryOp::kTrimUpper:
      return kept(histogram.trimBuckets(value, FloatHistogram::Trim::kUpper));
    case BinaryOp::kTrimLower:
      return kept(histogram.trimBuckets(value, FloatHistogram::Trim::kLower));
    default:
      return undefined(Note::kHistogramAndFloat);
  }
}

BinaryOperation::Outcome BinaryOperation::ofHistograms(const model::HistogramPtr& lhs,
                                                       const model::HistogramPtr& rhs) const {
  switch (op_) {
    case BinaryOp::kAdd:
      return sumOf(*lhs, *rhs);
    case BinaryOp::kSub:
      return differenceOf(*lhs, *rhs);
    case BinaryOp::kEqual:
    case BinaryOp::kNotEqual: {
      const bool holds = lhs->equals(*rhs) == (op_ == BinaryOp::kEqual);
      if (comparison_ == ComparisonValue::kZeroOne) return {.result = {holds ? 1.0 : 0.0, nullptr}};
      return {.result = {0, lhs}, .kept = holds};
    }
    default:
      return undefined(Note::kHistogramAndHistogram);
  }
}

// A sum of counters of which one was reset and the other was not is not defined.
BinaryOperation::Outcome BinaryOperation::sumOf(const FloatHistogram& lhs, const FloatHistogram& rhs) {
  FloatHistogram sum = lhs;
  const Result<model::HistogramAddition> added = sum.add(rhs);
  if (!added) return undefined(Note::kIncompatibleBuckets);
  if (added->counter_reset_collision) return undefined(Note::kResetCollision);
  sum.compact(0);
  return kept(std::move(sum), added->bounds_reconciled ? Note::kBoundsReconciled : Note::kNothing);
}

BinaryOperation::Outcome BinaryOperation::differenceOf(const FloatHistogram& lhs, const FloatHistogram& rhs) {
  FloatHistogram difference = lhs;
  const Result<model::HistogramAddition> subtracted = difference.subtract(rhs);
  if (!subtracted) return undefined(Note::kIncompatibleBuckets);
  if (subtracted->counter_reset_collision) return undefined(Note::kResetCollision);
  difference.counter_reset_hint = model::CounterResetHint::kGauge;
  difference.compact(0);
  return kept(std::move(difference),
              subtracted->bounds_reconciled ? Note::kBoundsReconciled : Note::kNothing);
}

void BinaryOperation::record(std::size_t step, Note note) {
  if (note == Note::kNothing) return;
  if (notes_.empty()) notes_.resize(place_.grid.steps(), Note::kNothing);
  notes_[step] = note;
}

void BinaryOperation::note() {
  if (!place_.evaluation.is3x()) return;
  std::uint32_t said = 0;
  for (const Note note : notes_) {
    const std::uint32_t bit = std::uint32_t{1} << static_cast<unsigned>(note);
    if ((said & bit) == 0) annotate(note);
    said |= bit;
  }
}

void BinaryOperation::annotate(Note note) {
  namespace text = annotation_text;
  Evaluation& evaluation = place_.evaluation;
  const std::string_view op = promql::operatorText(op_);
  const std::string_view operation = op_ == BinaryOp::kAdd ? "addition" : "subtraction";
  switch (note) {
    case Note::kNothing:
      return;
    case Note::kFloatAndFloat:
      return evaluation.inform(text::incompatibleTypes("float", op, "float"), place_.expr);
    case Note::kFloatAndHistogram:
      return evaluation.inform(text::incompatibleTypes("float", op, "histogram"), place_.expr);
    case Note::kHistogramAndFloat:
      return evaluation.inform(text::incompatibleTypes("histogram", op, "float"), place_.expr);
    case Note::kHistogramAndHistogram:
      return evaluation.inform(text::incompatibleTypes("histogram", op, "histogram"), place_.expr);
    case Note::kIncompatibleBuckets:
      return evaluation.warn(text::incompatibleBucketLayout(op), place_.expr);
    case Note::kResetCollision:
      return evaluation.warn(text::counterResetCollision(operation), place_.expr);
    case Note::kBoundsReconciled:
      return evaluation.inform(text::mismatchedCustomBuckets(operation), place_.expr);
  }
}

}  // namespace prome::engine
