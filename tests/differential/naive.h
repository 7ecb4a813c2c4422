// A PromQL evaluator that is plain rather than fast: what the engine must agree with.
//
// It follows the language's definition node by node and step by step: the value of an expression is one
// instant vector for each step. It shares with the engine only the parser and the values (labels, histograms,
// annotations), so that a mistake in how the engine walks columns cannot be in both. Where Prometheus itself
// has a quirk the quirk is here, with a word on it.
// Source: prometheus/promql (engine.go, functions.go, quantile.go, info.go) of 3.14.
#pragma once

#include <vector>

#include "model/dialect.h"
#include "promql/parser.h"
#include "tests/differential/answer.h"
#include "tests/differential/test_case.h"

namespace prome::differential {

/// The answer to `query` over `data`, whose order stands for the order of creation in storage.
Answer evaluateNaively(const promql::Query& query, const Times& times, const std::vector<StoredSeries>& data,
                       model::Dialect dialect, NameRemoval name_removal);

}  // namespace prome::differential
