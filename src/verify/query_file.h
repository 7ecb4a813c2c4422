// Queries written down in a file, and the times each of them is asked at. Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "verify/question.h"
#include "verify/question_generator.h"

namespace prome::verify {

/// One query a line; lines that are empty or begin with `#` are none, and spaces around a query do not count.
std::vector<std::string> parseQueries(std::string_view text);

/// A query at the span's start, end and a moment between them that is no whole second; over the span in
/// steps of `step_ms`; and over a part of it that begins off the grid, in steps of a third of that and 7 ms.
std::vector<Question> questionsOf(const std::string& query, const Span& span, std::int64_t step_ms);

}  // namespace prome::verify
