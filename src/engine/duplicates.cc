#include "engine/duplicates.h"

#include <unordered_map>
#include <unordered_set>

namespace prome::engine {
namespace {

std::unexpected<Error> sameLabels() {
  return fail(ErrorKind::kExecution, "vector cannot contain metrics with the same labelset");
}

class WithoutDuplicates : public Operator {
 public:
  WithoutDuplicates(const Place& place, OperatorPtr input, Duplicates duplicates)
      : Operator(place), input_(std::move(input)), duplicates_(duplicates) {}

 protected:
  Result<bool> produce(Series& series) override {
    if (!read_) {
      if (Result<void> read = readAll(); !read) return std::unexpected(read.error());
      read_ = true;
    }
    if (at_ == all_.size()) return false;
    series = std::move(all_[at_++]);
    return true;
  }

 private:
  // Reads on after a collision: an error of the input comes first, as it is met first by who evaluates a
  // whole expression before the one around it.
  Result<void> readAll() {
    bool collided = false;
    std::unordered_map<model::Labels, std::size_t, model::LabelsHash> seen;
    while (true) {
      Series series;
      const Result<bool> more = input_->next(series);
      if (!more) return std::unexpected(more.error());
      if (!*more) return collided ? sameLabels() : Result<void>{};
      if (collided || !holdsSample(series)) continue;
      const auto [found, is_new] = seen.try_emplace(series.labels, all_.size());
      if (is_new) {
        all_.push_back(std::move(series));
      } else if (duplicates_ == Duplicates::kFail || !merge(all_[found->second], series)) {
        collided = true;
        all_.clear();
      }
    }
  }

  std::size_t firstStep(const Series& series) const {
    std::size_t step = 0;
    while (step < steps() && !series.present(step)) ++step;
    return step;
  }

  // False where both have a value at one step. Whether the name goes is told by the first step.
  bool merge(Series& into, Series& from) {
    if (into.drop_name != from.drop_name && firstStep(from) < firstStep(into))
      into.drop_name = from.drop_name;
    for (std::size_t step = 0; step < steps(); ++step) {
      if (!from.present(step)) continue;
      if (into.present(step)) return false;
      if (from.hasFloat(step)) {
        if (into.floats.empty()) into.floats = evaluation().columns().absent(steps());
        into.floats[step] = from.floats[step];
      } else {
        if (into.histograms.empty()) into.histograms = evaluation().columns().histograms(steps());
        into.histograms[step] = std::move(from.histograms[step]);
      }
    }
    return true;
  }

  OperatorPtr input_;
  const Duplicates duplicates_;
  bool read_ = false;
  std::vector<Series> all_;
  std::size_t at_ = 0;
};

class RefusingDuplicates : public Operator {
 public:
  RefusingDuplicates(const Place& place, OperatorPtr input) : Operator(place), input_(std::move(input)) {}

 protected:
  Result<bool> produce(Series& series) override {
    const Result<bool> more = input_->next(series);
    if (!more || (*more && collided_)) return more;
    if (!*more) return collided_ ? Result<bool>(sameLabels()) : more;
    if (holdsSample(series)) collided_ = !seen_.insert(series.labels).second;
    return more;
  }

 private:
  OperatorPtr input_;
  std::unordered_set<model::Labels, model::LabelsHash> seen_;
  bool collided_ = false;
};

}  // namespace

OperatorPtr withoutDuplicates(const Place& place, OperatorPtr input, Duplicates duplicates) {
  return std::make_unique<WithoutDuplicates>(place, std::move(input), duplicates);
}

OperatorPtr refusingDuplicates(const Place& place, OperatorPtr input) {
  return std::make_unique<RefusingDuplicates>(place, std::move(input));
}

}  // namespace prome::engine
