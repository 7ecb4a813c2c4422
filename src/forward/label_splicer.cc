// The splicer is a small machine over the answer's bytes.
//
// It starts by walking brackets (kWalk), which reads any JSON: whatever white space, whatever order of keys.
// A label set is found by its path, data -> result -> element -> metric, or data -> element for a series
// answer. In it the labels are read one by one (kLabels -> kName -> kAfterName -> kValue) until each label to
// be added has found its place: before the first name that sorts after it, or at the end.
//
// Prometheus writes its answers without white space and with "metric" first. If the first element is written
// so, the machine jumps (kSeek): from then on it looks for the bytes {"metric":{ alone. In valid JSON they
// occur nowhere else: inside a string the quote after { would be escaped, and a quote that ends a string is
// not followed by a bare word. That is a search for one byte, a comparison and a copy, at the speed of
// memory; seekLabels() places the labels of such a series without going through the states, and falls back to
// them at the end of a piece. An answer that starts with the very bytes Prometheus starts it with goes there
// at once.
//
// Between two pieces nothing is kept but the state, and at most the start of an opening or of a label name.
#include "forward/label_splicer.h"

#include <cassert>
#include <cstring>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/json_writer.h"

namespace prome::forward {
namespace {

constexpr std::string_view kOpening = "{\"metric\":{";
constexpr std::size_t kMaxKey = 16;
constexpr std::size_t kMaxRemembered = 512;

/// How Prometheus starts an answer with series, up to the first element.
constexpr std::string_view kCompactVector = R"({"status":"success","data":{"resultType":"vector","result":[)";
constexpr std::string_view kCompactMatrix = R"({"status":"success","data":{"resultType":"matrix","result":[)";
static_assert(kCompactVector.size() == kCompactMatrix.size());

bool isSpace(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/// Bytes that may stand outside strings besides brackets: separators, numbers, true, false, null, NaN.
bool isBare(char c) {
  return isSpace(c) || c == ',' || c == ':' || c == '-' || c == '+' || c == '.' || (c >= '0' && c <= '9') ||
         (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// The first quote or backslash in [p, end), or end.
inline const char* findQuote(const char* p, const char* end) {
#ifdef __SSE2__
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  for (; end - p >= 16; p += 16) {
    const __m128i v = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    const int mask = _mm_movemask_epi8(_mm_or_si128(_mm_cmpeq_epi8(v, quote), _mm_cmpeq_epi8(v, backslash)));
    if (mask != 0) return p + __builtin_ctz(static_cast<unsigned>(mask));
  }
#endif
  while (p < end && *p != '"' && *p != '\\') ++p;
  return p;
}

/// The quote that closes the string whose content starts at `p`, or nullptr if it is not in [p, end).
const char* endOfString(const char* p, const char* end) {
  while (true) {
    p = findQuote(p, end);
    if (p >= end) return nullptr;
    if (*p == '"') return p;
    p += 2;
    if (p >= end) return nullptr;
  }
}

}  // namespace

SplicedLabels::SplicedLabels(const std::vector<std::pair<std::string, std::string>>& labels) {
  for (const auto& [name, value] : labels) {
    Label label;
    appendJsonString(label.name, name);
    label.json = label.name + ":";
    appendJsonString(label.json, value);
    label.before = label.json + ",";
    label.name = label.name.substr(1, label.name.size() - 2);
    labels_.push_back(std::move(label));
  }
}

LabelSplicer::LabelSplicer(AnswerShape shape, const SplicedLabels& labels)
    : labels_(labels.labels_), shape_(shape) {}

bool LabelSplicer::feed(std::string_view& in, http::SliceSink& out) {
  while (!in.empty() && !out.full()) {
    bool good = true;
    switch (state_) {
      case State::kWalk:
        good = walk(in, out);
        break;
      case State::kSeek:
        seek(in, out);
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
    if (!good) return false;
  }
  return true;
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
  if (shape_ == AnswerShape::kQuery && path && on_path_ == 4) element_at_ = position_;
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

/// Passes the start of an answer that is Prometheus' own to the byte. False if it is not, or not all there.
bool LabelSplicer::startsCompact(std::string_view& in, http::SliceSink& out) {
  const std::size_t size = kCompactVector.size();
  if (shape_ != AnswerShape::kQuery || !may_jump_ || labels_.empty() || in.size() < size + kOpening.size())
    return false;
  if (!in.starts_with(kCompactVector) && !in.starts_with(kCompactMatrix)) return false;
  if (in.substr(size, kOpening.size()) != kOpening) return false;
  out.append(in.data(), size);
  in.remove_prefix(size);
  outer_ = State::kSeek;
  state_ = State::kSeek;
  return true;
}

bool LabelSplicer::walk(std::string_view& in, http::SliceSink& out) {
  if (position_ == 0 && startsCompact(in, out)) return true;
  const std::uint64_t start = position_;
  std::size_t at = 0;
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
      if (!atLabelSet()) continue;
      out.append(in.data(), at);
      in.remove_prefix(at);
      const bool compact = shape_ == AnswerShape::kQuery && position_ == element_at_ + kOpening.size() - 1;
      outer_ = compact && may_jump_ ? State::kSeek : State::kWalk;
      enterLabelSet();
      return true;
    } else if (c == '}' || c == ']') {
      if (!close(c)) return false;
    } else if (!isBare(c) || (open_.empty() && !isSpace(c))) {
      return false;
    }
  }
  position_ = start + at;
  out.append(in.data(), at);
  in = {};
  return true;
}

// Seeking the compact form.

/// Completes an opening whose start ended the last piece. False if more bytes are needed.
bool LabelSplicer::resumeHeld(std::string_view& in, http::SliceSink& out) {
  const std::size_t missing = kOpening.size() - held_.size();
  const std::size_t size = std::min(missing, in.size());
  const bool good = in.substr(0, size) == kOpening.substr(held_.size(), size);
  if (good && size < missing) {
    held_.append(in);
    in = {};
    return false;
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
    enterLabelSet();
    at = seekLabels(base, at, end, out);
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

/// Places the labels of the set that starts at `at`, in compact form and within [at, end). Bytes before
/// `base` are passed. Returns where to seek on, with state_ kSeek, or leaves the rest to the states (kLabels,
/// all passed).
const char* LabelSplicer::seekLabels(const char*& base, const char* at, const char* end,
                                     http::SliceSink& out) {
  const auto pass = [&](const char* to) {
    out.append(base, static_cast<std::size_t>(to - base));
    base = to;
  };
  const char* const start = at;
  const auto* label = labels_.data();
  const auto* const last = label + labels_.size();
  while (at < end && *at == '"' && !out.full()) {
    const char* const name_end = findQuote(at + 1, end);
    if (name_end + 3 > end || name_end[0] != '"' || name_end[1] != ':' || name_end[2] != '"') break;
    const int order =
        label->name.compare(0, label->name.size(), at + 1, static_cast<std::size_t>(name_end - at - 1));
    if (order < 0) {
      pass(at);
      out.append(label->before);
    } else if (order == 0) {
      ++foreign_;  // its own label wins
    }
    if (order <= 0 && ++label == last) {
      const auto size = static_cast<std::size_t>(name_end + 1 - start);
      if (order < 0 && labels_.size() == 1 && size <= kMaxRemembered) {
        last_start_.assign(start, size);
        last_place_ = static_cast<std::size_t>(at - start);
      }
      leaveLabelSet();
      return at;
    }
    if (order < 0) continue;
    const char* const value_end = endOfString(name_end + 3, end);
    if (value_end == nullptr || value_end + 1 >= end) {
      if (order == 0) --label, --foreign_;  // the states will meet it again
      break;
    }
    any_label_ = true;
    at = value_end + 1;
    if (*at == ',') ++at;
  }
  next_label_ = static_cast<std::size_t>(label - labels_.data());
  pass(at);
  return at;
}

// The states inside a label set.

void LabelSplicer::enterLabelSet() {
  state_ = State::kLabels;
  next_label_ = 0;
  any_label_ = false;
}

void LabelSplicer::leaveLabelSet() {
  state_ = outer_;
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
    if (next_label_ < labels_.size()) {
      const auto& label = labels_[next_label_++];
      if (any_label_) out.append(",");
      out.append(label.json);
      any_label_ = true;
      return true;
    }
    out.append(in.data(), 1);
    in.remove_prefix(1);
    if (outer_ == State::kWalk) {
      ++position_;
      close('}');
    }
    leaveLabelSet();
    return true;
  }
  if (c != ',' && !isSpace(c)) return false;
  out.append(in.data(), 1);
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
  if (precedes(name)) {
    out.append(labels_[next_label_++].before);
    return true;
  }
  skipOwn(name);
  out.append(held_);  // shorter than SliceSink::kCopyBelow: copied
  out.append(in.data(), 1);
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
  out.append(in.data(), 1);
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
  out.append(in.data(), at);
  in.remove_prefix(at);
}

}  // namespace prome::forward
