#include "engine/step_set.h"

#include <algorithm>

namespace prome::engine {

StepSet::StepSet(const Series& series, std::size_t steps) : StepSet(steps) {
  insertPresent(series.floats.values());
  for (std::size_t step = 0; step < series.histograms.size(); ++step) {
    if (series.histograms[step] != nullptr) insert(step);
  }
}

void StepSet::insertPresent(std::span<const double> values) {
  for (std::size_t i = 0; i * kWordBits < values.size(); ++i) {
    const std::span<const double> part =
        values.subspan(i * kWordBits, std::min(kWordBits, values.size() - i * kWordBits));
    Word word = 0;
    for (std::size_t at = 0; at < part.size(); ++at) word |= Word{!isAbsent(part[at])} << at;
    words_[i] |= word;
  }
}

bool StepSet::none() const {
  return std::ranges::all_of(words_, [](Word word) { return word == 0; });
}

StepSet& StepSet::operator|=(const StepSet& other) {
  for (std::size_t i = 0; i < words_.size(); ++i) words_[i] |= other.words_[i];
  return *this;
}

StepSet& StepSet::operator&=(const StepSet& other) {
  for (std::size_t i = 0; i < words_.size(); ++i) words_[i] &= other.words_[i];
  return *this;
}

StepSet& StepSet::operator-=(const StepSet& other) {
  for (std::size_t i = 0; i < words_.size(); ++i) words_[i] &= ~other.words_[i];
  return *this;
}

std::optional<std::size_t> StepSet::firstCommon(const StepSet& other) const {
  for (std::size_t i = 0; i < words_.size(); ++i) {
    const Word common = words_[i] & other.words_[i];
    if (common != 0) return i * kWordBits + static_cast<std::size_t>(std::countr_zero(common));
  }
  return std::nullopt;
}

void keepOnly(Series& series, const StepSet& steps) {
  for (std::size_t step = 0; step < series.floats.size(); ++step) {
    if (!steps.has(step)) series.floats[step] = kAbsent;
  }
  for (std::size_t step = 0; step < series.histograms.size(); ++step) {
    if (!steps.has(step)) series.histograms[step] = nullptr;
  }
}

}  // namespace prome::engine
