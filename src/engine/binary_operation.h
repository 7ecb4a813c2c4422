// One binary operation on two columns of values, floats or native histograms, step by step.
//
// Used by one thread; holds what is to be said about the steps until note() says it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/binary_arithmetic.h"
#include "engine/operator.h"
#include "engine/step_set.h"

namespace prome::engine {

/// The values of one series, or of one side of a match group. A span is empty where there is none of a kind.
struct Values {
  std::span<const double> floats;
  std::span<const model::HistogramPtr> histograms;

  static Values of(const Series& series) { return {series.floats.values(), series.histograms}; }
};

class BinaryOperation {
 public:
  /// `place.expr` is a BinaryExpr that is no set operator; `place` must outlive this.
  BinaryOperation(const Place& place, ComparisonValue comparison);

  /// lhs op rhs at every step, into the columns of `series`, which may be one of the operands. Where
  /// `matched` is given, it holds the steps that have both operands, and loses those at which the operation
  /// is not defined (2.x: also those a comparison filters), which do not count as matches.
  void combine(Values lhs, Values rhs, Series& series, StepSet* matched);

  /// Annotates the query with what was met. Of one step Prometheus tells only the last thing.
  void note();

 private:
  enum class Note : std::uint8_t {
    kNothing,
    kFloatAndFloat,
    kFloatAndHistogram,
    kHistogramAndFloat,
    kHistogramAndHistogram,
    kIncompatibleBuckets,
    kResetCollision,
    kBoundsReconciled,
  };

  /// A float, or a histogram where that is not null.
  struct Element {
    double value = 0;
    model::HistogramPtr histogram;
  };

  struct Outcome {
    Element result;
    bool defined = true;
    bool kept = true;
    Note note = Note::kNothing;
  };

  static Element elementAt(Values values, std::size_t step);
  static Outcome undefined(Note note) { return {{}, false, false, note}; }
  static Outcome kept(model::FloatHistogram histogram, Note note = Note::kNothing);

  void combineElements(Values lhs, Values rhs, Series& series, StepSet* matched);
  Outcome outcomeOf(const Element& lhs, const Element& rhs) const;
  Outcome ofFloats(double lhs, double rhs) const;
  Outcome ofHistogramAndFloat(const model::FloatHistogram& histogram, double value) const;
  Outcome ofHistograms(const model::HistogramPtr& lhs, const model::HistogramPtr& rhs) const;
  static Outcome sumOf(const model::FloatHistogram& lhs, const model::FloatHistogram& rhs);
  static Outcome differenceOf(const model::FloatHistogram& lhs, const model::FloatHistogram& rhs);
  void record(std::size_t step, Note note);
  void annotate(Note note);

  const Place& place_;
  const promql::BinaryOp op_;
  const ComparisonValue comparison_;
  const bool filtered_match_;  // a filtered step still counts as a match
  const FloatKernel kernel_;   // null for trims
  std::vector<Note> notes_;    // by step; empty as long as there is none
};

}  // namespace prome::engine
