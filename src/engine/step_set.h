// Sets of steps: at which of them there is a value. Plain values, not thread-safe while they change.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "engine/series.h"

namespace prome::engine {

class StepSet {
 public:
  StepSet() = default;
  /// The empty set of the steps 0 ... steps - 1.
  explicit StepSet(std::size_t steps) : words_((steps + kWordBits - 1) / kWordBits) {}
  /// The steps at which `series` has a value.
  StepSet(const Series& series, std::size_t steps);

  static std::size_t bytes(std::size_t steps) { return (steps + kWordBits - 1) / kWordBits * sizeof(Word); }

  bool has(std::size_t step) const { return (words_[step / kWordBits] & bit(step)) != 0; }
  void insert(std::size_t step) { words_[step / kWordBits] |= bit(step); }
  void erase(std::size_t step) { words_[step / kWordBits] &= ~bit(step); }
  bool none() const;

  // Both sides are sets of equally many steps.
  StepSet& operator|=(const StepSet& other);
  StepSet& operator&=(const StepSet& other);
  StepSet& operator-=(const StepSet& other);
  friend bool operator==(const StepSet&, const StepSet&) = default;

  /// The first step in both sets.
  std::optional<std::size_t> firstCommon(const StepSet& other) const;

  /// Calls `visit(step)` for each step, ascending.
  template <class Visit>
  void forEach(Visit visit) const {
    for (std::size_t i = 0; i < words_.size(); ++i) {
      for (Word rest = words_[i]; rest != 0; rest &= rest - 1) {
        visit(i * kWordBits + static_cast<std::size_t>(std::countr_zero(rest)));
      }
    }
  }

 private:
  using Word = std::uint64_t;
  static constexpr std::size_t kWordBits = 64;
  static Word bit(std::size_t step) { return Word{1} << (step % kWordBits); }
  void insertPresent(std::span<const double> values);

  std::vector<Word> words_;
};

/// Takes the values of `series` at all steps that are not in `steps` away.
void keepOnly(Series& series, const StepSet& steps);

}  // namespace prome::engine
