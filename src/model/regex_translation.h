// Go's regex syntax in RE2's. Pure.
#pragma once

#include <string>
#include <string_view>

namespace prome::model {

/// An escape neither Go nor RE2 knows. It stands for `\C`, which only RE2 knows, so that RE2 rejects that
/// too.
inline constexpr std::string_view kUnknownEscape = "\\i";

struct RegexTranslation {
  std::string pattern;          // in RE2's dialect
  bool unknown_is_any = false;  // the first kUnknownEscape was written `\C`
};

/// `(?<name>...)` becomes `(?P<name>...)`, `\C` an error.
RegexTranslation translateRegex(std::string_view pattern);

}  // namespace prome::model
