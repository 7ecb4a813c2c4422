#include "engine/selector.h"

#include <optional>
#include <random>

#include "fixture.h"

namespace prome::engine::testing {
namespace {

struct Samples {
  std::vector<std::int64_t> times;
  std::vector<double> values;
};

/// One series of these samples, those asked for.
class OneSeries : public LeafSource {
 public:
  explicit OneSeries(const Samples& samples) : samples_(samples) {}

  Result<std::unique_ptr<SampleStream>> samples(const SamplesRequest& request) override {
    const auto first = std::ranges::lower_bound(samples_.times, request.start_ms);
    const auto past = std::ranges::upper_bound(samples_.times, request.end_ms);
    const auto from = static_cast<std::size_t>(first - samples_.times.begin());
    const auto count = static_cast<std::size_t>(std::max<std::ptrdiff_t>(past - first, 0));
    return std::make_unique<Stream>(FloatRun{samples_.times, samples_.values, {}}.sub(from, count));
  }

 private:
  class Stream : public SampleStream {
   public:
    explicit Stream(FloatRun run) : run_(run) {}
    Result<bool> next(SampleRun& run) override {
      if (std::exchange(done_, true) || run_.empty()) return false;
      run.floats = run_;
      return true;
    }

   private:
    FloatRun run_;
    bool done_ = false;
  };

  const Samples& samples_;
};

/// What a selector gives at `time_ms`, by the definition.
double newestOf(const Samples& samples, std::int64_t time_ms, const EngineOptions& options) {
  std::optional<std::size_t> newest;
  for (std::size_t i = 0; i < samples.times.size(); ++i) {
    if (samples.times[i] <= time_ms) newest = i;
  }
  if (!newest) return kAbsent;
  const std::int64_t age = time_ms - samples.times[*newest];
  const std::int64_t lookback = options.lookback_delta.count();
  const bool counts = options.dialect == Dialect::kPrometheus3 ? age < lookback : age <= lookback;
  return counts ? samples.values[*newest] : kAbsent;
}

void expectByDefinition(const Samples& samples, const StepGrid& grid, const EngineOptions& options) {
  Bench bench("x", grid, options);
  OneSeries source(samples);
  const OperatorPtr selector = makeSelector(bench.place(bench.root()), {},
                                            {.offset_ms = 0, .lookback_ms = options.lookback_delta.count()},
                                            SelectorValue::kSample, source)
                                   .value();
  Series series;
  const bool any = selector->next(series).value();
  std::vector<double> expected(grid.steps());
  for (std::size_t step = 0; step < grid.steps(); ++step) {
    expected[step] = newestOf(samples, grid.time(step), options);
  }
  ASSERT_EQ(any, std::ranges::any_of(expected, [](double value) { return !isAbsent(value); }));
  if (!any) return;
  for (std::size_t step = 0; step < grid.steps(); ++step) {
    ASSERT_EQ(isAbsent(series.floats[step]), isAbsent(expected[step])) << "step " << step;
    if (!isAbsent(expected[step])) {
      ASSERT_EQ(series.floats[step], expected[step]) << "step " << step;
    }
  }
}

constexpr std::int64_t kStepMs = 100;

EngineOptions optionsOf(Dialect dialect, std::int64_t lookback_ms) {
  EngineOptions options;
  options.dialect = dialect;
  options.lookback_delta = std::chrono::milliseconds(lookback_ms);
  return options;
}

// Scrapes that keep pace with the steps but for what happens in one place, which goes over all places of a
// block of steps and some of the next ones.
class SelectorOfOneSampleAStep : public ::testing::TestWithParam<Dialect> {
 protected:
  static constexpr std::size_t kSteps = 131;

  static Samples regular(std::int64_t phase_ms) {
    Samples samples;
    for (std::size_t i = 0; i < kSteps + 8; ++i) {
      samples.times.push_back((static_cast<std::int64_t>(i) - 4) * kStepMs - phase_ms);
      samples.values.push_back(static_cast<double>(i));
    }
    return samples;
  }
  static StepGrid grid() { return {0, (kSteps - 1) * kStepMs, kStepMs}; }

  template <class Change>
  static void everywhere(std::int64_t phase_ms, const EngineOptions& options, Change change) {
    for (std::size_t at = 0; at < kSteps + 8; ++at) {
      SCOPED_TRACE(at);
      Samples samples = regular(phase_ms);
      change(samples, at);
      expectByDefinition(samples, grid(), options);
    }
  }
};

TEST_P(SelectorOfOneSampleAStep, HasItsPhase) {
  for (const std::int64_t phase : {0, 1, 50, 99}) {
    for (const std::int64_t lookback : {1, 2, 50, 51, 52, 99, 100, 101, 300}) {
      SCOPED_TRACE(std::to_string(phase) + " of " + std::to_string(lookback));
      expectByDefinition(regular(phase), grid(), optionsOf(GetParam(), lookback));
    }
  }
}

TEST_P(SelectorOfOneSampleAStep, MissesOne) {
  everywhere(10, optionsOf(GetParam(), 1000), [](Samples& samples, std::size_t at) {
    samples.times.erase(samples.times.begin() + static_cast<std::ptrdiff_t>(at));
    samples.values.erase(samples.values.begin() + static_cast<std::ptrdiff_t>(at));
  });
}

TEST_P(SelectorOfOneSampleAStep, HasOneMore) {
  everywhere(10, optionsOf(GetParam(), 50), [](Samples& samples, std::size_t at) {
    const auto place = static_cast<std::ptrdiff_t>(at);
    samples.times.insert(samples.times.begin() + place, samples.times[at] - 20);
    samples.values.insert(samples.values.begin() + place, -1);
  });
}

TEST_P(SelectorOfOneSampleAStep, IsLateOnce) {
  for (const std::int64_t late_ms : {9, 10, 11, 60}) {
    everywhere(10, optionsOf(GetParam(), 95),
               [&](Samples& samples, std::size_t at) { samples.times[at] += late_ms; });
  }
}

TEST_P(SelectorOfOneSampleAStep, EndsAndGoesStale) {
  everywhere(0, optionsOf(GetParam(), 150), [](Samples& samples, std::size_t at) {
    samples.values[at] = model::kStaleNaN;
    if (at % 2 == 0) {
      samples.times.resize(at + 1);
      samples.values.resize(at + 1);
    }
  });
}

INSTANTIATE_TEST_SUITE_P(, SelectorOfOneSampleAStep,
                         ::testing::Values(Dialect::kPrometheus2, Dialect::kPrometheus3));

TEST(Selector, TakesAnySamplesByTheDefinition) {
  std::mt19937_64 random(11);
  const auto below = [&](std::int64_t end) {
    return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(end));
  };
  for (int round = 0; round < 400; ++round) {
    SCOPED_TRACE(round);
    const std::int64_t pace = 1 + below(2 * kStepMs);
    Samples samples;
    for (std::int64_t time = below(3000) - 2000; time < 20'000; time += std::max<std::int64_t>(pace, 1)) {
      if (below(20) == 0) time += below(500);
      samples.times.push_back(time);
      samples.values.push_back(below(30) == 0 ? model::kStaleNaN : static_cast<double>(time));
    }
    const Dialect dialect = below(2) == 0 ? Dialect::kPrometheus2 : Dialect::kPrometheus3;
    expectByDefinition(samples, {below(100), 15'000, kStepMs}, optionsOf(dialect, 1 + below(400)));
  }
}

}  // namespace
}  // namespace prome::engine::testing
