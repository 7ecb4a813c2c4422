// Binary operations between two vectors, but for the set operators.
//
// The "one" side (one-to-one: the right one) is held, the "many" side streams by: each of its series meets
// the column of its match group, whatever series of the group are in it, and one kernel makes all steps of
// the result. Labels are worked out once per pair of series. What Prometheus checks at every step is checked
// on sets of steps: has this group (one-to-one), or has a result of these labels in this group (many-to-one),
// met a partner at a step before? An error is that of the earliest step, and known only at the end.
#include <algorithm>
#include <cassert>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/binary_operation.h"
#include "engine/binary_operators.h"
#include "engine/matching.h"
#include "engine/one_side.h"
#include "engine/step_set.h"

namespace prome::engine {
namespace {

using promql::MatchCardinality;

const promql::BinaryExpr& binaryOf(const Place& place) {
  return *promql::as<promql::BinaryExpr>(place.expr);
}

const promql::VectorMatching& matchingOf(const Place& place) {
  return *binaryOf(place).matching;
}

ComparisonValue comparisonOf(const Place& place) {
  return binaryOf(place).return_bool ? ComparisonValue::kZeroOne : ComparisonValue::kLeft;
}

// Who has met a partner, and when. Remembers the first step at which one met two.
class Matches {
 public:
  Matches(Evaluation& evaluation, std::size_t steps, MatchCardinality cardinality)
      : steps_(steps), cardinality_(cardinality), claim_(evaluation.budget()) {}

  void add(MatchGroups::Ordinal group, const model::Labels& result, const StepSet& steps) {
    addTo(byGroup(group), steps, cardinality_ == MatchCardinality::kOneToOne);
    if (cardinality_ != MatchCardinality::kOneToOne) addTo(byResult(group, result), steps, true);
  }

  /// The steps at which `group` met a partner.
  const StepSet& of(MatchGroups::Ordinal group) { return byGroup(group); }

  std::optional<std::size_t> firstClash() const { return first_clash_; }
  std::string describe() const {
    return cardinality_ == MatchCardinality::kOneToOne
               ? "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)"
               : "multiple matches for labels: grouping labels must ensure unique matches";
  }

 private:
  struct Result {
    MatchGroups::Ordinal group = 0;
    model::Labels labels;

    friend bool operator==(const Result&, const Result&) = default;
  };
  struct ResultHash {
    std::size_t operator()(const Result& result) const {
      constexpr std::size_t kOdd = 0x9E3779B97F4A7C15;
      return result.labels.hash() ^ (result.group * kOdd);
    }
  };

  void addTo(StepSet& known, const StepSet& steps, bool must_be_new) {
    if (must_be_new) {
      const std::optional<std::size_t> clash = known.firstCommon(steps);
      if (clash && (!first_clash_ || *clash < *first_clash_)) first_clash_ = clash;
    }
    known |= steps;
  }

  StepSet& byGroup(MatchGroups::Ordinal group) {
    while (by_group_.size() <= group) {
      claim_.add(sizeof(StepSet) + StepSet::bytes(steps_));
      by_group_.emplace_back(steps_);
    }
    return by_group_[group];
  }

  StepSet& byResult(MatchGroups::Ordinal group, const model::Labels& labels) {
    const auto [found, is_new] = by_result_.try_emplace({group, labels}, steps_);
    if (is_new) claim_.add(sizeof(Result) + sizeof(StepSet) + StepSet::bytes(steps_));
    return found->second;
  }

  const std::size_t steps_;
  const MatchCardinality cardinality_;
  MemoryClaim claim_;
  std::vector<StepSet> by_group_;
  std::unordered_map<Result, StepSet, ResultHash> by_result_;
  std::optional<std::size_t> first_clash_;
};

class VectorBinary : public Operator {
 public:
  VectorBinary(const Place& place, OperatorPtr lhs, OperatorPtr rhs)
      : Operator(place),
        place_(place),
        swapped_(matchingOf(place).cardinality == MatchCardinality::kOneToMany),
        many_(swapped_ ? std::move(rhs) : std::move(lhs)),
        one_input_(swapped_ ? std::move(lhs) : std::move(rhs)),
        key_(matchingOf(place)),
        result_labels_(binaryOf(place), place.evaluation),
        operation_(place_, comparisonOf(place)),
        one_(place_, key_, matchingOf(place).fill_right),
        matches_(place.evaluation, place.grid.steps(), matchingOf(place).cardinality) {}

 protected:
  Result<bool> produce(Series& series) override;

 private:
  // Some steps of a result, which have the labels in common.
  struct Piece {
    model::Labels labels;
    StepSet steps;
  };

  // As in Prometheus, where the fills speak of the sides as `group_right` has swapped them: fill_right is the
  // one side's, fill_left the many side's.
  std::optional<double> fillForOne() const { return matchingOf(place_).fill_right; }
  std::optional<double> fillForMany() const { return matchingOf(place_).fill_left; }

  Result<void> readOne();
  void match(Series& many);
  void fillMany(OneSide::SeriesIndex index);
  void combine(Values many, Values one, Series& result, StepSet& matched);
  std::vector<Piece> piecesOf(const model::Labels& many, OneSide::Ordinal ordinal,
                              const StepSet& matched) const;
  void setResult(Series result, std::vector<Piece> pieces) {
    result_ = std::move(result);
    pieces_ = std::move(pieces);
    next_piece_ = 0;
  }
  bool nextPiece(Series& series);
  Result<void> judge() const;

  const Place place_;
  const bool swapped_;
  OperatorPtr many_;
  OperatorPtr one_input_;
  const MatchKey key_;
  const ResultLabels result_labels_;
  BinaryOperation operation_;
  OneSide one_;
  Matches matches_;
  bool read_ = false;
  bool many_done_ = false;
  StepSet many_present_;               // kept only where the one side has clashes
  OneSide::SeriesIndex unfilled_ = 0;  // the next series of the one side to look for a partner for
  // What is to be given next: the pieces of a result from `next_piece_` on.
  Series result_;
  std::vector<Piece> pieces_;
  std::size_t next_piece_ = 0;
};

Result<bool> VectorBinary::produce(Series& series) {
  if (!read_) {
    read_ = true;
    if (Result<void> read = readOne(); !read) return std::unexpected(read.error());
  }
  while (!nextPiece(series)) {
    if (!many_done_) {
      Series many;
      const Result<bool> more = many_->next(many);
      if (!more) return more;
      if (*more) {
        match(many);
      } else {
        many_done_ = true;
      }
    } else if (fillForMany() && unfilled_ < one_.series()) {
      evaluation().checkpoint();
      fillMany(unfilled_++);
    } else {
      if (Result<void> judged = judge(); !judged) return std::unexpected(judged.error());
      operation_.note();
      return false;
    }
  }
  return true;
}

Result<void> VectorBinary::readOne() {
  Result<void> read = one_.read(*one_input_);
  one_input_.reset();
  if (!read && !swapped_) return std::unexpected(errorOfBoth(*many_, read.error()));
  if (read && !one_.clashes().empty()) many_present_ = StepSet(steps());
  return read;
}

void VectorBinary::match(Series& many) {
  StepSet matched(many, steps());
  if (!one_.clashes().empty()) many_present_ |= matched;
  const model::Labels key = key_.of(many.labels);
  const std::optional<OneSide::Ordinal> found = fillForOne() ? one_.findOrFill(key) : one_.find(key);
  if (!found) return;
  if (!fillForOne()) matched &= one_.group(*found).present;
  if (matched.none()) return;
  const model::Labels labels = std::move(many.labels);
  combine(Values::of(many), one_.values(*found), many, matched);
  std::vector<Piece> pieces = piecesOf(labels, *found, matched);
  for (const Piece& piece : pieces) matches_.add(*found, piece.labels, piece.steps);
  // The query fails at the end: nothing above need stumble over results of equal labels first.
  if (matches_.firstClash()) return;
  setResult(std::move(many), std::move(pieces));
}

// A series of the one side where nothing of the many side came to its group: the fill takes its place.
void VectorBinary::fillMany(OneSide::SeriesIndex index) {
  const OneSide::Ordinal ordinal = one_.groupOf(index);
  StepSet matched = one_.ownedBy(index);
  matched -= matches_.of(ordinal);
  if (matched.none()) return;
  Series result;
  result.floats = evaluation().columns().uninitialized(steps());
  for (std::size_t step = 0; step < steps(); ++step) {
    result.floats[step] = matched.has(step) ? *fillForMany() : kAbsent;
  }
  combine(Values::of(result), one_.values(ordinal), result, matched);
  const model::Labels& one = one_.labels(index);
  setResult(std::move(result), {{result_labels_.of(key_.of(one), one), std::move(matched)}});
}

void VectorBinary::combine(Values many, Values one, Series& result, StepSet& matched) {
  operation_.combine(swapped_ ? one : many, swapped_ ? many : one, result, &matched);
}

// The series of the one side that give labels to the result can change from step to step.
std::vector<VectorBinary::Piece> VectorBinary::piecesOf(const model::Labels& many, OneSide::Ordinal ordinal,
                                                        const StepSet& matched) const {
  const OneSide::Group& group = one_.group(ordinal);
  if (!result_labels_.dependOnOne()) return {{result_labels_.of(many, {}), matched}};
  if (group.owners.empty() && !fillForOne()) {
    return {{result_labels_.of(many, one_.labels(group.first)), matched}};
  }
  constexpr std::int64_t kFill = -1;
  std::vector<Piece> pieces;
  std::unordered_map<std::int64_t, std::size_t> piece_of_owner;
  std::unordered_map<model::Labels, std::size_t, model::LabelsHash> piece_of_labels;
  const auto piece = [&](std::int64_t owner) {
    const auto [found, is_new] = piece_of_owner.try_emplace(owner, pieces.size());
    if (!is_new) return found->second;
    model::Labels labels = result_labels_.of(
        many, owner == kFill ? key_.of(many) : one_.labels(static_cast<OneSide::SeriesIndex>(owner)));
    const auto [same, is_first] = piece_of_labels.try_emplace(labels, pieces.size());
    found->second = same->second;
    if (is_first) pieces.push_back({std::move(labels), StepSet(steps())});
    return found->second;
  };
  matched.forEach([&](std::size_t step) {
    pieces[piece(group.present.has(step) ? group.ownerAt(step) : kFill)].steps.insert(step);
  });
  return pieces;
}

bool VectorBinary::nextPiece(Series& series) {
  if (next_piece_ == pieces_.size()) return false;
  const Piece& piece = pieces_[next_piece_++];
  if (pieces_.size() == 1) {
    series = std::move(result_);
  } else {
    if (!result_.floats.empty()) {
      series.floats = evaluation().columns().uninitialized(steps());
      std::ranges::copy(result_.floats.values(), series.floats.values().begin());
    }
    if (!result_.histograms.empty()) {
      series.histograms = evaluation().columns().histograms(steps());
      std::ranges::copy(result_.histograms, series.histograms.begin());
    }
    keepOnly(series, piece.steps);
  }
  series.labels = piece.labels;
  series.drop_name = binaryOf(place_).return_bool && evaluation().delaysNameRemoval();
  return true;
}

// Where a side is empty at a step Prometheus looks no further, unless there is a fill. It looks at the one
// side first.
Result<void> VectorBinary::judge() const {
  const bool filled = fillForOne() || fillForMany();
  const std::optional<std::size_t> match_clash = matches_.firstClash();
  for (const auto& [step, clash] : one_.clashes()) {
    if (match_clash && *match_clash < step) break;
    if (filled || many_present_.has(step)) {
      return fail(ErrorKind::kExecution, one_.describe(clash, swapped_ ? "left" : "right"));
    }
  }
  if (match_clash) return fail(ErrorKind::kExecution, matches_.describe());
  return {};
}

}  // namespace

OperatorPtr makeVectorBinary(const Place& place, OperatorPtr lhs, OperatorPtr rhs) {
  return std::make_unique<VectorBinary>(place, std::move(lhs), std::move(rhs));
}

}  // namespace prome::engine
