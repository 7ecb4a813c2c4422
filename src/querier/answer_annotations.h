// AnswerAnnotations: what shards say beside their answers, put among what the evaluation says itself.
//
// One object an evaluation, used by its thread.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "model/annotations.h"
#include "querier/querier.h"

namespace prome::querier {

class AnswerAnnotations {
 public:
  /// Texts of PromQL go to `annotations`, at the place in the query that they were about; others are kept
  /// here, each once.
  void add(const ShardAnnotation& said, model::Annotations& annotations);

  const std::set<std::string>& otherWarnings() const { return other_warnings_; }
  const std::set<std::string>& otherInfos() const { return other_infos_; }

 private:
  std::set<std::string> other_warnings_;
  std::set<std::string> other_infos_;
};

/// Does a shard warn of histograms, so that a partial aggregate of its hides what one Prometheus would have
/// made of all shards' samples?
bool warnsOfHistograms(const ShardAnnotation& said);

}  // namespace prome::querier
