// The side of a binary operation that has one series a match group: held whole, for the other side to stream
// by.
//
// At every step a group may have one series, not always the same one: the group's series are laid into one
// column, which remembers whose value is whose. Two at one step make the operation impossible, but only where
// the other side is not empty, so that is written down and judged at the end. Used by one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/binary_operation.h"
#include "engine/matching.h"
#include "engine/operator.h"
#include "engine/step_set.h"

namespace prome::engine {

class OneSide {
 public:
  using SeriesIndex = std::uint32_t;
  using Ordinal = MatchGroups::Ordinal;

  struct Group {
    Column floats;
    HistogramColumn histograms;
    StepSet present;  // steps at which one of its series has a value; elsewhere there is the fill
    SeriesIndex first = 0;
    std::vector<SeriesIndex> owners;  // by step, whose value it is; empty where all are of `first`

    SeriesIndex ownerAt(std::size_t step) const { return owners.empty() ? first : owners[step]; }
  };

  /// Two series of one group at one step.
  struct Clash {
    SeriesIndex earlier = 0;
    SeriesIndex later = 0;
  };

  /// `fill` stands where a group has no value. `place` and `key` must outlive this.
  OneSide(const Place& place, const MatchKey& key, std::optional<double> fill);

  /// Reads all of `input`.
  Result<void> read(Operator& input);

  std::optional<Ordinal> find(const model::Labels& key) const { return groups_by_key_.find(key); }
  /// As find(); a group unknown so far is made, with the fill at every step. Only where there is a fill.
  Ordinal findOrFill(const model::Labels& key);

  std::size_t groups() const { return groups_.size(); }
  const Group& group(Ordinal ordinal) const { return groups_[ordinal]; }
  /// The group's values: shared ones for a group that is filled only.
  Values values(Ordinal ordinal) const;

  std::size_t series() const { return labels_.size(); }
  const model::Labels& labels(SeriesIndex series) const { return labels_[series]; }
  Ordinal groupOf(SeriesIndex series) const { return group_of_[series]; }
  /// The steps at which the value of its group is that of `series`.
  StepSet ownedBy(SeriesIndex series) const;

  /// By step: the clash Prometheus would meet first.
  const std::map<std::size_t, Clash>& clashes() const { return clashes_; }
  /// Prometheus' words for `clash`; `hand` is "left" or "right".
  std::string describe(const Clash& clash, std::string_view hand) const;

 private:
  void add(Series series);
  void lay(Group& group, SeriesIndex index, Series& series);
  void fill(Group& group);

  const Place& place_;
  const MatchKey& key_;
  const std::size_t steps_;
  const std::optional<double> fill_;
  MemoryClaim claim_;
  MatchGroups groups_by_key_;
  std::vector<Group> groups_;
  std::vector<model::Labels> labels_;
  std::vector<Ordinal> group_of_;
  std::map<std::size_t, Clash> clashes_;
  Column all_filled_;
};

}  // namespace prome::engine
