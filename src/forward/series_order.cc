// Of two label sets neither of which begins the other, the first difference decides before and after labels
// are added: a label added before it is added to both. If S begins T, then with the labels added S has the
// next added label where T has its next own one, and comes later if that one's name is the smaller. The last
// added label decides: it ends S, and T's next name sorts before it. Since the series come sorted, those that
// S begins follow it, the ones that go before it first. What is held is therefore a stack, each entry
// beginning the next.
#include "forward/series_order.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace prome::forward {
namespace {

constexpr std::size_t kMaxSpare = 8;
constexpr std::size_t kMaxSpareBytes = 64u << 10;

}  // namespace

void SeriesOrder::restart() {
  assert(idle());
  comma_ = false;
}

SeriesOrder::Series SeriesOrder::take() {
  if (spare_.empty()) return {};
  Series series = std::move(spare_.back());
  spare_.pop_back();
  return series;
}

void SeriesOrder::giveBack(Series series) {
  if (spare_.size() == kMaxSpare || series.key.capacity() > kMaxSpareBytes) return;
  series.key.clear();
  series.key_part = {};
  series.passed = false;
  spare_.push_back(std::move(series));
}

void SeriesOrder::begin() {
  series_.push_back(take());
  coming_ = true;
  placed_ = false;
}

/// True if a series with `key` goes before the held one, which begins it.
bool SeriesOrder::goesBefore(std::string_view key, std::string_view held) {
  if (key.size() <= held.size() || !key.starts_with(held)) return false;
  return held.empty() || key[held.size()] == ',';
}

/// Moves a series' bytes to the outgoing ones.
void SeriesOrder::letGo(Series& series) {
  held_size_ -= series.size;
  series.size = 0;
  if (series.passed) return;
  if (comma_) outgoing_.push_back({",", false});
  comma_ = true;
  if (!series.kept.empty()) {
    lent_.push_back(std::exchange(series.kept, {}));
    outgoing_.push_back({{lent_.back().data(), lent_.back().size()}, false});
  }
  for (const std::string_view part : series.parts) outgoing_.push_back({part, true});
  series.parts.clear();
}

void SeriesOrder::place(std::string_view key, Place place) {
  if (placed_) return;
  placed_ = true;
  Series current = std::move(series_.back());
  series_.pop_back();
  while (!series_.empty() && !goesBefore(key, series_.back().keyText())) releaseLast();
  if (std::ranges::any_of(series_, &Series::passed)) ++misplaced_;
  if (place == Place::kWithin) {
    coming_ = false;
    letGo(current);
    giveBack(std::move(current));
    return;
  }
  current.key_part = key;
  current.size += key.size();
  held_size_ += key.size();
  series_.push_back(std::move(current));
  if (held_size_ > limit_) passComing();
}

void SeriesOrder::end() {
  place({}, Place::kWithin);  // if it had no label set
  coming_ = false;
}

void SeriesOrder::releaseLast() {
  letGo(series_.back());
  giveBack(std::move(series_.back()));
  series_.pop_back();
}

bool SeriesOrder::release() {
  assert(!coming_);
  const bool any = !series_.empty();
  while (!series_.empty()) releaseLast();
  return any;
}

/// Too much is held: the series that comes goes on at once, in front of those that belong in front of it.
/// Where its labels are not yet known, nothing tells whether it is right to go behind those that are held.
void SeriesOrder::passComing() {
  coming_ = false;
  Series current = std::move(series_.back());
  series_.pop_back();
  if (!placed_) {
    placed_ = true;
    ++misplaced_;
    while (!series_.empty()) releaseLast();
    letGo(current);
    giveBack(std::move(current));
    return;
  }
  const std::size_t key = current.keyText().size();
  letGo(current);
  if (held_size_ + key > limit_) return;
  current.passed = true;
  current.size = key;
  held_size_ += key;
  series_.push_back(std::move(current));
}

void SeriesOrder::put(std::string_view bytes, http::SliceSink& out) {
  if (coming_) {
    Series& series = series_.back();
    series.parts.push_back(bytes);
    series.size += bytes.size();
    held_size_ += bytes.size();
    if (held_size_ > limit_) passComing();
  } else if (owes()) {
    outgoing_.push_back({bytes, true});
  } else {
    out.append(bytes);
  }
}

bool SeriesOrder::send(http::SliceSink& out) {
  for (; owes(); ++sent_) {
    if (out.full()) return false;
    out.append(outgoing_[sent_].bytes);
  }
  outgoing_.clear();
  sent_ = 0;
  return true;
}

void SeriesOrder::keep() {
  for (Series& series : series_) {
    for (const std::string_view part : series.parts)
      series.kept.insert(series.kept.end(), part.begin(), part.end());
    series.parts.clear();
    if (series.key.empty()) series.key.assign(series.key_part.begin(), series.key_part.end());
    series.key_part = {};
  }
  for (std::size_t i = sent_; i < outgoing_.size(); ++i) {
    if (!outgoing_[i].callers) continue;
    const std::string_view bytes = outgoing_[i].bytes;
    lent_.emplace_back(bytes.begin(), bytes.end());
    outgoing_[i] = {{lent_.back().data(), lent_.back().size()}, false};
  }
}

void SeriesOrder::emptied() {
  if (!owes()) lent_.clear();
}

}  // namespace prome::forward
