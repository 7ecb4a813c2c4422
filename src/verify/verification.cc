#include "verify/verification.h"

namespace prome::verify {

Result<Verdict> Verification::check(const Question& question) {
  const Result<Answer> oracle = oracle_(question);
  if (!oracle && oracle.error().kind == ErrorKind::kTimeout) {
    const Verdict verdict{Outcome::kLeftOpen, "oracle: " + oracle.error().message};
    count({}, verdict);
    return verdict;
  }
  if (!oracle) return std::unexpected(oracle.error());
  const Result<Answer> theirs = router_(question);
  if (!theirs) {
    const Verdict verdict{Outcome::kDifferent, "router: " + theirs.error().message};
    count(*oracle, verdict);
    return verdict;
  }
  if (theirs->grade == Grade::kRounding) ++tally_.rounding;
  Result<Verdict> verdict = compareAnswers(*oracle, *theirs, question, theirs->grade, positions_);
  if (verdict->outcome == Outcome::kDifferent) {
    verdict = askAgain(question, *oracle, *theirs, std::move(*verdict));
    if (!verdict) return verdict;
  }
  count(*oracle, *verdict);
  return verdict;
}

/// One Prometheus evaluates some things in an order left to chance. If its own answers differ by more than
/// last digits, everything is possible; if only by these, they are also where the other one may differ.
Result<Verdict> Verification::askAgain(const Question& question, const Answer& first, const Answer& theirs,
                                       Verdict verdict) const {
  bool rounds = false;
  for (int i = 0; i < kAsksAgain; ++i) {
    const Result<Answer> again = oracle_(question);
    if (!again) return std::unexpected(again.error());
    if (compareAnswers(*again, theirs, question, theirs.grade, positions_).outcome != Outcome::kDifferent ||
        compareAnswers(first, *again, question, Grade::kRounding, positions_).outcome ==
            Outcome::kDifferent) {
      return Verdict{Outcome::kLeftOpen, "the oracle does not always answer the same: " + verdict.reason};
    }
    rounds = rounds ||
             compareAnswers(first, *again, question, Grade::kExact, positions_).outcome != Outcome::kSame;
  }
  if (rounds && theirs.grade == Grade::kExact) {
    return compareAnswers(first, theirs, question, Grade::kRounding, positions_);
  }
  return verdict;
}

void Verification::count(const Answer& oracle, const Verdict& verdict) {
  ++tally_.compared;
  if (oracle.isError()) {
    ++tally_.errors;
  } else if (oracle.series.empty()) {
    ++tally_.empty;
  }
  if (verdict.outcome == Outcome::kDifferent) ++tally_.differ;
  if (verdict.outcome == Outcome::kLeftOpen) ++tally_.left_open;
}

std::string describe(const Question& question, const Verdict& verdict) {
  return question.query + "\n  " + question.when() + "\n    " + verdict.reason + "\n";
}

std::string closingLine(const Tally& tally) {
  return std::to_string(tally.compared) + " compared, " + std::to_string(tally.differ) + " differ (" +
         std::to_string(tally.left_open) + " left open, " + std::to_string(tally.errors) + " errors, " +
         std::to_string(tally.empty) + " empty, " + std::to_string(tally.rounding) + " rounding)";
}

}  // namespace prome::verify
