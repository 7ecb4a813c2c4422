// Answer: what a Prometheus-compatible server answered to one query, read from its JSON. A value.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "model/labels.h"

namespace prome::verify {

/// How near the answering server says it came to one Prometheus. Servers that say nothing claim to be exact.
enum class Grade : std::uint8_t { kExact, kRounding, kPartial };

/// A bucket of a native histogram: `[rule, "low", "high", "count"]`.
struct AnswerBucket {
  std::string rule;
  std::string low;
  std::string high;
  std::string count;

  friend bool operator==(const AnswerBucket&, const AnswerBucket&) = default;
};

/// A sample: numbers are kept as they are written.
struct AnswerPoint {
  std::string time;
  std::string value = {};  // of a histogram, its sum
  bool is_histogram = false;
  std::string count = {};  // of a histogram; so are the buckets
  std::vector<AnswerBucket> buckets = {};

  friend bool operator==(const AnswerPoint&, const AnswerPoint&) = default;
};

struct AnswerSeries {
  model::Labels labels;
  std::vector<AnswerPoint> points;      // floats
  std::vector<AnswerPoint> histograms;  // likewise ascending by time

  friend bool operator==(const AnswerSeries&, const AnswerSeries&) = default;
};

struct Answer {
  int status = 0;
  std::string error_type;  // empty where it is no error
  std::string error;
  std::string result_type;           // vector, matrix, scalar, string
  std::vector<AnswerSeries> series;  // a scalar or string is one point of one series without labels
  std::vector<std::string> warnings;
  std::vector<std::string> infos;
  Grade grade = Grade::kExact;

  bool isError() const { return !error_type.empty() || status / 100 != 2; }
};

/// Reads the body of an answer with HTTP `status`. An answer that is no JSON is an error answer without an
/// errorType if its status says so, else fails with kInternal.
Result<Answer> parseAnswer(int status, std::string_view body);

/// `exact`, `rounding`, `partial`; anything else and nothing are kExact.
Grade parseGrade(std::string_view header);
std::string_view gradeName(Grade grade);

}  // namespace prome::verify
