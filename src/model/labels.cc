#include "model/labels.h"

#include <xxhash.h>

#include <algorithm>
#include <cassert>
#include <cstring>
#include <new>

#include "model/quote.h"

namespace prome::model {
namespace {

constexpr std::size_t kOneByteLengths = 255;

void appendPart(std::string& bytes, std::string_view part) {
  if (part.size() < kOneByteLengths) {
    bytes.push_back(static_cast<char>(part.size()));
  } else {
    bytes.push_back('\xff');
    for (int shift = 0; shift < 24; shift += 8) bytes.push_back(static_cast<char>(part.size() >> shift));
  }
  bytes.append(part);
}

void appendPair(std::string& bytes, Label label) {
  appendPart(bytes, label.name);
  appendPart(bytes, label.value);
}

std::string_view decodePart(const char*& at) {
  auto byte = [&](int i) { return static_cast<std::size_t>(static_cast<unsigned char>(at[i])); };
  std::size_t size = byte(0);
  if (size < kOneByteLengths) {
    at += 1;
  } else {
    size = byte(1) | byte(2) << 8 | byte(3) << 16;
    at += 4;
  }
  const std::string_view part(at, size);
  at += size;
  return part;
}

bool isPlainName(std::string_view name) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c >= '0' && c <= '9');
  };
  return !name.empty() && !(name[0] >= '0' && name[0] <= '9') && std::ranges::all_of(name, plain);
}

void appendLabelName(std::string& text, std::string_view name) {
  if (isPlainName(name)) {
    text += name;
  } else {
    appendQuoted(text, name);
  }
}

// Label sets are built one after another: the bytes gather in a buffer that keeps its room.
std::string& scratch() {
  thread_local std::string bytes;
  bytes.clear();
  return bytes;
}

}  // namespace

void Labels::Iterator::decode() {
  if (at_ == end_) return;
  const char* at = at_;
  label_.name = decodePart(at);
  label_.value = decodePart(at);
  next_ = at;
}

Labels::Labels(std::string_view bytes) {
  if (bytes.empty()) return;
  rep_ = new (::operator new(sizeof(Rep) + bytes.size())) Rep;
  rep_->size = static_cast<std::uint32_t>(bytes.size());
  rep_->hash = hashOf(bytes);
  std::memcpy(rep_->data(), bytes.data(), bytes.size());
}

Labels::Labels(std::initializer_list<Label> labels) : Labels(fromUnsorted(labels)) {}

Labels Labels::fromUnsorted(std::vector<Label> labels) {
  std::erase_if(labels, [](const Label& label) { return label.value.empty(); });
  std::ranges::sort(labels, {}, &Label::name);
  return fromSorted(labels);
}

Labels Labels::fromSorted(std::span<const Label> labels) {
  assert(std::ranges::is_sorted(labels, {}, &Label::name));
  std::string& bytes = scratch();
  for (const Label& label : labels) appendPair(bytes, label);
  return Labels(std::string_view(bytes));
}

void Labels::release() {
  if (rep_ == nullptr) return;
  if (rep_->references.fetch_sub(1, std::memory_order_acq_rel) == 1) {
    rep_->~Rep();
    ::operator delete(rep_);
  }
  rep_ = nullptr;
}

std::string_view Labels::get(std::string_view name) const {
  for (const Label label : *this) {
    if (label.name == name) return label.value;
    if (label.name > name) break;
  }
  return {};
}

Labels Labels::keep(std::span<const std::string_view> names) const {
  std::string& bytes = scratch();
  for (const Label label : *this) {
    if (std::ranges::binary_search(names, label.name)) appendPair(bytes, label);
  }
  return bytes.size() == size() ? *this : Labels(std::string_view(bytes));
}

Labels Labels::drop(std::span<const std::string_view> names) const {
  std::string& bytes = scratch();
  for (const Label label : *this) {
    if (!std::ranges::binary_search(names, label.name)) appendPair(bytes, label);
  }
  return bytes.size() == size() ? *this : Labels(std::string_view(bytes));
}

std::uint64_t Labels::hashOf(std::string_view bytes) {
  return XXH64(bytes.data(), bytes.size(), 0);
}

std::strong_ordering Labels::compare(const Labels& a, const Labels& b) {
  if (a.rep_ == b.rep_) return std::strong_ordering::equal;
  return std::lexicographical_compare_three_way(a.begin(), a.end(), b.begin(), b.end());
}

std::string Labels::toString() const {
  std::string text = "{";
  for (const Label label : *this) {
    if (text.size() > 1) text += ", ";
    appendLabelName(text, label.name);
    text += '=';
    appendQuoted(text, label.value);
  }
  return text + '}';
}

std::string Labels::toSeriesString() const {
  std::string text(metricName());
  const Labels rest = withoutMetricName();
  return rest.empty() && !text.empty() ? text : text + rest.toString();
}

void LabelsBuilder::reset(const Labels& base) {
  pairs_.clear();
  for (const Label label : base) pairs_.emplace_back(label.name, label.value);
}

LabelsBuilder& LabelsBuilder::set(std::string_view name, std::string_view value) {
  if (value.empty()) return remove(name);
  const auto at = std::ranges::lower_bound(pairs_, name, {},
                                           [](const auto& pair) { return std::string_view(pair.first); });
  if (at != pairs_.end() && at->first == name) {
    at->second = value;
  } else {
    pairs_.emplace(at, name, value);
  }
  return *this;
}

LabelsBuilder& LabelsBuilder::remove(std::string_view name) {
  std::erase_if(pairs_, [&](const auto& pair) { return pair.first == name; });
  return *this;
}

std::string_view LabelsBuilder::get(std::string_view name) const {
  for (const auto& [key, value] : pairs_) {
    if (key == name) return value;
  }
  return {};
}

Labels LabelsBuilder::labels() const {
  std::string& bytes = scratch();
  for (const auto& [name, value] : pairs_) appendPair(bytes, {name, value});
  return Labels(std::string_view(bytes));
}

}  // namespace prome::model
