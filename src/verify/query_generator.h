// Random PromQL, typed: scalars, instant vectors, range vectors. A small share is wrong on purpose.
//
// Holds references to the caller's Random and Vocabulary, which must outlive it. Not thread-safe.
#pragma once

#include <string>

#include "model/dialect.h"
#include "verify/random.h"
#include "verify/vocabulary.h"

namespace prome::verify {

class QueryGenerator {
 public:
  /// `words`: its lists are not empty, but those that say they may be.
  QueryGenerator(Random& random, model::Dialect dialect, const Vocabulary& words)
      : random_(random), is3x_(dialect == model::Dialect::kPrometheus3), words_(words) {}

  /// Of any type a query of that kind may have.
  std::string query(bool is_range_query);

 private:
  std::string vector(int depth);
  std::string scalar(int depth);
  std::string range(int depth);
  std::string number();
  std::string duration(bool may_be_expression);
  std::string selector();
  std::string matchers();
  std::string metric();
  std::string shift();
  std::string matrix();
  std::string subquery(int depth);
  std::string aggregation(int depth);
  std::string grouping();
  std::string labelList();
  std::string label();
  std::string binary(int depth);
  std::string vectorOperator(bool& is_set);
  std::string matching(bool is_set);
  std::string function(int depth);
  std::string rangeFunction(int depth);
  std::string labelFunction(int depth);
  std::string histogramFunction(int depth);
  std::string parenthesized(std::string text);

  Random& random_;
  const bool is3x_;
  const Vocabulary& words_;
};

}  // namespace prome::verify
