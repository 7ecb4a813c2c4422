#include <algorithm>
#include <array>
#include <memory>

#include "engine/absent_labels.h"
#include "engine/function_table.h"

namespace prome::engine {
namespace {

/// One series, 1 at the steps where the input has no sample of either kind.
class Absent final : public Operator {
 public:
  Absent(const Place& place, OperatorPtr input, model::Labels labels)
      : Operator(place), input_(std::move(input)), labels_(std::move(labels)) {}

 protected:
  Result<bool> produce(Series& series) override {
    if (input_ == nullptr) return false;
    Column ones = evaluation().columns().uninitialized(steps());
    std::ranges::fill(ones.values(), 1.0);
    while (true) {
      const Result<bool> more = input_->next(series);
      if (!more) return more;
      if (!*more) break;
      for (std::size_t step = 0; step < steps(); ++step) {
        if (series.present(step)) ones[step] = kAbsent;
      }
    }
    input_.reset();
    series.clear();
    series.labels = labels_;
    series.floats = std::move(ones);
    return true;
  }

 private:
  OperatorPtr input_;  // null once the series is given
  model::Labels labels_;
};

OperatorPtr makeAbsent(const CallSite& site) {
  return std::make_unique<Absent>(
      site.place, site.take(0), absentLabels(*site.call().args[0], site.place.evaluation.options().dialect));
}

constexpr std::array kFunctions{FunctionEntry{"absent", makeAbsent}};

}  // namespace

std::span<const FunctionEntry> absentFunctions() {
  return kFunctions;
}

}  // namespace prome::engine
