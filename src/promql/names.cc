#include "promql/names.h"

#include <algorithm>

#include "promql/char_class.h"
#include "promql/token.h"

namespace prome::promql {

bool needsQuotes(std::string_view name, NameUse use) {
  if (name.empty() || isDigit(name[0])) return true;
  const bool colons = use == NameUse::kMetric;
  if (!std::ranges::all_of(name, [&](char c) { return isAlphaNumeric(c) || (colons && c == ':'); }))
    return true;
  switch (use) {
    case NameUse::kMatcher:
      return false;
    case NameUse::kMetric:
      return findKeyword(name).has_value();
    case NameUse::kGrouping: {
      const auto keyword = findKeyword(name);
      return keyword && !isGroupingLabel(*keyword);
    }
  }
  return true;
}

}  // namespace prome::promql
