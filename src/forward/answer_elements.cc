// In an element that begins with {"metric":{ the labels are followed by numbers, quoted or not, and no string
// there has a brace: its end is found by counting braces.
#include "forward/answer_elements.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/json_reader.h"
#include "base/json_writer.h"
#include "forward/json_scan.h"

namespace prome::forward {
namespace {

constexpr std::string_view kSetOpening = "{";
/// Bytes first brought together of labels that do not lie together.
constexpr std::size_t kFirstGathered = 4096;

bool isSpace(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

}  // namespace

bool ObjectExtent::read(std::string_view& in) {
  for (std::size_t at = 0; at < in.size();) {
    const char c = in[at++];
    if (in_string_) {
      in_string_ = c != '"' || escaped_;
      escaped_ = c == '\\' && !escaped_;
      continue;
    }
    in_string_ = c == '"';
    if (c == '{' || c == '[') ++depth_;
    if (c == '}' || c == ']') --depth_;
    if (depth_ > 0) continue;
    in.remove_prefix(at);
    return true;
  }
  in = {};
  return false;
}

AnswerElements::Step AnswerElements::fail(Error error) {
  error_ = std::move(error);
  return Step::kBroken;
}

AnswerElements::Step AnswerElements::refuse(std::string_view why) {
  return fail({ErrorKind::kUnavailable, std::string(why)});
}

/// There is nothing more to read for now.
AnswerElements::Step AnswerElements::starve() {
  if (!ended_) return Step::kNeedsBytes;
  return refuse(ahead_.end() == 0 ? "answer is empty" : "answer ended before it was whole");
}

// Around the list.

/// Reads up to the list or to the end.
AnswerElements::Step AnswerElements::readEnvelope() {
  auto step = AnswerEnvelope::Step::kNeedsBytes;
  for (std::string_view run = ahead_.from(at_); !run.empty(); run = ahead_.from(at_)) {
    std::string_view in = run;
    step = envelope_.read(in);
    at_ += run.size() - in.size();
    if (step == AnswerEnvelope::Step::kBroken) return refuse("answer is not Prometheus' JSON");
    if (step == AnswerEnvelope::Step::kList) break;
    if (step == AnswerEnvelope::Step::kWhole) stage_ = Stage::kWhole;
  }
  const bool list = step == AnswerEnvelope::Step::kList;
  if (!list && (stage_ != Stage::kWhole || !ended_)) return starve();
  auto notes = envelope_.notes();
  if (!notes) return fail(std::move(notes).error());
  if (list) stage_ = Stage::kList;
  notes_ = std::move(*notes);
  return list ? Step::kElement : Step::kEnd;
}

AnswerElements::Step AnswerElements::finish() {
  return error_ ? Step::kBroken : readEnvelope();
}

// Elements.

/// Moves to the brace that opens the next element.
AnswerElements::Step AnswerElements::toElement() {
  while (true) {
    const std::string_view run = ahead_.from(at_);
    if (run.empty()) return starve();
    const char c = run.front();
    const bool expected = comma_ || !listed_;  // an element
    if (c == '{' && expected) return Step::kElement;
    if (c == ']' && !comma_) {
      stage_ = Stage::kBehindList;
      return Step::kListEnd;
    }
    if (c == ',' && !expected)
      comma_ = true;
    else if (!isSpace(c))
      return refuse("answer is not Prometheus' JSON");
    ++at_;
  }
}

AnswerElements::Step AnswerElements::next(Element& element) {
  if (error_) return Step::kBroken;
  if (stage_ == Stage::kBeforeList || stage_ == Stage::kWhole) {
    const Step step = readEnvelope();
    if (step == Step::kEnd) return Step::kListEnd;  // it has none
    if (step != Step::kElement) return step;
  }
  if (stage_ == Stage::kBehindList) return Step::kListEnd;
  Step step = toElement();
  if (step != Step::kElement) return step;
  element.apart.clear();
  element.braces = 0;
  element.began = false;
  if (shape_ == AnswerShape::kSeries) {
    step = readLabels(at_ + kSetOpening.size(), element);
  } else {
    const std::string_view start = together(at_, kOpening.size()).substr(0, kOpening.size());
    if (start == kOpening)
      step = readLabels(at_ + kOpening.size(), element);
    else
      step = kOpening.starts_with(start) ? starve() : readOdd(element);
  }
  if (step != Step::kElement) return step;
  listed_ = true;
  comma_ = false;
  return step;
}

/// The bytes from `begin` on, at least `size` of them in one piece if there are as many.
std::string_view AnswerElements::together(std::uint64_t begin, std::size_t size) {
  const std::string_view run = ahead_.from(begin);
  if (run.size() >= size || begin + run.size() == ahead_.end()) return run;
  gathered_.clear();
  ahead_.copy(begin, std::min(begin + size, ahead_.end()), gathered_);
  return gathered_;
}

/// True if a brace closes behind `begin`, where that was not looked for.
bool AnswerElements::closesSince(std::uint64_t begin) const {
  for (auto at = std::max(begin, searched_); at < ahead_.end();) {
    const std::string_view run = ahead_.from(at);
    if (std::memchr(run.data(), '}', run.size()) != nullptr) return true;
    at += run.size();
  }
  return false;
}

/// Reads the labels that begin at `begin`.
AnswerElements::Step AnswerElements::readLabels(std::uint64_t begin, Element& element) {
  constexpr std::string_view kTooLarge = "answer has a label set over the limit";
  if (searched_ > begin && !closesSince(begin) && ahead_.end() - begin <= kMaxLabelSetBytes) return starve();
  std::string_view text = ahead_.from(begin);
  while (true) {
    const char* at = text.data();
    const SetOutcome outcome = readLabelSet(at, text.data() + text.size(), labels_, keyUse(), element.labels);
    const auto size = static_cast<std::size_t>(at - text.data());
    if (outcome == SetOutcome::kBad) return refuse("answer is not Prometheus' JSON");
    if (size > kMaxLabelSetBytes) return refuse(kTooLarge);
    if (outcome == SetOutcome::kWhole) {
      at_ = begin + size;
      break;
    }
    if (text.size() > kMaxLabelSetBytes) return refuse(kTooLarge);
    if (begin + text.size() == ahead_.end()) {
      searched_ = ahead_.end();
      return starve();
    }
    text = together(begin, std::min(std::max(kFirstGathered, 4 * text.size()), kMaxLabelSetBytes + 1));
  }
  element.at = element.scanned = at_;
  element.braces = 2;  // that of the labels closes first
  if (shape_ != AnswerShape::kSeries) return Step::kElement;
  element.apart = "}";
  element.braces = 0;
  ++at_;
  return Step::kElement;
}

/// Reads an element that is not in Prometheus' own form.
AnswerElements::Step AnswerElements::readOdd(Element& element) {
  if (odd_at_ <= at_) {
    odd_at_ = at_;
    odd_ = {};
  }
  bool whole = false;
  while (!whole && odd_at_ < ahead_.end()) {
    const std::string_view run = ahead_.from(odd_at_);
    std::string_view in = run;
    whole = odd_.read(in);
    odd_at_ += run.size() - in.size();
  }
  if (odd_at_ - at_ > kMaxOddElementBytes) return refuse("answer has a series over the limit");
  if (!whole) return starve();
  gathered_.clear();
  ahead_.copy(at_, odd_at_, gathered_);
  if (!rearrange(gathered_, element)) return refuse("answer is not Prometheus' JSON");
  at_ = odd_at_;
  return Step::kElement;
}

/// Brings an element into Prometheus' form: the labels first. False if it has none.
bool AnswerElements::rearrange(std::string_view text, Element& element) {
  JsonReader json(text);
  std::string_view metric;
  element.apart = "}";
  json.object([&](const std::string& key) {
    std::string_view value;
    if (!json.raw(key == "metric" ? metric : value) || key == "metric") return;
    element.apart += ',';
    appendJsonText(element.apart, key);
    element.apart.append(1, ':').append(value);
  });
  element.apart += '}';
  if (!json.atEnd() || !metric.starts_with('{')) return false;
  const char* at = metric.data() + 1;
  return readLabelSet(at, metric.data() + metric.size(), labels_, keyUse(), element.labels) ==
         SetOutcome::kWhole;
}

// What follows the labels.

/// Counts the braces of the next bytes that lie together. False if there are none.
bool AnswerElements::scanRun(Element& element) {
  const std::string_view run = ahead_.from(element.scanned);
  const char* at = run.data();
  const char* const end = at + run.size();
  while (element.braces > 0) {
    at = findBrace(at, end);
    if (at == end) break;
    if (*at++ == '{')
      ++element.braces;
    else
      --element.braces;
  }
  element.scanned += static_cast<std::size_t>(at - run.data());
  at_ = element.scanned;
  return !run.empty();
}

AnswerElements::Step AnswerElements::scan(Element& element) {
  while (element.braces > 0) {
    if (!scanRun(element)) return starve();
  }
  return Step::kElement;
}

void AnswerElements::setApart(Element& element) const {
  if (!element.apart.empty()) return;
  ahead_.copy(element.at, element.scanned, element.apart);
}

/// Passes a text that goes with the element: what the sink does not copy is kept for it.
void AnswerElements::passOwned(std::string& text, http::SliceSink& out) {
  const bool copied = text.size() < http::SliceSink::kCopyBelow;
  std::string& kept = copied ? text : lent_.emplace_back(std::move(text));
  out.append(kept);
}

AnswerElements::Passed AnswerElements::pass(Element& element, http::SliceSink& out) {
  if (out.full()) return Passed::kSinkFull;
  if (!element.began) {
    element.began = true;
    out.append(shape_ == AnswerShape::kSeries ? kSetOpening : kOpening);
    passOwned(element.labels.text, out);
  }
  if (!element.apart.empty()) {
    passOwned(element.apart, out);
    return Passed::kWhole;
  }
  while (element.at < element.scanned || element.braces > 0) {
    if (out.full()) return Passed::kSinkFull;
    if (element.at == element.scanned && !scanRun(element)) return starved(starve());
    const std::string_view run = ahead_.from(element.at).substr(0, element.scanned - element.at);
    out.append(run);
    element.at += run.size();
  }
  return Passed::kWhole;
}

AnswerElements::Passed AnswerElements::drop(Element& element) {
  const Step step = scan(element);
  element.at = element.scanned;
  return step == Step::kElement ? Passed::kWhole : starved(step);
}

AnswerElements::Passed AnswerElements::starved(Step step) {
  return step == Step::kBroken ? Passed::kBroken : Passed::kNeedsBytes;
}

void AnswerElements::release(std::uint64_t position) {
  ahead_.release(position);
  lent_.clear();
}

}  // namespace prome::forward
