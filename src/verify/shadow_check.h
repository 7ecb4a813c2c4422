// One live query verified: what comes of it, troubles with either side told apart from wrong answers.
//
// A pure function of what the two sides answer.
#pragma once

#include <cstdint>
#include <string>

#include "verify/verification.h"

namespace prome::verify {

enum class ShadowResult : std::uint8_t {
  kSame,
  kDifferent,
  kOpen,     // they differ only in what one Prometheus leaves open itself
  kError,    // one side could not be asked, or says that it could not do it
  kSkipped,  // not a question for it: too large an answer or query, an order that is left open
  kDropped,  // no room in the queue, or the end
};
inline constexpr std::size_t kShadowResults = 6;

enum class OracleState : std::uint8_t { kAnswered, kFailed, kNotTold };

struct ShadowVerdict {
  ShadowResult result = ShadowResult::kSame;
  std::string reason = {};  // of all but kSame
  OracleState oracle = OracleState::kNotTold;
};

/// Of errors that an Ask gives, kExecution means an answer too large and kCanceled the end.
ShadowVerdict checkLiveQuery(const Ask& oracle, const Ask& router, const Question& question);

}  // namespace prome::verify
