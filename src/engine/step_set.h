// Sets of steps: at which of them there is a value. Plain values, not thread-safe while they change.
//
// Most series have a value at every step, and sets of all steps, or of none, hold no memory.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "engine/density.h"
#include "engine/series.h"

namespace prome::engine {

class StepSet {
 public:
  StepSet() = default;
  /// The empty set of the steps 0 ... steps - 1.
  explicit StepSet(std::size_t steps) : steps_(steps) {}
  /// The steps at which `series`, as an operator gave it, has a value.
  StepSet(const Series& series, std::size_t steps);

  /// What a set takes beside itself, at most.
  static std::size_t bytes(std::size_t steps) { return wordsFor(steps) * sizeof(Word); }

  bool has(std::size_t step) const {
    return all_ || (!words_.empty() && (words_[step / kWordBits] & bit(step)) != 0);
  }
  void insert(std::size_t step) {
    if (all_) return;
    if (words_.empty()) words_.resize(wordsFor(steps_));
    words_[step / kWordBits] |= bit(step);
  }
  void insertAll() {
    all_ = true;
    words_.clear();
  }
  /// The steps of `values`, which are of `density`.
  void insertPresent(std::span<const double> values, Density density);
  /// Those for which `present(step)` holds.
  template <class Present>
  void insertWhere(Present present) {
    if (all_) return;
    for (std::size_t step = 0; step < steps_; ++step) {
      if (present(step)) insert(step);
    }
  }
  void erase(std::size_t step);
  bool none() const;
  /// False may be said of a set that came to have all steps one by one.
  bool all() const { return all_; }

  // Both sides are sets of equally many steps.
  StepSet& operator|=(const StepSet& other);
  StepSet& operator&=(const StepSet& other);
  StepSet& operator-=(const StepSet& other);
  friend bool operator==(const StepSet& a, const StepSet& b);

  /// The first step in both sets.
  std::optional<std::size_t> firstCommon(const StepSet& other) const;

  /// Calls `visit(step)` for each step, ascending.
  template <class Visit>
  void forEach(Visit visit) const {
    for (std::size_t i = 0; i < wordsFor(steps_); ++i) {
      for (Word rest = word(i); rest != 0; rest &= rest - 1) {
        visit(i * kWordBits + static_cast<std::size_t>(std::countr_zero(rest)));
      }
    }
  }

 private:
  using Word = std::uint64_t;
  static constexpr std::size_t kWordBits = 64;
  static Word bit(std::size_t step) { return Word{1} << (step % kWordBits); }
  static std::size_t wordsFor(std::size_t steps) { return (steps + kWordBits - 1) / kWordBits; }
  Word full(std::size_t i) const {
    const std::size_t bits = steps_ - i * kWordBits;
    return bits < kWordBits ? (Word{1} << bits) - 1 : ~Word{0};
  }
  Word word(std::size_t i) const {
    if (all_) return full(i);
    return words_.empty() ? 0 : words_[i];
  }

  std::size_t steps_ = 0;
  bool all_ = false;
  std::vector<Word> words_;  // empty: none, or all
};

/// Takes the values of `series` at all steps that are not in `steps` away.
void keepOnly(Series& series, const StepSet& steps);

}  // namespace prome::engine
