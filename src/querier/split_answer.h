// A question over more steps than a server answers at once, as several whose answers are joined.
#pragma once

#include <memory>

#include "querier/querier.h"

namespace prome::querier {

/// Asks `question`, in parts where its grid is too long. The parts are asked at once; their series are joined
/// by labels and given when all are there.
std::unique_ptr<AnswerStream> askSplit(const Question& question, Querier& querier,
                                       engine::Evaluation& evaluation);

}  // namespace prome::querier
