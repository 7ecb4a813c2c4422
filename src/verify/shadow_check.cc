#include "verify/shadow_check.h"

#include <array>
#include <optional>

namespace prome::verify {
namespace {

enum class Side : std::uint8_t { kOracle, kRouter };

bool couldNot(Side side, const Answer& answer) {
  if (!answer.isError()) return false;
  const std::string& type = answer.error_type;
  return type.empty() || type == "timeout" || type == "canceled" || type == "unavailable" ||
         (side == Side::kOracle && type == "internal");
}

/// Why `answer` cannot be compared; nothing where it can.
std::optional<ShadowVerdict> troubleOf(Side side, const Result<Answer>& answer) {
  const bool oracle = side == Side::kOracle;
  const std::string who = oracle ? "oracle: " : "router: ";
  ShadowVerdict out{.result = ShadowResult::kError};
  if (!answer) {
    out.reason = who + answer.error().message;
    if (answer.error().kind == ErrorKind::kExecution) out.result = ShadowResult::kSkipped;
    if (answer.error().kind == ErrorKind::kCanceled) out.result = ShadowResult::kDropped;
    if (oracle && out.result == ShadowResult::kError) out.oracle = OracleState::kFailed;
    return out;
  }
  if (!oracle && answer->grade == Grade::kPartial) {
    out.reason = who + "a partial answer";
    return out;
  }
  if (!couldNot(side, *answer)) return std::nullopt;
  out.reason = who + std::to_string(answer->status) + " " + answer->error;
  if (oracle) out.oracle = answer->error_type.empty() ? OracleState::kFailed : OracleState::kAnswered;
  return out;
}

ShadowResult resultOf(Outcome outcome) {
  switch (outcome) {
    case Outcome::kSame:
      return ShadowResult::kSame;
    case Outcome::kLeftOpen:
      return ShadowResult::kOpen;
    case Outcome::kDifferent:
      return ShadowResult::kDifferent;
  }
  return ShadowResult::kError;
}

}  // namespace

ShadowVerdict checkLiveQuery(const Ask& oracle, const Ask& router, const Question& question) {
  std::optional<ShadowVerdict> trouble;
  bool oracle_answered = false;
  const auto watched = [&](Side side, const Ask& ask) -> Ask {
    return [&trouble, &oracle_answered, &ask, side](const Question& asked) -> Result<Answer> {
      Result<Answer> answer = ask(asked);
      auto found = troubleOf(side, answer);
      if (!found) {
        oracle_answered = oracle_answered || side == Side::kOracle;
        return answer;
      }
      const std::string why = found->reason;
      if (!trouble) trouble = std::move(found);
      return fail(ErrorKind::kUnavailable, why);
    };
  };
  Verification verification(watched(Side::kOracle, oracle), watched(Side::kRouter, router));
  const Result<Verdict> verdict = verification.check(question);
  if (!trouble) return {resultOf(verdict->outcome), verdict->reason, OracleState::kAnswered};
  if (trouble->oracle == OracleState::kNotTold && oracle_answered) trouble->oracle = OracleState::kAnswered;
  return *trouble;
}

}  // namespace prome::verify
