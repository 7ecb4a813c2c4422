// The compact form: searching the bytes {"metric":{ and placing labels in one step.
//
// In valid JSON these bytes occur nowhere but where a series starts (json_scan.h). That is a search for one
// byte, a comparison and a copy, at the speed of memory; seekLabels() places the labels of such a series
// without going through the states, and falls back to them at the end of a piece. An answer that starts with
// the very bytes Prometheus starts it with goes here at once.
//
// Between two pieces nothing is kept but the state, and at most the start of an opening or of a label name.
#include <algorithm>
#include <cstring>

#include "forward/json_scan.h"
#include "forward/label_splicer.h"

namespace prome::forward {
namespace {

constexpr std::size_t kMaxRemembered = 512;

/// The brace that ends the compact label set whose next label starts at `at`, or nullptr if it is not in
/// [at, end).
const char* endOfLabels(const char* at, const char* end) {
  while (at < end && *at == '"') {
    const char* const name_end = endOfString(at + 1, end);
    if (name_end == nullptr || name_end + 3 > end || name_end[1] != ':' || name_end[2] != '"') return nullptr;
    const char* const value_end = endOfString(name_end + 3, end);
    if (value_end == nullptr || value_end + 1 >= end) return nullptr;
    at = value_end + 1;
    if (*at == ',') ++at;
  }
  return at < end && *at == '}' ? at : nullptr;
}

}  // namespace

/// Passes the start of an answer that is Prometheus' own to the byte. False if it is not, or not all there.
bool LabelSplicer::startsCompact(std::string_view& in, http::SliceSink& out) {
  const std::size_t size = kCompactVector.size();
  if (shape_ == AnswerShape::kSeries || labels_.empty() || in.size() < size + kOpening.size()) return false;
  if (!in.starts_with(kCompactVector) && !in.starts_with(kCompactMatrix)) return false;
  if (in.substr(size, kOpening.size()) != kOpening) return false;
  out.append(in.data(), size);
  in.remove_prefix(size);
  outer_ = State::kSeek;
  state_ = State::kSeek;
  return true;
}

/// Completes an opening whose start ended the last piece. False if there is nothing to seek for now.
bool LabelSplicer::resumeHeld(std::string_view& in, http::SliceSink& out) {
  const std::size_t missing = kOpening.size() - held_.size();
  const std::size_t size = std::min(missing, in.size());
  const bool good = in.substr(0, size) == kOpening.substr(held_.size(), size);
  if (good && size < missing) {
    held_.append(in);
    in = {};
    return false;
  }
  if (good && ordered_) {
    held_.clear();
    in.remove_prefix(size);
    enterList();
    startCompactElement(in, out);
    return false;  // what that let go goes first
  }
  out.append(held_);  // shorter than SliceSink::kCopyBelow: copied
  held_.clear();
  if (good) {
    out.append(in.data(), size);
    in.remove_prefix(size);
    enterLabelSet();
  }
  return true;
}

void LabelSplicer::seek(std::string_view& in, http::SliceSink& out) {
  if (!held_.empty() && (!resumeHeld(in, out) || state_ != State::kSeek)) return;
  const char* base = in.data();
  const char* const end = base + in.size();
  const char* at = base;
  while (!out.full()) {
    at = at < end ? static_cast<const char*>(std::memchr(at, '{', static_cast<std::size_t>(end - at)))
                  : nullptr;
    if (at == nullptr) {
      out.append(base, static_cast<std::size_t>(end - base));
      in = {};
      return;
    }
    const std::size_t left = static_cast<std::size_t>(end - at);
    if (left < kOpening.size()) {
      if (std::memcmp(at, kOpening.data(), left) != 0) {
        ++at;
        continue;
      }
      out.append(base, static_cast<std::size_t>(at - base));
      held_.assign(at, left);
      in = {};
      return;
    }
    if (std::memcmp(at, kOpening.data(), kOpening.size()) != 0) {
      ++at;
      continue;
    }
    at += kOpening.size();
    if (likeLast(at, end)) {
      at += last_place_;
      out.append(base, static_cast<std::size_t>(at - base));
      out.append(labels_[0].before);
      base = at;
      continue;
    }
    at = labels_.size() == 1 ? seekLabel(base, at, end, out) : seekLabels(base, at, end, out);
    if (state_ != State::kSeek) break;  // the rest of this set goes through the states
  }
  in.remove_prefix(static_cast<std::size_t>(base - in.data()));
}

/// True if the label set at `at` starts as the last one did, through the name in front of which the label
/// went.
bool LabelSplicer::likeLast(const char* at, const char* end) const {
  const std::size_t size = last_start_.size();
  return size > 0 && static_cast<std::size_t>(end - at) >= size &&
         std::memcmp(at, last_start_.data(), size) == 0;
}

/// Looks over the label set that starts at `at`, in compact form, for the places of the labels.
void LabelSplicer::scanLabels(const char* at, const char* end, Scan& scan) {
  const std::size_t count = std::min(labels_.size(), Scan::kMaxPlaces);
  std::size_t i = 0;
  while (i < count && at < end && *at == '"') {
    const char* const name_end = findQuote(at + 1, end);
    if (name_end + 3 > end || name_end[0] != '"' || name_end[1] != ':' || name_end[2] != '"') break;
    const std::string& name = labels_[i].name;
    const int order = name.compare(0, name.size(), at + 1, static_cast<std::size_t>(name_end - at - 1));
    if (order < 0) {
      scan.places[i++] = at;
      continue;
    }
    if (order == 0 && i + 1 == labels_.size()) {
      scan.places[i++] = nullptr;
      ++foreign_;  // its own label wins
      break;
    }
    const char* const value_end = endOfString(name_end + 3, end);
    if (value_end == nullptr || value_end + 1 >= end) break;
    if (order == 0) {
      scan.places[i++] = nullptr;
      ++foreign_;
    }
    at = value_end + 1;
    if (*at == ',') ++at;
  }
  scan.stop = at;
  scan.count = i;
  if (i == labels_.size())
    scan.outcome = Scan::Outcome::kPlaced;
  else if (i < count && at < end && *at == '}')
    scan.outcome = Scan::Outcome::kLast;
}

/// Places the only label in the set that starts at `at`, in compact form and within [at, end). Bytes before
/// `base` are passed. Returns where to seek on, with state_ kSeek, or leaves the rest to another state, all
/// before it passed.
const char* LabelSplicer::seekLabel(const char*& base, const char* at, const char* end,
                                    http::SliceSink& out) {
  const auto pass = [&](const char* to) {
    out.append(base, static_cast<std::size_t>(to - base));
    base = to;
  };
  const char* const start = at;
  const auto& label = labels_.front();
  while (at < end && *at == '"') {
    const char* const name_end = findQuote(at + 1, end);
    if (name_end + 3 > end || name_end[0] != '"' || name_end[1] != ':' || name_end[2] != '"') break;
    const int order =
        label.name.compare(0, label.name.size(), at + 1, static_cast<std::size_t>(name_end - at - 1));
    if (order == 0) {
      ++foreign_;  // its own label wins
      return at;
    }
    if (order < 0) {
      const auto size = static_cast<std::size_t>(name_end + 1 - start);
      if (size <= kMaxRemembered) {
        last_start_.assign(start, size);
        last_place_ = static_cast<std::size_t>(at - start);
      }
      pass(at);
      out.append(label.before);
      return at;
    }
    const char* const value_end = endOfString(name_end + 3, end);
    if (value_end == nullptr || value_end + 1 >= end) break;
    at = value_end + 1;
    if (*at == ',') ++at;
  }
  if (ordered_) {
    pass(start - kOpening.size());
    enterList();
    return base;
  }
  pass(at);
  if (at < end && *at == '}') {
    out.append(at != start ? "," : "");
    out.append(label.json);
    return at;
  }
  enterLabelSet();
  any_label_ = at != start;
  return at;
}

/// As seekLabel(), for several labels.
const char* LabelSplicer::seekLabels(const char*& base, const char* at, const char* end,
                                     http::SliceSink& out) {
  const auto pass = [&](const char* to) {
    out.append(base, static_cast<std::size_t>(to - base));
    base = to;
  };
  const std::uint64_t foreign = foreign_;
  Scan scan;
  scanLabels(at, end, scan);
  if (ordered_ && scan.outcome != Scan::Outcome::kPlaced) {
    foreign_ = foreign;
    pass(at - kOpening.size());
    enterList();
    return base;
  }
  for (std::size_t i = 0; i < scan.count; ++i) {
    if (scan.places[i] == nullptr) continue;
    if (out.full()) {  // the states go on from where it is passed
      if (base < at) pass(at);
      for (std::size_t later = i + 1; later < scan.count; ++later)
        foreign_ -= scan.places[later] == nullptr ? 1 : 0;
      enterLabelSet();
      next_label_ = i;
      any_label_ = base != at;
      return base;
    }
    pass(scan.places[i]);
    out.append(labels_[i].before);
  }
  if (scan.outcome == Scan::Outcome::kPlaced) return scan.stop;
  pass(scan.stop);
  enterLabelSet();
  next_label_ = scan.count;
  any_label_ = scan.stop != at;
  return base;
}

/// Passes the label set that starts here, labels placed, as far as it is in compact form. Leaves it to the
/// states from its start on if it is not all here.
void LabelSplicer::passLabels(std::string_view& in, http::SliceSink& out) {
  const char* const start = in.data();
  const char* const end = start + in.size();
  const std::uint64_t foreign = foreign_;
  Scan scan;
  scanLabels(start, end, scan);
  if (scan.outcome == Scan::Outcome::kCut) {
    foreign_ = foreign;
    return;
  }
  const bool last = scan.outcome == Scan::Outcome::kLast;
  std::string_view key(start, static_cast<std::size_t>(scan.stop - start));
  if (key.ends_with(',')) key.remove_suffix(1);
  settle(key, last ? SeriesOrder::Place::kLast : SeriesOrder::Place::kWithin);
  const char* base = start;
  const auto pass = [&](const char* to) {
    if (to != base) put({base, to}, out);
    base = to;
  };
  for (std::size_t i = 0; i < scan.count; ++i) {
    if (scan.places[i] == nullptr) continue;
    pass(scan.places[i]);
    put(labels_[i].before, out);
  }
  pass(scan.stop);
  for (std::size_t i = scan.count; last && i < labels_.size(); ++i) {
    if (i > scan.count || scan.stop != start) put(",", out);
    put(labels_[i].json, out);
  }
  next_label_ = labels_.size();
  if (outer_ == State::kSeek)
    leaveLabelSet();
  else if (const char* const close = endOfLabels(base, end))
    pass(close);
  in.remove_prefix(static_cast<std::size_t>(base - start));
}

}  // namespace prome::forward
