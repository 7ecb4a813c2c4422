// What any evaluator answers, in one form that can be compared. Plain values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "model/float_histogram.h"
#include "model/labels.h"

namespace prome::differential {

enum class AnswerKind : std::uint8_t { kScalar, kString, kVector, kMatrix, kError };

/// A float, or a histogram where `histogram` is set.
struct Point {
  std::int64_t time_ms = 0;
  double value = 0;
  model::HistogramPtr histogram = {};
};

struct AnswerSeries {
  model::Labels labels = {};
  std::vector<Point> points = {};  // by time, a float before a histogram
};

/// A scalar is one series without labels.
struct Answer {
  AnswerKind kind = AnswerKind::kVector;
  ErrorKind error_kind = ErrorKind::kExecution;
  std::string text = {};  // the message of an error, or the value of a string
  std::vector<AnswerSeries> series = {};
  std::vector<std::string> warnings = {};  // sorted
  std::vector<std::string> infos = {};     // sorted
};

/// `answer` as lines to read.
std::string describe(const Answer& answer);

}  // namespace prome::differential
