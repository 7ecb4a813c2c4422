// AnswerAnnotations: what shards say beside their answers, put among what the evaluation says itself.
//
// One object an evaluation, used by its thread.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "model/annotations.h"
#include "querier/querier.h"

namespace prome::querier {

class AnswerAnnotations {
 public:
  /// Texts of PromQL go to `annotations`, at the place in the query that they were about; others are kept
  /// here, each once.
  void add(const ShardAnnotation& said, model::Annotations& annotations);

  /// All there is to show: `annotations` about places in `query`, and what is kept here. A shard tells no
  /// more than ten of each; the number of those it left out is added to that of ours.
  model::ShownAnnotations show(const model::Annotations& annotations, std::string_view query) const;

 private:
  std::set<std::string> other_warnings_;
  std::set<std::string> other_infos_;
  std::uint64_t omitted_warnings_ = 0;
  std::uint64_t omitted_infos_ = 0;
};

/// What was said of an operation between samples, e.g. `incompatible sample types ...`.
struct OperationNote {
  std::uint32_t position = 0;  // in the query; the operation begins there
  std::string text;            // with neither prefix nor place

  friend auto operator<=>(const OperationNote&, const OperationNote&) = default;
};

/// `said`, if it is such a note. One Prometheus tells only the last one of each step.
std::optional<OperationNote> operationNote(const ShardAnnotation& said);

/// Does a shard warn of histograms, so that a partial aggregate of its hides what one Prometheus would have
/// made of all shards' samples?
bool warnsOfHistograms(const ShardAnnotation& said);

}  // namespace prome::querier
