#include "verify/question.h"

#include <cstdlib>

namespace prome::verify {

std::string secondsText(std::int64_t ms) {
  std::string out = ms < 0 ? "-" : "";
  out += std::to_string(std::abs(ms / 1000));
  const std::int64_t rest = std::abs(ms % 1000);
  if (rest == 0) return out;
  std::string decimals = std::to_string(1000 + rest);
  decimals[0] = '.';
  while (decimals.ends_with('0')) decimals.pop_back();
  return out + decimals;
}

std::string Question::path() const {
  return kind == QuestionKind::kInstant ? "/api/v1/query" : "/api/v1/query_range";
}

Parameters Question::parameters() const {
  Parameters out{{"query", query}};
  if (kind == QuestionKind::kInstant) {
    out.emplace_back("time", secondsText(start_ms));
  } else {
    out.emplace_back("start", secondsText(start_ms));
    out.emplace_back("end", secondsText(end_ms));
    out.emplace_back("step", secondsText(step_ms));
  }
  out.insert(out.end(), more.begin(), more.end());
  return out;
}

std::string Question::when() const {
  if (kind == QuestionKind::kInstant) return "at " + secondsText(start_ms);
  return "from " + secondsText(start_ms) + " to " + secondsText(end_ms) + " step " + secondsText(step_ms);
}

}  // namespace prome::verify
