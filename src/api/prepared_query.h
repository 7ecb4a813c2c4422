// PreparedQuery: what a query's text means on one snapshot, and a memory of it.
//
// Dashboards and rules ask the same texts again and again, at other times. Parsing and routing depend on
// nothing but the text and the snapshot, so that what came of them is kept. One memory per event loop; not
// thread-safe.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/error.h"
#include "forward/label_splicer.h"
#include "model/dialect.h"
#include "plan/route.h"
#include "promql/ast.h"
#include "promql/parser.h"
#include "topology/shard_map.h"

namespace prome::api {

struct PreparedQuery {
  promql::ValueType type = promql::ValueType::kVector;
  model::Dialect dialect = model::Dialect::kPrometheus3;  // that the route was made for
  plan::Route route;
  std::shared_ptr<const promql::Query> query;  // where the route is kPlanned
  std::string parameter;                       // `query=`, the routed text escaped
  forward::SplicedLabels labels;               // of the route, rendered
};

using PreparedQueryPtr = std::shared_ptr<const PreparedQuery>;

/// Queries remembered, and the longest text that is; beyond the first the memory starts anew.
inline constexpr std::size_t kMaxPreparedQueries = 1024;
inline constexpr std::size_t kMaxPreparedBytes = 4096;

class PreparedQueries {
 public:
  /// The query as it was remembered, or nullptr.
  PreparedQueryPtr find(std::string_view text) const;
  void remember(std::string_view text, PreparedQueryPtr query);
  /// To be called when the snapshot changes.
  void clear() { queries_.clear(); }
  std::size_t size() const { return queries_.size(); }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  std::unordered_map<std::string, PreparedQueryPtr, Hash, std::equal_to<>> queries_;
};

}  // namespace prome::api
