// Prometheus' regexes are Go's, which are RE2's but for details: Go knows `(?<name>...)`, which this RE2 only
// reads as
// `(?P<name>...)`, and does not know `\C`. Both are dealt with before RE2 sees the pattern. RE2's error codes
// map one to one to Go's messages, and the offending fragment is the same.
//
// Prometheus 3 parses a pattern as it is and wraps it afterwards; 2.x wraps first, which shows in the
// fragment of an error. Full matching needs no wrapper here, so 3.x patterns are compiled bare, 2.x ones
// wrapped.
#include "model/regex.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <list>
#include <unordered_map>
#include <utility>

#include "base/utf8.h"
#include "model/regex_translation.h"

namespace prome::model {
namespace {

/// Alternatives of plain text: no metacharacter but `|`.
bool listsLiterals(std::string_view pattern) {
  return pattern.find_first_of("\\.+*?()[]{}^$") == std::string_view::npos;
}

std::vector<std::string> splitAlternatives(std::string_view pattern) {
  std::vector<std::string> result;
  while (true) {
    const std::size_t bar = pattern.find('|');
    result.emplace_back(pattern.substr(0, bar));
    if (bar == std::string_view::npos) break;
    pattern.remove_prefix(bar + 1);
  }
  std::ranges::sort(result);
  result.erase(std::ranges::unique(result).begin(), result.end());
  return result;
}

std::string_view goMessage(RE2::ErrorCode code) {
  switch (code) {
    case RE2::ErrorBadEscape:
      return "invalid escape sequence";
    case RE2::ErrorBadCharClass:
      return "invalid character class";
    case RE2::ErrorBadCharRange:
      return "invalid character class range";
    case RE2::ErrorMissingBracket:
      return "missing closing ]";
    case RE2::ErrorMissingParen:
      return "missing closing )";
    case RE2::ErrorUnexpectedParen:
      return "unexpected )";
    case RE2::ErrorTrailingBackslash:
      return "trailing backslash at end of expression";
    case RE2::ErrorRepeatArgument:
      return "missing argument to repetition operator";
    case RE2::ErrorRepeatSize:
      return "invalid repeat count";
    case RE2::ErrorRepeatOp:
      return "invalid nested repetition operator";
    case RE2::ErrorBadPerlOp:
      return "invalid or unsupported Perl syntax";
    case RE2::ErrorBadUTF8:
      return "invalid UTF-8";
    case RE2::ErrorBadNamedCapture:
      return "invalid named capture";
    case RE2::ErrorPatternTooLarge:
      return "expression too large";
    case RE2::ErrorInternal:
    case RE2::NoError:
      break;
  }
  return "regexp/syntax: internal error";
}

/// The count at the end of a fragment (`{2,1}` of `+{2,1}?`), if Go finds it invalid; else empty.
std::string_view invalidCount(std::string_view fragment) {
  constexpr int kMaxCount = 1000;
  const std::size_t open = fragment.rfind('{');
  const std::size_t close = fragment.rfind('}');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) return {};
  const char* p = fragment.data() + open + 1;
  const char* const end = fragment.data() + close;
  int min = 0;
  auto result = std::from_chars(p, end, min);
  bool valid = result.ec == std::errc{} && min <= kMaxCount;
  if (valid && result.ptr + 1 < end) {
    int max = 0;
    result = std::from_chars(result.ptr + 1, end, max);
    valid = result.ec == std::errc{} && max <= kMaxCount && max >= min;
  }
  return valid ? std::string_view{} : fragment.substr(open, close + 1 - open);
}

std::string_view fromInvalidUtf8(std::string_view text) {
  while (!text.empty()) {
    const Rune rune = decodeRune(text);
    if (rune.value == kRuneError && rune.width == 1) break;
    text.remove_prefix(rune.width);
  }
  return text;
}

/// `written` is the pattern before translation.
std::string goError(const RE2& regex, std::string_view written, const RegexTranslation& translation) {
  RE2::ErrorCode code = regex.error_code();
  std::string_view fragment = regex.error_arg();
  if (fragment == regex.pattern() || fragment.empty()) fragment = written;
  std::string as_written(fragment);
  if (code == RE2::ErrorBadNamedCapture && written.find(fragment) == std::string_view::npos) {
    if (const std::size_t added = as_written.rfind("(?P<"); added != std::string::npos)
      as_written.erase(added + 2, 1);
    fragment = as_written;
  }
  if (code == RE2::ErrorTrailingBackslash) fragment = {};
  if (code == RE2::ErrorBadUTF8) fragment = fromInvalidUtf8(written);
  if (code == RE2::ErrorBadEscape && fragment == kUnknownEscape && translation.unknown_is_any)
    fragment = "\\C";
  if (code == RE2::ErrorRepeatOp || code == RE2::ErrorRepeatSize) {
    // Go judges the count before the nesting, and does not show what follows it.
    if (const std::string_view count = invalidCount(fragment); !count.empty()) {
      fragment = count;
      code = RE2::ErrorRepeatSize;
    }
  }
  return "error parsing regexp: " + std::string(goMessage(code)) + ": `" + std::string(fragment) + "`";
}

/// The regexes a thread used last, most recent first.
class RegexCache {
 public:
  std::expected<RegexPtr, std::string> get(std::string_view pattern, Dialect dialect) {
    if (const auto found = index_.find(pattern); found != index_.end()) {
      entries_.splice(entries_.begin(), entries_, found->second);
      return found->second->regex;
    }
    auto regex = Regex::compile(pattern, dialect);
    if (!regex) return std::unexpected(std::move(regex.error()));
    if (entries_.size() == kMaxCachedRegexes) {
      index_.erase(entries_.back().pattern);
      entries_.pop_back();
    }
    entries_.push_front({std::string(pattern), std::make_shared<const Regex>(std::move(*regex))});
    index_.emplace(entries_.front().pattern, entries_.begin());
    return entries_.front().regex;
  }

  bool contains(std::string_view pattern) const { return index_.contains(pattern); }

  static RegexCache& ofThread(Dialect dialect) {
    thread_local std::array<RegexCache, 2> caches;
    return caches[static_cast<std::size_t>(dialect)];
  }

 private:
  struct Entry {
    std::string pattern;
    RegexPtr regex;
  };

  std::list<Entry> entries_;
  std::unordered_map<std::string_view, std::list<Entry>::iterator> index_;  // keys point into entries_
};

}  // namespace

Regex::Regex() = default;
Regex::Regex(Regex&&) noexcept = default;
Regex& Regex::operator=(Regex&&) noexcept = default;
Regex::~Regex() = default;

std::expected<Regex, std::string> Regex::compile(std::string_view pattern, Dialect dialect) {
  Regex regex;
  if (listsLiterals(pattern)) {
    regex.literals_ = splitAlternatives(pattern);
    return regex;
  }
  std::string wrapped(pattern);
  if (dialect == Dialect::kPrometheus2) wrapped = "^(?:" + wrapped + ")$";
  const RegexTranslation translation = translateRegex(wrapped);
  RE2::Options options;
  options.set_log_errors(false);
  options.set_never_capture(true);
  options.set_dot_nl(dialect == Dialect::kPrometheus3);
  options.set_max_mem(kMaxRegexBytes);
  regex.compiled_ = std::make_unique<RE2>(translation.pattern, options);
  if (!regex.compiled_->ok()) return std::unexpected(goError(*regex.compiled_, wrapped, translation));
  return regex;
}

bool Regex::matches(std::string_view text) const {
  if (compiled_ != nullptr) return RE2::FullMatch(re2::StringPiece(text.data(), text.size()), *compiled_);
  return std::ranges::binary_search(literals_, text, std::less<>{});
}

std::expected<RegexPtr, std::string> cachedRegex(std::string_view pattern, Dialect dialect) {
  return RegexCache::ofThread(dialect).get(pattern, dialect);
}

std::optional<std::string> regexError(std::string_view pattern, Dialect dialect) {
  if (listsLiterals(pattern)) return std::nullopt;
  RegexCache& cache = RegexCache::ofThread(dialect);
  if (cache.contains(pattern)) return std::nullopt;
  const auto regex = cache.get(pattern, dialect);
  if (regex) return std::nullopt;
  return regex.error();
}

}  // namespace prome::model
