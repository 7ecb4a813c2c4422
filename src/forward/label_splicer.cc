// The splicer is a small machine over the answer's bytes.
//
// It starts by walking brackets (kWalk), which reads any JSON: whatever white space, whatever order of keys.
// A label set is found by its path, data -> result -> element -> metric, or data -> element for a series
// answer. In it the labels are read one by one (kLabels -> kName -> kAfterName -> kValue) until each label to
// be added has found its place: before the first name that sorts after it, or at the end.
//
// Prometheus writes its answers without white space and with "metric" first. If the first element is written
// so, the machine jumps (kSeek, label_splicer_seek.cc): from then on it looks for the bytes {"metric":{
// alone.
//
// Where the series are sorted (label_splicer_list.cc), the machine stops between them (kList) as long as one
// is held, and what it passes goes by way of SeriesOrder.
#include "forward/label_splicer.h"

#include <algorithm>

#include "forward/json_scan.h"

namespace prome::forward {
namespace {

constexpr std::size_t kMaxKey = 16;

bool isSpace(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/// Bytes that may stand outside strings besides brackets: separators, numbers, true, false, null, NaN.
bool isBare(char c) {
  return isSpace(c) || c == ',' || c == ':' || c == '-' || c == '+' || c == '.' || (c >= '0' && c <= '9') ||
         (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

}  // namespace

LabelSplicer::LabelSplicer(AnswerShape shape, const SplicedLabels& labels, std::size_t held_limit)
    : labels_(labels.all()),
      shape_(shape),
      order_(held_limit),
      ordered_(shape != AnswerShape::kInstant && !labels.empty()) {}

bool LabelSplicer::feed(std::string_view& in, http::SliceSink& out) {
  if (out.empty()) order_.emptied();
  bool good = true;
  while (good && !out.full()) {
    if (order_.owes() && !order_.send(out)) break;
    if (in.empty()) break;
    switch (state_) {
      case State::kWalk:
        good = walk(in, out);
        break;
      case State::kSeek:
        seek(in, out);
        break;
      case State::kList:
        good = list(in, out);
        break;
      case State::kElement:
        passElement(in, out);
        break;
      case State::kLabels:
        good = placeLabels(in, out);
        break;
      case State::kName:
        good = readName(in, out);
        break;
      case State::kAfterName:
        good = readAfterName(in, out);
        break;
      case State::kValue:
        readValue(in, out);
        break;
    }
  }
  order_.keep();
  return good;
}

/// Passes bytes by way of the order where there is one.
void LabelSplicer::put(std::string_view bytes, http::SliceSink& out) {
  if (ordered_)
    order_.put(bytes, out);
  else
    out.append(bytes);
}

// Walking by brackets.

/// True if `bracket`, about to open, is the next step of the path to the label sets.
bool LabelSplicer::onPath(char bracket) const {
  if (on_path_ != open_.size()) return false;
  if (shape_ == AnswerShape::kSeries) {
    switch (on_path_) {
      case 0:
        return bracket == '{';
      case 1:
        return bracket == '[' && key_ == "data";
      default:
        return on_path_ == 2 && bracket == '{';
    }
  }
  switch (on_path_) {
    case 0:
      return bracket == '{';
    case 1:
      return bracket == '{' && key_ == "data";
    case 2:
      return bracket == '[' && key_ == "result";
    case 3:
      return bracket == '{';
    default:
      return on_path_ == 4 && bracket == '{' && key_ == "metric";
  }
}

/// True if the container just opened is a label set.
bool LabelSplicer::atLabelSet() const {
  const std::size_t depth = shape_ == AnswerShape::kSeries ? 3 : 5;
  return on_path_ == depth && open_.size() == depth && !labels_.empty();
}

bool LabelSplicer::open(char bracket) {
  if (open_.size() == kMaxJsonDepth) return false;
  if (open_.empty() && seen_value_) return false;
  const bool path = onPath(bracket);
  open_.push_back(bracket);
  if (path) on_path_ = open_.size();
  seen_value_ = true;
  if (shape_ != AnswerShape::kSeries && path && on_path_ == 4) element_at_ = position_;
  return true;
}

bool LabelSplicer::close(char bracket) {
  if (open_.empty() || open_.back() != (bracket == '}' ? '{' : '[')) return false;
  open_.pop_back();
  on_path_ = std::min(on_path_, open_.size());
  return true;
}

/// Moves `at` behind the string it is in, or to the end of `in`; keeps the start of it as a possible key.
void LabelSplicer::walkString(std::string_view in, std::size_t& at) {
  const bool keep = on_path_ == open_.size();
  while (at < in.size()) {
    if (escaped_) {
      escaped_ = false;
      ++at;
      continue;
    }
    const char* const stop = findQuote(in.data() + at, in.data() + in.size());
    const auto next = static_cast<std::size_t>(stop - in.data());
    if (keep && key_.size() < kMaxKey) key_.append(in.substr(at, std::min(next - at, kMaxKey)));
    at = next;
    if (at == in.size()) return;
    ++at;
    if (*stop == '"') {
      in_string_ = false;
      return;
    }
    escaped_ = true;
    if (keep) key_ += '\\';
  }
}

/// True where the elements of the list are, between two of them.
bool LabelSplicer::atList() const {
  return open_.size() == listDepth() && on_path_ == listDepth();
}

bool LabelSplicer::walk(std::string_view& in, http::SliceSink& out) {
  if (position_ == 0 && startsCompact(in, out)) return true;
  const std::uint64_t start = position_;
  std::size_t at = 0;
  const auto pass = [&] {
    put(in.substr(0, at), out);
    in.remove_prefix(at);
  };
  while (at < in.size()) {
    if (in_string_) {
      walkString(in, at);
      continue;
    }
    const char c = in[at++];
    position_ = start + at;
    if (c == '"') {
      if (open_.empty()) return false;
      in_string_ = true;
      key_.clear();
    } else if (c == '{' || c == '[') {
      if (!open(c)) return false;
      if (ordered_ && c == '[' && atList()) {
        pass();
        enterList();
        return true;
      }
      if (!atLabelSet()) continue;
      pass();
      compact_ = shape_ != AnswerShape::kSeries && position_ == element_at_ + kOpening.size() - 1;
      outer_ = compact_ && !ordered_ ? State::kSeek : State::kWalk;
      enterLabelSet();
      if (ordered_) passLabels(in, out);
      return true;
    } else if (c == '}' || c == ']') {
      if (!close(c)) return false;
      if (!ordered_ || c != '}' || !atList()) continue;
      pass();
      order_.end();
      state_ = State::kList;
      return true;
    } else if (!isBare(c) || (open_.empty() && !isSpace(c))) {
      return false;
    }
  }
  position_ = start + at;
  pass();
  return true;
}

// The states inside a label set.

void LabelSplicer::enterLabelSet() {
  state_ = State::kLabels;
  next_label_ = 0;
  any_label_ = false;
  set_key_.clear();
}

void LabelSplicer::leaveLabelSet() {
  state_ = outer_;
  braces_ = 1;
  if (outer_ != State::kWalk || !ordered_ || !atList()) return;
  order_.end();  // in a series answer the label set is all
  state_ = State::kList;
}

/// True if the next label to place stands before `name`.
bool LabelSplicer::precedes(std::string_view name) const {
  return next_label_ < labels_.size() && labels_[next_label_].name < name;
}

/// A series' own label of that name wins over the one to be added.
void LabelSplicer::skipOwn(std::string_view name) {
  if (next_label_ < labels_.size() && labels_[next_label_].name == name) {
    ++next_label_;
    ++foreign_;
  }
}

bool LabelSplicer::placeLabels(std::string_view& in, http::SliceSink& out) {
  const char c = in.front();
  if (c == '"') {
    held_.assign(1, '"');
    state_ = State::kName;
    in.remove_prefix(1);
    return true;
  }
  if (c == '}') {
    if (order_.unplaced()) {
      settle(set_key_, SeriesOrder::Place::kLast);
      order_.keep();  // set_key_ is used again
    }
    if (next_label_ < labels_.size()) {
      const auto& label = labels_[next_label_++];
      if (any_label_) put(",", out);
      put(label.json, out);
      any_label_ = true;
      return true;
    }
    put(in.substr(0, 1), out);
    in.remove_prefix(1);
    ++position_;
    if (outer_ != State::kSeek) close('}');
    leaveLabelSet();
    return true;
  }
  if (c != ',' && !isSpace(c)) return false;
  put(in.substr(0, 1), out);
  in.remove_prefix(1);
  return true;
}

/// Collects a name up to its closing quote, then places the labels that stand before it.
bool LabelSplicer::readName(std::string_view& in, http::SliceSink& out) {
  while (!in.empty() && (escaped_ || in.front() != '"')) {
    escaped_ = !escaped_ && in.front() == '\\';
    held_ += in.front();
    in.remove_prefix(1);
    if (held_.size() > kMaxHeldBytes) return false;
  }
  if (in.empty()) return true;
  const std::string_view name = std::string_view(held_).substr(1);
  if (order_.unplaced() && name >= labels_.back().name) settle(set_key_, SeriesOrder::Place::kWithin);
  if (precedes(name)) {
    put(labels_[next_label_++].before, out);
    return true;
  }
  skipOwn(name);
  if (order_.unplaced()) set_key_.append(set_key_.empty() ? "" : ",").append(held_).append("\":\"");
  put(held_, out);
  order_.keep();  // held_ is used again
  put(in.substr(0, 1), out);
  in.remove_prefix(1);
  held_.clear();
  state_ = State::kAfterName;
  return true;
}

bool LabelSplicer::readAfterName(std::string_view& in, http::SliceSink& out) {
  const char c = in.front();
  if (c == '"')
    state_ = State::kValue;
  else if (c != ':' && !isSpace(c))
    return false;
  put(in.substr(0, 1), out);
  in.remove_prefix(1);
  return true;
}

void LabelSplicer::readValue(std::string_view& in, http::SliceSink& out) {
  std::size_t at = 0;
  while (at < in.size() && state_ == State::kValue) {
    if (escaped_) {
      escaped_ = false;
      ++at;
      continue;
    }
    const char* const stop = findQuote(in.data() + at, in.data() + in.size());
    at = static_cast<std::size_t>(stop - in.data());
    if (at == in.size()) break;
    ++at;
    if (*stop == '\\') {
      escaped_ = true;
      continue;
    }
    any_label_ = true;
    const bool placed = next_label_ == labels_.size();
    if (placed && outer_ == State::kSeek)
      leaveLabelSet();
    else
      state_ = State::kLabels;
  }
  if (order_.unplaced()) set_key_.append(in.substr(0, at));
  put(in.substr(0, at), out);
  in.remove_prefix(at);
}

}  // namespace prome::forward
