#include "promqltest/script_lines.h"

#include <cstdint>

#include "model/quote.h"
#include "promql/duration.h"
#include "promqltest/limits.h"

namespace prome::promqltest {
namespace {

constexpr std::string_view kBlanks = " \t\r\v\f";

}  // namespace

std::vector<ScriptLine> splitLines(std::string_view text) {
  std::vector<ScriptLine> lines;
  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t end = std::min(text.find('\n', from), text.size());
    std::string_view line = text.substr(from, end - from);
    const std::size_t indent = std::min(line.find_first_not_of(kBlanks), line.size());
    line.remove_prefix(indent);
    line = line.substr(0, line.find_last_not_of(kBlanks) + 1);
    if (line.starts_with('#')) line = {};
    lines.push_back({.number = lines.size() + 1, .column = indent + 1, .text = line});
    from = end + 1;
  }
  return lines;
}

std::string_view LineWords::next() {
  rest();
  const std::size_t end = std::min(line_.text.find_first_of(kBlanks, at_), line_.text.size());
  const std::string_view word = line_.text.substr(at_, end - at_);
  at_ = end;
  return word;
}

std::string_view LineWords::rest() {
  at_ = std::min(line_.text.find_first_not_of(kBlanks, at_), line_.text.size());
  offset_ = at_;
  return line_.text.substr(at_);
}

std::expected<void, ScriptError> LineWords::expect(std::string_view word) {
  if (next() == word) return {};
  return line_.fail(offset_, "expected \"" + std::string(word) + "\"");
}

std::expected<std::int64_t, ScriptError> LineWords::duration(std::string_view what) {
  const std::string_view word = next();
  if (word == "0") return 0;
  const auto nanos = promql::parseDuration(word);
  if (!nanos) return line_.fail(offset_, "invalid " + std::string(what) + ": " + nanos.error());
  const std::int64_t millis = *nanos / promql::kNanosPerMilli;
  if (millis > kMaxScriptMs) return line_.fail(offset_, std::string(what) + " is beyond 100 years");
  return millis;
}

}  // namespace prome::promqltest
