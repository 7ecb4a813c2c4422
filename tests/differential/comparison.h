// Do two answers agree? Bit for bit, but where Prometheus itself leaves room.
//
// The room: a NaN equals any NaN but a stale marker; the order of series counts only where a query sorts, and
// there only as far as the values tell it; annotations are sets; a histogram's empty
// buckets do not count. Where `Rounding::kReordered` is allowed (a
// sum taken in another order, a function of C's math library beside one of Go's), floats a and b are equal if
// |a - b| <= 1e-9 * max(|a|, |b|, 1e-3 * the largest finite value of the answer).
#pragma once

#include <optional>
#include <string>

#include "tests/differential/answer.h"
#include "tests/differential/evaluators.h"
#include "tests/differential/test_case.h"

namespace prome::differential {

enum class Rounding : std::uint8_t { kExact, kReordered };

/// Whose functions compute logarithms, powers, sines: of one library, or of two that round differently.
enum class MathLibraries : std::uint8_t { kOne, kTwo };

/// What `test_case` leaves room for.
Rounding roundingOf(const TestCase& test_case, MathLibraries libraries);

/// Do annotations name the same place where the same text comes from several?
enum class Places : std::uint8_t { kExact, kAnyOfThem };

/// Is the other one evaluator of all series, or many of their own? Then it is left open which of several
/// mistakes an error names, which annotations are shown of many, and in which order groups come.
enum class Peer : std::uint8_t { kWhole, kShards };

/// May a rounding grow beyond all bounds, in labels or in what is left of a large number, so that nothing can
/// be said about a difference?
bool isBeyondComparison(const TestCase& test_case, MathLibraries libraries, Peer peer);

struct Room {
  Rounding rounding = Rounding::kExact;
  Places places = Places::kExact;
  Peer peer = Peer::kWhole;
};

/// Does one of `theirs` agree with one of `ours`? Else what differs from the first.
std::optional<std::string> difference(const Answers& ours, const Answers& theirs, const TestCase& test_case,
                                      const Room& room);

}  // namespace prome::differential
