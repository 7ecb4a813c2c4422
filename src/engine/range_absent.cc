// absent_over_time: one series, 1 at the steps where no window has a sample.
#include <algorithm>
#include <array>

#include "engine/absent_labels.h"
#include "engine/window.h"
#include "engine/window_call.h"

namespace prome::engine {
namespace {

class AbsentOverTime final : public Operator {
 public:
  explicit AbsentOverTime(const WindowCall& call)
      : Operator(call.place),
        source_(std::move(call.range.source)),
        windows_(call.range.windows),
        labels_(absentLabels(*call.call().args[0], call.place.evaluation.options().dialect)) {}

 protected:
  Result<bool> produce(Series& series) override {
    if (source_ == nullptr) return false;
    Column ones = evaluation().columns().uninitialized(steps());
    std::ranges::fill(ones.values(), 1.0);
    SampleRun run;
    while (true) {
      const Result<bool> more = source_->next(run);
      if (!more) return more;
      if (!*more) break;
      evaluation().checkpoint();
      takeAway(run, ones.values());
    }
    source_.reset();
    const auto absent = static_cast<std::size_t>(std::ranges::count(ones.values(), 1.0));
    // Prometheus holds a sample for each series and step with one; the answer's own are counted by next().
    evaluation().ledger().count(ledger(), present_ - std::min(present_, absent));
    if (absent == 0) return false;
    series.labels = labels_;
    series.floats = std::move(ones);
    return true;
  }

 private:
  void takeAway(const SampleRun& run, std::span<double> ones) {
    WindowSlider slider(run, reachOf(windows_, evaluation()));
    Window window;
    for (std::size_t step = 0; step < ones.size(); ++step) {
      window.end_ms = windows_.reference(step);
      window.start_ms = window.end_ms - windows_.range_ms;
      slider.move(window);
      if (window.size() == 0) continue;
      ++present_;
      ones[step] = kAbsent;
    }
    evaluation().ledger().hold(ledger(), slider.mostHeld());
  }

  std::unique_ptr<RangeSource> source_;  // null once the answer is given
  const WindowGrid windows_;
  const model::Labels labels_;
  std::size_t present_ = 0;
};

constexpr std::array kFunctions{
    WindowFunction{
        "absent_over_time",
        [](const WindowCall& call) -> OperatorPtr { return std::make_unique<AbsentOverTime>(call); }},
};

}  // namespace

std::span<const WindowFunction> absentRangeFunctions() {
  return kFunctions;
}

}  // namespace prome::engine
