// Room: what one Prometheus leaves open in its answer to a query, judged by the query alone.
//
// Pure functions.
#pragma once

#include "verify/question.h"

namespace prome::verify {

struct Room {
  /// The order of an instant vector's values (not of its series: ties fall anyhow) is defined: sort and its
  /// like, or topk and bottomk without groups, are the whole query.
  bool values_ordered = false;
  /// topk or bottomk is the whole query: which of several tied series are kept is open.
  bool picks_of_tied = false;
  /// Something is added up over series: sum, avg, stddev, stdvar. In which order is open, as that of series
  /// in storage is, and with it the last digits.
  bool sums = false;
  /// A sum's last digits can decide something else: a comparison, topk, count_values, rounding above it.
  bool sums_decide = false;
};

/// A text that does not parse leaves no room.
Room roomOf(const Question& question);

}  // namespace prome::verify
