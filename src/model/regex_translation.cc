#include "model/regex_translation.h"

#include <algorithm>
#include <utility>

namespace prome::model {
namespace {

/// Where the character class that starts at `open` ends (after its `]`), or the end of the pattern.
std::size_t skipClass(std::string_view pattern, std::size_t open) {
  std::size_t i = open + 1;
  if (i < pattern.size() && pattern[i] == '^') ++i;
  if (i < pattern.size() && pattern[i] == ']') ++i;
  for (; i < pattern.size() && pattern[i] != ']'; ++i) {
    if (pattern[i] == '\\') ++i;
    if (pattern.substr(i).starts_with("[:")) {
      const std::size_t end = pattern.find(":]", i + 2);
      if (end != std::string_view::npos) i = end + 1;
    }
  }
  return std::min(i + 1, pattern.size());
}

}  // namespace

RegexTranslation translateRegex(std::string_view pattern) {
  RegexTranslation result;
  std::string& out = result.pattern;
  out.reserve(pattern.size());
  bool unknown_seen = false;
  for (std::size_t i = 0; i < pattern.size();) {
    const std::string_view rest = pattern.substr(i);
    std::size_t length = 1;
    if (rest.starts_with('[')) {
      length = skipClass(pattern, i) - i;
    } else if (rest.starts_with("\\Q")) {
      length = std::min(rest.find("\\E", 2), rest.size());
    } else if (rest.starts_with("\\C") || rest.starts_with(kUnknownEscape)) {
      if (!std::exchange(unknown_seen, true)) result.unknown_is_any = rest[1] == 'C';
      out += kUnknownEscape;
      i += 2;
      continue;
    } else if (rest.starts_with('\\')) {
      length = std::min<std::size_t>(2, rest.size());
    } else if (rest.starts_with("(?<")) {
      out += "(?P<";
      i += 3;
      continue;
    }
    out += rest.substr(0, length);
    i += length;
  }
  return result;
}

}  // namespace prome::model
