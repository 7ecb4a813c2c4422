#include "api/prepared_query.h"

#include <utility>

namespace prome::api {

PreparedQueryPtr PreparedQueries::find(std::string_view text) const {
  const auto found = queries_.find(text);
  return found == queries_.end() ? nullptr : found->second;
}

void PreparedQueries::remember(std::string_view text, PreparedQueryPtr query) {
  if (text.size() > kMaxPreparedBytes) return;
  if (queries_.size() >= kMaxPreparedQueries) queries_.clear();
  queries_.insert_or_assign(std::string(text), std::move(query));
}

}  // namespace prome::api
