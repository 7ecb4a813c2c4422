// quantile: the columns of a group are kept, and read some steps at a time so that each cache line of them is
// read once.
#include <algorithm>
#include <array>
#include <vector>

#include "engine/aggregation_kinds.h"
#include "engine/dropped_name.h"
#include "engine/parametric_aggregation.h"
#include "engine/quantile.h"

namespace prome::engine {
namespace {

constexpr std::size_t kStepsTogether = 8;
constexpr std::size_t kValuesPerCheckpoint = 4096;

class QuantileAggregation final : public ParametricAggregation {
 public:
  using ParametricAggregation::ParametricAggregation;

 protected:
  Result<void> begin() override {
    while (true) {
      Series series;
      const Result<bool> more = input().next(series);
      if (!more) return std::unexpected(more.error());
      if (!*more) break;
      add(series);
    }
    parameter().checkQuantile(context());
    releaseInput();
    return {};
  }

  Result<bool> nextResult(Series& result) override {
    if (next_ == groups_.size()) return false;
    Group group = std::move(groups_[next_]);
    if (!group.columns.empty()) result.floats = quantilesOf(group.columns);
    result.labels = groupIndex().labels(next_++);
    result.drop_name = group.dropped_name.of(result);
    return true;
  }

 private:
  struct Group {
    std::vector<Column> columns;
    DroppedName dropped_name;

    bool seen(std::size_t step) const {
      return std::ranges::any_of(columns, [step](const Column& c) { return !isAbsent(c[step]); });
    }
  };

  void add(Series& series) {
    const bool any_histogram = holdsHistogram(series);
    if (series.density == Density::kEmpty && !any_histogram) return;
    if (any_histogram) context().informIgnoredHistogram(context().argument());
    const std::size_t number = groupIndex().of(series.labels);
    if (number == groups_.size()) groups_.emplace_back();
    Group& group = groups_[number];
    group.dropped_name.before(series, steps(), context().budget(),
                              [&](std::size_t step) { return group.seen(step); });
    group.dropped_name.after(series,
                             [&](std::size_t step) { return series.hasFloat(step) || group.seen(step); });
    if (series.density == Density::kEmpty) return;
    claim().add(sizeof(Column));
    group.columns.push_back(std::move(series.floats));
  }

  Column quantilesOf(const std::vector<Column>& columns) {
    Column result = evaluation().columns().uninitialized(steps());
    reserveScratch(columns.size() * kStepsTogether);
    for (std::size_t first = 0; first < steps(); first += kStepsTogether) {
      const std::size_t last = std::min(first + kStepsTogether, steps());
      const std::array<std::size_t, kStepsTogether> sizes = gather(columns, first, last);
      for (std::size_t step = first; step < last; ++step) {
        const std::size_t size = sizes[step - first];
        double* const values = scratch_.data() + (step - first) * columns.size();
        result[step] = size == 0 ? kAbsent : quantileOf(parameter()[step], {values, size});
        for (std::size_t done = 0; done <= size; done += kValuesPerCheckpoint) evaluation().checkpoint();
      }
    }
    return result;
  }

  void reserveScratch(std::size_t values) {
    if (values <= scratch_.size()) return;
    claim().add((values - scratch_.size()) * sizeof(double));
    scratch_.resize(values);
  }

  /// Lays the values of each step in a row of the scratch, which is columns.size() long; gives their numbers.
  std::array<std::size_t, kStepsTogether> gather(const std::vector<Column>& columns, std::size_t first,
                                                 std::size_t last) {
    std::array<std::size_t, kStepsTogether> sizes{};
    for (const Column& column : columns) {
      for (std::size_t step = first; step < last; ++step) {
        const double value = column[step];
        std::size_t& size = sizes[step - first];
        scratch_[(step - first) * columns.size() + size] = value;
        size += isAbsent(value) ? 0U : 1U;
      }
    }
    return sizes;
  }

  std::vector<Group> groups_;
  std::vector<double> scratch_;
  std::size_t next_ = 0;
};

}  // namespace

OperatorPtr makeQuantile(const Place& place, OperatorPtr input, OperatorPtr param) {
  return std::make_unique<QuantileAggregation>(place, std::move(input), std::move(param));
}

}  // namespace prome::engine
