// Question: a query and when it is evaluated, as it is put to two servers. A value.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace prome::verify {

enum class QuestionKind : std::uint8_t { kInstant, kRange };

/// Names and values of a form.
using Parameters = std::vector<std::pair<std::string, std::string>>;

struct Question {
  std::string query = {};
  QuestionKind kind = QuestionKind::kInstant;
  std::int64_t start_ms = 0;  // of an instant query, its time
  std::int64_t end_ms = 0;    // kRange
  std::int64_t step_ms = 0;   // kRange
  Parameters more = {};       // further parameters: timeout, limit

  /// `/api/v1/query` or `/api/v1/query_range`.
  std::string path() const;
  Parameters parameters() const;
  /// `at 1700000000` or `from 1700000000 to 1700003600 step 60`.
  std::string when() const;
};

/// Seconds with no more decimals than it takes: `1700000000.5`.
std::string secondsText(std::int64_t ms);

}  // namespace prome::verify
