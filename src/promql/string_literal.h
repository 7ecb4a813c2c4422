// The value of a string token. Pure function.
#pragma once

#include <string_view>

#include "promql/arena.h"
#include "promql/token.h"

namespace prome::promql {

/// What the string token of `query` says: quotes off, Go's escapes resolved. Points into `query` where there
/// are none, else into `arena`. The lexer has checked every escape.
std::string_view stringValue(const Token& token, std::string_view query, Arena& arena);

}  // namespace prome::promql
