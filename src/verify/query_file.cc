#include "verify/query_file.h"

#include <algorithm>

namespace prome::verify {

std::vector<std::string> parseQueries(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r";
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    line.remove_prefix(std::min(line.find_first_not_of(kSpace), line.size()));
    line = line.substr(0, line.find_last_not_of(kSpace) + 1);
    if (!line.empty() && !line.starts_with('#')) out.emplace_back(line);
  }
  return out;
}

std::vector<Question> questionsOf(const std::string& query, const Span& span, std::int64_t step_ms) {
  const std::int64_t length = span.end_ms - span.start_ms;
  const std::int64_t between = span.start_ms + length / 2 + 337;
  const std::int64_t off_grid = span.start_ms + length / 3 + 613;
  const std::int64_t odd_step = step_ms / 3 + 7;
  const auto instant = [&](std::int64_t at_ms) {
    return Question{.query = query, .kind = QuestionKind::kInstant, .start_ms = at_ms};
  };
  return {instant(span.start_ms), instant(between), instant(span.end_ms),
          Question{query, QuestionKind::kRange, span.start_ms, span.end_ms, step_ms},
          Question{query, QuestionKind::kRange, off_grid,
                   std::min(span.end_ms, off_grid + kMaxQuestionSteps * odd_step), odd_step}};
}

}  // namespace prome::verify
