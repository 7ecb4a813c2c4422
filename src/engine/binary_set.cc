// `and`, `or`, `unless`: which series a vector keeps at a step by whether their match group is on the other
// side at that step. Of the side asked about, only that is held: a bit for each group and step.
#include <utility>
#include <vector>

#include "engine/binary_operators.h"
#include "engine/matching.h"
#include "engine/step_set.h"

namespace prome::engine {
namespace {

// At which steps each match group has a sample.
class GroupPresence {
 public:
  GroupPresence(Evaluation& evaluation, std::size_t steps, const promql::VectorMatching& matching)
      : steps_(steps), key_(matching), claim_(evaluation.budget()) {}

  void add(const Series& series) {
    const MatchGroups::Found found = groups_.findOrAdd(key_.of(series.labels));
    if (found.is_new) {
      claim_.add(sizeof(StepSet) + StepSet::bytes(steps_) + sizeof(model::Labels));
      present_.emplace_back(series, steps_);
    } else {
      present_[found.ordinal] |= StepSet(series, steps_);
    }
  }

  /// Null where the group of `labels` has none.
  const StepSet* of(const model::Labels& labels) const {
    const std::optional<MatchGroups::Ordinal> found = groups_.find(key_.of(labels));
    return found ? &present_[*found] : nullptr;
  }

 private:
  const std::size_t steps_;
  const MatchKey key_;
  MemoryClaim claim_;
  MatchGroups groups_;
  std::vector<StepSet> present_;
};

// `and` and `unless`.
class Intersection : public Operator {
 public:
  enum class Keeps : std::uint8_t { kMatched, kUnmatched };

  Intersection(const Place& place, OperatorPtr lhs, OperatorPtr rhs, Keeps keeps)
      : Operator(place),
        lhs_(std::move(lhs)),
        rhs_(std::move(rhs)),
        keeps_(keeps),
        right_(evaluation(), steps(), *promql::as<promql::BinaryExpr>(expr())->matching) {}

 protected:
  Result<bool> produce(Series& series) override {
    if (!read_) {
      read_ = true;
      if (Result<void> read = readRight(); !read) return std::unexpected(errorOfBoth(*lhs_, read.error()));
    }
    while (true) {
      const Result<bool> more = lhs_->next(series);
      if (!more || !*more) return more;
      const StepSet* matched = right_.of(series.labels);
      if (matched == nullptr && keeps_ == Keeps::kUnmatched) return true;
      if (matched == nullptr) continue;
      const StepSet present(series, steps());
      StepSet kept = present;
      keeps_ == Keeps::kMatched ? kept &= * matched : kept -= *matched;
      if (kept.none()) continue;
      if (kept != present) keepOnly(series, kept);
      return true;
    }
  }

 private:
  Result<void> readRight() {
    Series series;
    while (true) {
      const Result<bool> more = rhs_->next(series);
      if (!more) return std::unexpected(more.error());
      if (!*more) return {};
      right_.add(series);
    }
  }

  OperatorPtr lhs_;
  OperatorPtr rhs_;
  const Keeps keeps_;
  bool read_ = false;
  GroupPresence right_;
};

// `or`.
class Union : public Operator {
 public:
  Union(const Place& place, OperatorPtr lhs, OperatorPtr rhs)
      : Operator(place),
        lhs_(std::move(lhs)),
        rhs_(std::move(rhs)),
        left_(evaluation(), steps(), *promql::as<promql::BinaryExpr>(expr())->matching) {}

 protected:
  Result<bool> produce(Series& series) override {
    if (!left_done_) {
      const Result<bool> more = lhs_->next(series);
      if (!more) return more;
      if (*more) {
        left_.add(series);
        return true;
      }
      left_done_ = true;
    }
    while (true) {
      const Result<bool> more = rhs_->next(series);
      if (!more || !*more) return more;
      const StepSet* hidden = left_.of(series.labels);
      if (hidden == nullptr) return true;
      const StepSet present(series, steps());
      StepSet kept = present;
      kept -= *hidden;
      if (kept.none()) continue;
      if (kept != present) keepOnly(series, kept);
      return true;
    }
  }

 private:
  OperatorPtr lhs_;
  OperatorPtr rhs_;
  bool left_done_ = false;
  GroupPresence left_;
};

}  // namespace

OperatorPtr makeSetBinary(const Place& place, OperatorPtr lhs, OperatorPtr rhs) {
  using promql::BinaryOp;
  const BinaryOp op = promql::as<promql::BinaryExpr>(place.expr)->op;
  if (op == BinaryOp::kOr) return std::make_unique<Union>(place, std::move(lhs), std::move(rhs));
  const auto keeps = op == BinaryOp::kAnd ? Intersection::Keeps::kMatched : Intersection::Keeps::kUnmatched;
  return std::make_unique<Intersection>(place, std::move(lhs), std::move(rhs), keeps);
}

}  // namespace prome::engine
