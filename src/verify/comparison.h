// Are two answers to one question the same, as far as one Prometheus defines its answer?
//
// Pure functions.
#pragma once

#include <cstdint>
#include <string>

#include "verify/answer.h"
#include "verify/question.h"
#include "verify/room.h"

namespace prome::verify {

enum class Outcome : std::uint8_t {
  kSame,
  kLeftOpen,  // they differ only in what one Prometheus leaves open itself
  kDifferent,
};

/// Of what annotations are about: `(1:23)`.
enum class Positions : std::uint8_t { kCompared, kIgnored };

struct Verdict {
  Outcome outcome = Outcome::kSame;
  std::string reason;  // what differs, with both values; empty if nothing does

  friend bool operator==(const Verdict&, const Verdict&) = default;
};

/// Where an answer's grade is `rounding`, numbers a and b are equal if |a - b| is no more than this, relative
/// to the larger of them.
inline constexpr double kRoundingTolerance = 1e-9;
/// Likewise relative to the largest finite value of both answers: what is left of numbers of that size when
/// they cancel out.
inline constexpr double kCancellationTolerance = 1e-12;

/// How `theirs` differs from `oracle`, what one Prometheus answered to the same question:
/// status and errorType of errors (not their texts); types, label sets, times and values of results; the
/// order of a range query's series, and of an instant query's values where the query sorts; warnings and
/// infos as sets (those beyond the cap of one Prometheus are not told apart). At grade kExact values are
/// compared as they are written, but for the last digits of a query that adds up series, and at kRounding
/// within the tolerances above, and where sums decide something else, what they decided is left open.
/// kPartial is never the same.
Verdict compareAnswers(const Answer& oracle, const Answer& theirs, const Question& question, Grade grade,
                       Positions positions = Positions::kCompared);

}  // namespace prome::verify
