// SampleSink: what AnswerReader tells of an answer's result.
#pragma once

#include <cstdint>
#include <span>

#include "base/error.h"
#include "model/labels.h"
#include "querier/histogram_json.h"

namespace prome::querier {

enum class ResultType : std::uint8_t { kMatrix, kVector, kScalar };

/// Where in a list (or an object) what comes next stands.
enum class ListPlace : std::uint8_t { kOutside, kFirst, kBehindItem, kBehindComma };

/// How far a run of samples was taken: to where a sample begins (kBehindComma) or behind one.
struct RunEnd {
  const char* at = nullptr;
  ListPlace place = ListPlace::kBehindComma;
};

class SampleSink {
 public:
  virtual ~SampleSink() = default;

  /// Told once, maybe behind the result. An error ends the reading, as those below do.
  virtual Result<void> type(ResultType type) = 0;
  /// Once a series, in the order they stand there, values maybe empty; gone behind the call.
  virtual Result<void> labels(std::span<const model::Label> labels) = 0;
  virtual Result<void> sample(std::int64_t time_ms, double value) = 0;
  /// The whole result: no labels are told.
  virtual Result<void> scalar(std::int64_t time_ms, double value) = 0;
  virtual Result<void> histogram(std::int64_t time_ms, HistogramReading reading) = 0;
  /// `at` is where a sample of a list begins: takes as many as are whole, as expected and followed by a comma
  /// or bracket; none is always right.
  virtual RunEnd run(const char* at, const char* end) = 0;
};

}  // namespace prome::querier
