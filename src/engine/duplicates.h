// Series that become equal because a metric name went.
#pragma once

#include <cstdint>

#include "engine/operator.h"

namespace prome::engine {

/// What one Prometheus does with two series of equal labels in a result.
enum class Duplicates : std::uint8_t {
  kMerge,  // one series, if no step has both; else the error
  kFail,   // the error, even where they never share a step (range functions)
};

/// `input` with series of equal labels made one, or the execution error "vector cannot contain metrics with
/// the same labelset". Holds all of `input`'s series: to be used only where labels can collide.
OperatorPtr withoutDuplicates(const Place& place, OperatorPtr input, Duplicates duplicates);

/// `input` as it is, series by series, with the same error at the second of two equal ones. For where names
/// cannot differ and only what goes with them can (`__type__`, `__unit__`): holds labels alone. Two that
/// never share a step are refused, too, where Prometheus makes one series of them.
OperatorPtr refusingDuplicates(const Place& place, OperatorPtr input);

}  // namespace prome::engine
