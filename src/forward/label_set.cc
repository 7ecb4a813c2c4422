// One pass over the set. Names and values are taken as they stand; only those with a backslash are decoded
// for the key. A set whose names turn out not to be sorted gets its key from a sorted copy at the end.
#include "forward/label_set.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json_reader.h"
#include "forward/json_scan.h"

namespace prome::forward {
namespace {

/// A string between quotes, as it stands.
struct RawString {
  std::string_view text;
  bool escapes = false;
};

class SetReader {
 public:
  SetReader(const char* at, const char* end, const SplicedLabels& added, KeyUse use, LabelSet& set)
      : at_(at), end_(end), left_(added.all()), use_(use), set_(set) {
    set.text.clear();
    set.key.clear();
    set.foreign = 0;
    set.ends_added = false;
  }

  SetOutcome run() {
    bool first = true;
    while (skipSpace() && *at_ != '}') {
      if (!first && !take(',')) return outcome_;
      first = false;
      if (!label()) return outcome_;
    }
    if (at_ == end_) return SetOutcome::kCut;
    for (; !left_.empty(); left_ = left_.subspan(1)) {
      set_.ends_added = true;
      append(left_.front().json);
      addKey(left_.front());
    }
    if (!sorted_) sortKey();
    return SetOutcome::kWhole;
  }

  const char* at() const { return at_; }

 private:
  bool stop(SetOutcome outcome) {
    outcome_ = outcome;
    return false;
  }

  bool skipSpace() {
    while (at_ < end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
    return at_ < end_;
  }

  bool take(char c) {
    if (!skipSpace()) return stop(SetOutcome::kCut);
    if (*at_ != c) return stop(SetOutcome::kBad);
    ++at_;
    return true;
  }

  bool string(RawString& out) {
    if (!take('"')) return false;
    const char* const begin = at_;
    at_ = findQuote(at_, end_);
    out.escapes = at_ < end_ && *at_ == '\\';
    if (out.escapes) at_ = endOfString(at_, end_);
    if (at_ == nullptr || at_ == end_) return stop(SetOutcome::kCut);
    out.text = {begin, at_++};
    return true;
  }

  bool label() {
    RawString name;
    RawString value;
    if (!string(name) || !take(':') || !string(value)) return false;
    while (!left_.empty() && left_.front().name < name.text) {
      append(left_.front().json);
      addKey(left_.front());
      left_ = left_.subspan(1);
    }
    if (!left_.empty() && left_.front().name == name.text) {
      ++set_.foreign;
      left_ = left_.subspan(1);
    }
    if (!set_.text.empty()) set_.text += ',';
    set_.text.append(name.text.data() - 1, name.text.size() + 2).append(1, ':');
    set_.text.append(value.text.data() - 1, value.text.size() + 2);
    return use_ == KeyUse::kNone || addKey(name, value);
  }

  void append(std::string_view json) {
    if (!set_.text.empty()) set_.text += ',';
    set_.text += json;
  }

  bool addKeyText(const RawString& raw) {
    if (!raw.escapes) {
      set_.key.append(raw.text).append(1, '\0');
      return true;
    }
    JsonReader reader({raw.text.data() - 1, raw.text.size() + 2});
    if (!reader.string(decoded_)) return stop(SetOutcome::kBad);
    appendKeyText(set_.key, decoded_);
    return true;
  }

  bool addKey(const RawString& name, const RawString& value) {
    const std::size_t begin = set_.key.size();
    const bool good = addKeyText(name) && addKeyText(value);
    noteKey(begin);
    return good;
  }

  void addKey(const SplicedLabels::Label& label) {
    if (use_ == KeyUse::kNone) return;
    const std::size_t begin = set_.key.size();
    set_.key += label.key;
    noteKey(begin);
  }

  /// Notes where a label's part of the key begins, and whether it is in order.
  void noteKey(std::size_t begin) {
    const std::string_view key = set_.key;
    if (begin > 0) sorted_ = sorted_ && key.substr(last_, begin - last_) < key.substr(begin);
    last_ = begin;
  }

  void sortKey() {
    std::vector<std::string_view> parts;
    std::string_view rest = set_.key;
    while (!rest.empty()) {
      const std::size_t last = rest.find('\0', rest.find('\0') + 1);
      parts.push_back(rest.substr(0, last == std::string_view::npos ? last : last + 1));
      rest.remove_prefix(parts.back().size());
    }
    std::ranges::sort(parts);
    std::string key;
    for (const std::string_view part : parts) key += part;
    set_.key = std::move(key);
  }

  const char* at_;
  const char* end_;
  std::span<const SplicedLabels::Label> left_;  // to be added
  KeyUse use_;
  LabelSet& set_;
  SetOutcome outcome_ = SetOutcome::kBad;
  std::string decoded_;
  std::size_t last_ = 0;  // where the last label's part of the key begins
  bool sorted_ = true;
};

}  // namespace

SetOutcome readLabelSet(const char*& at, const char* end, const SplicedLabels& added, KeyUse use,
                        LabelSet& set) {
  SetReader reader(at, end, added, use, set);
  const SetOutcome outcome = reader.run();
  if (outcome == SetOutcome::kWhole) at = reader.at();
  return outcome;
}

}  // namespace prome::forward
