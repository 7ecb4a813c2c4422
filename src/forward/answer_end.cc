// Only braces count: the answer is an object, and what it holds is closed before it is.
//
// The start of a series can be told from its bytes alone, wherever they stand: {"metric":{ in a result, and
// {" with a letter in a series answer, for a quote that ends a string is not followed by a letter. The depth
// there is known, so nothing before the last start in a piece needs to be read. What follows the labels of a
// series are numbers, quoted or not, so that braces are found there without looking at quotes.
#include "forward/answer_end.h"

#include <cstring>

#include "forward/json_scan.h"

namespace prome::forward {
namespace {

constexpr unsigned kInLabels = 4;     // { data { element { metric {
constexpr unsigned kInElement = 3;    // { data { element {
constexpr unsigned kInResult = 2;     // { data {
constexpr unsigned kInSeriesSet = 2;  // { data [ set {

bool isLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

}  // namespace

/// Tells the form of the answer by its first piece. Returns how much of it is read thereby.
std::size_t AnswerEnd::recognize(std::string_view bytes) {
  const bool result = bytes.starts_with(kCompactMatrix) || bytes.starts_with(kCompactVector);
  const bool series = bytes.starts_with(kCompactSeries);
  form_ = result ? Form::kResult : series ? Form::kSeries : Form::kOther;
  if (form_ == Form::kOther) return 0;
  begun_ = true;
  depth_ = result ? kInResult : kInSeriesSet - 1;
  return result ? kCompactMatrix.size() : kCompactSeries.size();
}

/// The byte after the brace that opens the last label set in [at, end), or nullptr.
const char* AnswerEnd::lastOpening(const char* at, const char* end) const {
  const std::size_t size = form_ == Form::kResult ? kOpening.size() : 3;
  const char* stop = end;
  while (stop > at) {
    const auto* const found =
        static_cast<const char*>(::memrchr(at, '{', static_cast<std::size_t>(stop - at)));
    if (found == nullptr) return nullptr;
    stop = found;
    if (static_cast<std::size_t>(end - found) < size) continue;
    if (form_ == Form::kSeries && found[1] == '"' && isLetter(found[2])) return found + 1;
    if (form_ == Form::kResult && std::memcmp(found, kOpening.data(), size) == 0) return found + size;
  }
  return nullptr;
}

void AnswerEnd::brace(char c) {
  if (c == '{') {
    begun_ = true;
    ++depth_;
    return;
  }
  if (depth_ > 0) --depth_;
  if (part_ == Part::kLabels && depth_ == kInElement) part_ = Part::kNumbers;
  if (part_ == Part::kNumbers && depth_ == kInResult) part_ = Part::kText;
}

const char* AnswerEnd::skipNumbers(const char* at, const char* end) {
  while (part_ == Part::kNumbers) {
    at = findBrace(at, end);
    if (at == end) break;
    brace(*at++);
  }
  return at;
}

const char* AnswerEnd::skipString(const char* at, const char* end) {
  while (at < end && in_string_) {
    if (escaped_) {
      escaped_ = false;
      ++at;
      continue;
    }
    at = findQuote(at, end);
    if (at == end) break;
    escaped_ = *at == '\\';
    in_string_ = escaped_;
    ++at;
  }
  return at;
}

void AnswerEnd::see(std::string_view bytes) {
  if (form_ == Form::kUnknown && !bytes.empty()) bytes.remove_prefix(recognize(bytes));
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  at = skipNumbers(at, end);
  const char* const opening = form_ == Form::kOther ? nullptr : lastOpening(at, end);
  if (opening != nullptr) {
    at = opening;
    in_string_ = escaped_ = false;
    part_ = form_ == Form::kResult ? Part::kLabels : Part::kText;
    depth_ = form_ == Form::kResult ? kInLabels : kInSeriesSet;
  }
  while (at < end && !whole()) {
    if (part_ == Part::kNumbers) {
      at = skipNumbers(at, end);
    } else if (in_string_) {
      at = skipString(at, end);
    } else {
      const char c = *at++;
      if (c == '"') in_string_ = true;
      if (c == '{' || c == '}') brace(c);
    }
  }
}

}  // namespace prome::forward
