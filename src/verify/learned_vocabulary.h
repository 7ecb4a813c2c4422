// The words of real data: what a server's series are called. Pure functions.
#pragma once

#include <string>

#include "base/error.h"
#include "verify/answer.h"
#include "verify/question.h"
#include "verify/question_generator.h"
#include "verify/vocabulary.h"

namespace prome::verify {

/// Values of one label that matchers are made of, at most.
inline constexpr std::size_t kMaxValuesPerLabel = 12;

/// Asks for the newest sample within `span` of every series that `selector` matches: names, labels, and which
/// are native histograms.
Question shapeQuestion(const std::string& selector, const Span& span);

/// Makes words of the answer to shapeQuestion. Matchers of all four types on every label, the more on those
/// that every series has, as routing labels are; some match nothing. Fails with kNotFound where there is no
/// series.
Result<Vocabulary> learnVocabulary(const Answer& shape, const Span& span);

}  // namespace prome::verify
