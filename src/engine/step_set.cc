#include "engine/step_set.h"

#include <algorithm>
#include <utility>

namespace prome::engine {

StepSet::StepSet(const Series& series, std::size_t steps) : steps_(steps) {
  insertPresent(series.floats.values(), series.density);
  for (std::size_t step = 0; step < series.histograms.size(); ++step) {
    if (series.histograms[step] != nullptr) insert(step);
  }
}

void StepSet::insertPresent(std::span<const double> values, Density density) {
  if (all_ || density == Density::kEmpty) return;
  if (density == Density::kDense) return insertAll();
  words_.resize(wordsFor(steps_));
  for (std::size_t i = 0; i * kWordBits < values.size(); ++i) {
    const std::span<const double> part =
        values.subspan(i * kWordBits, std::min(kWordBits, values.size() - i * kWordBits));
    Word word = 0;
    for (std::size_t at = 0; at < part.size(); ++at) word |= Word{!isAbsent(part[at])} << at;
    words_[i] |= word;
  }
}

void StepSet::erase(std::size_t step) {
  if (all_) {
    words_.resize(wordsFor(steps_));
    for (std::size_t i = 0; i < words_.size(); ++i) words_[i] = full(i);
    all_ = false;
  }
  if (!words_.empty()) words_[step / kWordBits] &= ~bit(step);
}

bool StepSet::none() const {
  if (all_) return steps_ == 0;
  return std::ranges::all_of(words_, [](Word word) { return word == 0; });
}

StepSet& StepSet::operator|=(const StepSet& other) {
  if (other.all_) {
    insertAll();
  } else if (!all_ && words_.empty()) {
    words_ = other.words_;
  } else if (!all_ && !other.words_.empty()) {
    for (std::size_t i = 0; i < words_.size(); ++i) words_[i] |= other.words_[i];
  }
  return *this;
}

StepSet& StepSet::operator&=(const StepSet& other) {
  if (all_) return *this = other;
  if (other.all_) return *this;
  if (other.words_.empty()) words_.clear();
  for (std::size_t i = 0; i < words_.size(); ++i) words_[i] &= other.words_[i];
  return *this;
}

StepSet& StepSet::operator-=(const StepSet& other) {
  if (other.all_ || none()) return *this = StepSet(steps_);
  if (other.words_.empty()) return *this;
  if (all_) words_.resize(wordsFor(steps_));
  for (std::size_t i = 0; i < words_.size(); ++i) {
    words_[i] = (all_ ? full(i) : words_[i]) & ~other.words_[i];
  }
  all_ = false;
  return *this;
}

bool operator==(const StepSet& a, const StepSet& b) {
  if (a.steps_ != b.steps_) return false;
  if (a.all_ && b.all_) return true;
  for (std::size_t i = 0; i < StepSet::wordsFor(a.steps_); ++i) {
    if (a.word(i) != b.word(i)) return false;
  }
  return true;
}

std::optional<std::size_t> StepSet::firstCommon(const StepSet& other) const {
  for (std::size_t i = 0; i < wordsFor(steps_); ++i) {
    const Word common = word(i) & other.word(i);
    if (common != 0) return i * kWordBits + static_cast<std::size_t>(std::countr_zero(common));
  }
  return std::nullopt;
}

void keepOnly(Series& series, const StepSet& steps) {
  if (steps.all()) return;
  for (std::size_t step = 0; step < series.floats.size(); ++step) {
    if (!steps.has(step)) series.floats[step] = kAbsent;
  }
  for (std::size_t step = 0; step < series.histograms.size(); ++step) {
    if (!steps.has(step)) series.histograms[step] = nullptr;
  }
}

}  // namespace prome::engine
