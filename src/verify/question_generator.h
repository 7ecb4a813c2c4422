// Random questions over the data a vocabulary knows: number N of seed S is always the same one.
//
// Immutable; thread-safe to share.
#pragma once

#include <cstdint>

#include "model/dialect.h"
#include "verify/question.h"
#include "verify/vocabulary.h"

namespace prome::verify {

/// Do queries use what a server understands only with its feature flags?
enum class Experimental : std::uint8_t { kNone, kAll };

struct Language {
  model::Dialect dialect = model::Dialect::kPrometheus3;
  Experimental experimental = Experimental::kNone;
};

/// Where the data lie.
struct Span {
  std::int64_t start_ms = 0;
  std::int64_t end_ms = 0;
};

/// Steps of a range query, at most.
inline constexpr std::int64_t kMaxQuestionSteps = 40;

class QuestionGenerator {
 public:
  QuestionGenerator(Vocabulary words, Language language, Span span, std::uint64_t seed)
      : words_(std::move(words)), language_(language), span_(span), seed_(seed) {}

  Question question(std::uint64_t number) const;

 private:
  bool isUnderstood(const std::string& query) const;

  Vocabulary words_;
  Language language_;
  Span span_;
  std::uint64_t seed_;
};

}  // namespace prome::verify
