// Hazards: expressions of which the shards' answers may not show what one Prometheus would have answered.
//
// Met while an evaluation reads what was pushed to the shards; the query is then planned and evaluated again
// with them at the router.
#pragma once

#include <unordered_set>

#include "base/error.h"
#include "promql/ast.h"

namespace prome::querier {

class Hazards {
 public:
  /// Notes `expr` and gives the error that ends the evaluation.
  std::unexpected<Error> meet(const promql::Expr& expr) {
    met_.insert(&expr);
    return fail(ErrorKind::kInternal, "to be evaluated again");
  }

  bool any() const { return !met_.empty(); }
  const std::unordered_set<const promql::Expr*>& met() const { return met_; }

 private:
  std::unordered_set<const promql::Expr*> met_;
};

}  // namespace prome::querier
