// OwnLabels: takes off the labels that a server adds to every series it gives by remote read, its
// external_labels, which its query API does not show.
//
// It is told the label sets that the query API shows of the same series, and learns by comparing.
// Not thread-safe.
#pragma once

#include <cstddef>
#include <unordered_set>
#include <utility>

#include "model/labels.h"

namespace prome::remote {

class OwnLabels {
 public:
  /// A label set of the query API.
  void add(model::Labels labels) { known_.insert(std::move(labels)); }
  /// What the query API shows where remote read shows `labels`. A series it was not told of loses what those
  /// before it have lost.
  model::Labels of(const model::Labels& labels);

 private:
  bool learn(const model::Labels& labels);
  model::Labels withoutAdded(const model::Labels& labels) const;

  std::unordered_set<model::Labels, model::LabelsHash> known_;
  model::Labels added_;             // by the server, as far as learnt
  std::size_t failed_lessons_ = 0;  // series none of known_ is a part of
};

}  // namespace prome::remote
