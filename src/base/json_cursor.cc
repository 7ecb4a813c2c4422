#include "base/json_cursor.h"

#include <algorithm>

#include "base/json_reader.h"
#include "base/json_scan.h"

namespace prome {
namespace {

bool isSpace(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

bool endsWord(char c) {
  return isSpace(c) || c == ',' || c == ':' || c == ']' || c == '}' || c == '[' || c == '{' || c == '"';
}

}  // namespace

char JsonCursor::peekBehindSpace() {
  if (!good()) return '\0';
  while (at_ < end_ && isSpace(*at_)) ++at_;
  if (at_ < end_) return *at_;
  stop(Outcome::kCut);
  return '\0';
}

bool JsonCursor::string(std::string_view& content, std::string& room) {
  if (!take('"')) return false;
  const char* const begin = at_;
  const char* quote = findQuote(at_, end_);
  const bool escaped = quote < end_ && *quote == '\\';
  if (escaped) quote = endOfString(quote, end_);
  if (quote == nullptr || quote == end_) return stop(Outcome::kCut);
  content = {begin, quote};
  at_ = quote + 1;
  if (!escaped) return true;
  if (!JsonReader({begin - 1, at_}).string(room)) return refuse();
  content = room;
  return true;
}

bool JsonCursor::word(std::string_view& out) {
  if (peek() == '\0') return good() && refuse();
  const char* const past = std::find_if(at_, end_, endsWord);
  if (past == end_) return stop(Outcome::kCut);
  if (past == at_) return refuse();
  out = {at_, past};
  at_ = past;
  return true;
}

}  // namespace prome
