// Verification: puts questions to two servers, one of which is right by definition, and counts what differs.
//
// The servers are functions, so that a comparison needs no network; they must outlive it. Not thread-safe.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "base/error.h"
#include "verify/answer.h"
#include "verify/comparison.h"
#include "verify/question.h"

namespace prome::verify {

/// Times the oracle is asked again before a difference is called one: where its own answers differ, so may
/// another's.
inline constexpr int kAsksAgain = 6;

using Ask = std::function<Result<Answer>(const Question&)>;

struct Tally {
  std::size_t compared = 0;
  std::size_t differ = 0;
  std::size_t left_open = 0;
  std::size_t errors = 0;    // the oracle answered an error
  std::size_t empty = 0;     // or nothing
  std::size_t rounding = 0;  // the other one claimed no more than the grade `rounding`
};

class Verification {
 public:
  Verification(Ask oracle, Ask router, Positions positions = Positions::kCompared)
      : oracle_(std::move(oracle)), router_(std::move(router)), positions_(positions) {}

  /// Asks both, and the oracle again where they differ. Fails only where the oracle cannot be asked: a router
  /// that cannot is a difference; an oracle that takes too long leaves the question open.
  Result<Verdict> check(const Question& question);
  const Tally& tally() const { return tally_; }

 private:
  Result<Verdict> askAgain(const Question& question, const Answer& first, const Answer& theirs,
                           Verdict verdict) const;
  void count(const Answer& oracle, const Verdict& verdict);

  Ask oracle_;
  Ask router_;
  Positions positions_;
  Tally tally_;
};

/// The question and what differs, for people; ends with a line break.
std::string describe(const Question& question, const Verdict& verdict);

/// `1000 compared, 2 differ (3 left open, 45 errors, 120 empty, 210 rounding)`, without line break.
std::string closingLine(const Tally& tally);

}  // namespace prome::verify
