// AddedLabels: makes the label sets of an answer's series, with the labels that a shard's series get.
//
// Not thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/error.h"
#include "model/labels.h"
#include "topology/shard.h"

namespace prome::querier {

class AddedLabels {
 public:
  explicit AddedLabels(topology::LabelPairs added);

  /// `own`, in any order, without its empty values, and what is added that it has not itself. kUnavailable
  /// where a name comes twice.
  Result<model::Labels> join(std::span<const model::Label> own);
  /// Label sets so far that had an added name with another value.
  std::uint64_t foreign() const { return foreign_; }

 private:
  const topology::LabelPairs added_;
  std::vector<model::Label> own_;
  std::vector<model::Label> joined_;
  std::uint64_t foreign_ = 0;
};

}  // namespace prome::querier
