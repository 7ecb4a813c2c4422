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

}  // namespace prome::engine
