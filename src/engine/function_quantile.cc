// histogram_quantile, histogram_quantiles and histogram_fraction.
#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/number_format.h"
#include "engine/annotation_text.h"
#include "engine/duplicates.h"
#include "engine/function_table.h"
#include "engine/held_result.h"
#include "engine/histogram_input.h"
#include "engine/scalar_argument.h"

namespace prome::engine {
namespace {

/// Where an estimator is asked, for what it has to say.
struct Scene {
  std::string_view metric_name;  // empty where names go at once
  std::size_t step;
  std::int64_t time_ms;
};

/// The values of one result series: `native`, `sound` or `classic` called at each step that has such a
/// histogram. `sound` may look at the gatherer's columns.
template <class Native, class Sound, class Classic>
void estimate(const HistogramSeries& histogram, Evaluation& evaluation, const StepGrid& grid, Column& values,
              Native native, Sound sound, Classic classic) {
  const std::size_t steps = grid.steps();
  const std::string_view name =
      evaluation.delaysNameRemoval() ? histogram.labels.metricName() : std::string_view();
  BucketGatherer gatherer(histogram, evaluation, steps);
  for (std::size_t step = 0; step < steps; ++step) {
    evaluation.checkpoint();
    const Scene scene{name, step, grid.time(step)};
    if (!histogram.natives.empty() && histogram.natives[step] != nullptr) {
      values[step] = native(*histogram.natives[step], scene);
    } else if (gatherer.isSound(step)) {
      values[step] = sound(gatherer, scene);
    } else if (const ClassicBuckets buckets = gatherer.at(step); !buckets.bounds.empty()) {
      values[step] = classic(buckets, scene);
    }
  }
}

/// One quantile argument: its values, and where annotations about it stand.
struct Quantile {
  ScalarArgument values;
  const promql::Expr* argument;
};

/// Warns of each value that is no quantile.
Result<void> loadQuantile(Quantile& quantile, Evaluation& evaluation, std::size_t steps) {
  if (Result<void> loaded = quantile.values.load(); !loaded) return loaded;
  if (!evaluation.is3x()) return {};
  for (std::size_t step = 0; step < steps; ++step) {
    const double q = quantile.values[step];
    if (q >= 0 && q <= 1) continue;
    std::string shown;
    appendGeneral(shown, q);
    evaluation.warn(annotation_text::invalidQuantile(shown), *quantile.argument);
  }
  return {};
}

/// Positions as Prometheus has them: of NaN observations at the first argument, of mended buckets at the
/// vector.
struct QuantileNotes {
  const promql::Expr* nan_observations;
  const promql::Expr* monotonicity;
};

Column quantileColumn(const HistogramSeries& histogram, const ScalarArgument& q, Evaluation& evaluation,
                      const StepGrid& grid, const QuantileNotes& notes) {
  Column values = evaluation.columns().absent(grid.steps());
  const auto classic = [&](ClassicBuckets buckets, const Scene& scene) {
    ClassicQuantile result = classicQuantile(q[scene.step], buckets, evaluation.options().dialect);
    if (result.mended) {
      result.mended->first_ms = result.mended->last_ms = scene.time_ms;
      evaluation.annotations().addForcedMonotonicity(scene.metric_name, *result.mended,
                                                     notes.monotonicity->pos.start);
    }
    return result.value;
  };
  const auto native = [&](const model::FloatHistogram& value, const Scene& scene) {
    const NativeEstimate result = nativeQuantile(q[scene.step], value);
    if (result.nan_observations != NanObservations::kNone && evaluation.is3x()) {
      const bool is_nan = result.nan_observations == NanObservations::kResultIsNan;
      evaluation.inform(is_nan ? annotation_text::quantileOfNansIsNan(scene.metric_name)
                               : annotation_text::quantileSkewedByNans(scene.metric_name),
                        *notes.nan_observations);
    }
    return result.value;
  };
  const auto sound = [&](const BucketGatherer& gatherer, const Scene& scene) {
    return soundQuantile(q[scene.step], gatherer.bounds(), gatherer.columns(), scene.step);
  };
  estimate(histogram, evaluation, grid, values, native, sound, classic);
  return values;
}

class HistogramQuantile final : public HeldResult {
 public:
  explicit HistogramQuantile(const CallSite& site)
      : HeldResult(site.place),
        quantile_{ScalarArgument(site.take(0)), &site.argument(0)},
        input_(site.take(1)),
        vector_(&site.argument(1)) {}

 protected:
  Result<std::vector<Series>> evaluate() override {
    if (Result<void> loaded = loadQuantile(quantile_, evaluation(), steps()); !loaded)
      return std::unexpected(std::move(loaded.error()));
    auto histograms = readHistograms(*input_, evaluation(), *vector_);
    if (!histograms) return std::unexpected(std::move(histograms.error()));
    std::vector<Series> result;
    for (HistogramSeries& histogram : *histograms) {
      Series series;
      series.labels = histogram.labels;
      series.floats = quantileColumn(histogram, quantile_.values, evaluation(), grid(),
                                     {.nan_observations = quantile_.argument, .monotonicity = vector_});
      dropName(series, evaluation());
      result.push_back(std::move(series));
      histogram = {};
    }
    return result;
  }

 private:
  Quantile quantile_;
  OperatorPtr input_;
  const promql::Expr* vector_;
};

/// As the label `quantile` of a summary is written: "0.5", "1.0".
std::string quantileText(double q) {
  std::string text;
  appendGeneral(text, q == 0 ? 0 : q);
  if (std::isfinite(q) && text.find_first_of("e.") == std::string::npos) text += ".0";
  return text;
}

/// A quantile that changes from step to step has a series for each of its values.
class HistogramQuantiles final : public HeldResult {
 public:
  explicit HistogramQuantiles(const CallSite& site)
      : HeldResult(site.place), input_(site.take(0)), vector_(&site.argument(0)), label_(site.text(1)) {
    for (std::size_t i = 2; i < site.operands.size(); ++i)
      quantiles_.push_back({ScalarArgument(site.take(i)), &site.argument(i)});
  }

 protected:
  Result<std::vector<Series>> evaluate() override {
    auto histograms = readHistograms(*input_, evaluation(), *vector_);
    if (!histograms) return std::unexpected(std::move(histograms.error()));
    std::vector<Series> result;
    for (Quantile& quantile : quantiles_) {
      if (Result<void> loaded = loadQuantile(quantile, evaluation(), steps()); !loaded)
        return std::unexpected(std::move(loaded.error()));
      const Labeled labeled = label(quantile.values);
      for (const HistogramSeries& histogram : *histograms) {
        split(histogram, labeled,
              quantileColumn(histogram, quantile.values, evaluation(), grid(),
                             {.nan_observations = vector_, .monotonicity = vector_}),
              result);
      }
    }
    return result;
  }

 private:
  struct Labeled {
    std::vector<std::string> texts;
    std::vector<std::uint32_t> of_step;
  };

  Labeled label(const ScalarArgument& quantile) const {
    Labeled labeled;
    std::unordered_map<std::string, std::uint32_t> known;
    for (std::size_t step = 0; step < steps(); ++step) {
      const auto next = static_cast<std::uint32_t>(labeled.texts.size());
      const auto [found, is_new] = known.try_emplace(quantileText(quantile[step]), next);
      if (is_new) labeled.texts.push_back(found->first);
      labeled.of_step.push_back(found->second);
    }
    return labeled;
  }

  void split(const HistogramSeries& histogram, const Labeled& labeled, Column values,
             std::vector<Series>& result) {
    const std::size_t first = result.size();
    for (const std::string& text : labeled.texts) {
      Series series;
      series.labels = histogram.labels;
      dropName(series, evaluation());
      model::LabelsBuilder builder(series.labels);
      series.labels = builder.set(label_, text).labels();
      if (labeled.texts.size() > 1) series.floats = evaluation().columns().absent(steps());
      result.push_back(std::move(series));
    }
    if (labeled.texts.size() == 1) {
      result[first].floats = std::move(values);
      return;
    }
    for (std::size_t step = 0; step < steps(); ++step)
      result[first + labeled.of_step[step]].floats[step] = values[step];
  }

  OperatorPtr input_;
  const promql::Expr* vector_;
  std::string_view label_;
  std::vector<Quantile> quantiles_;
};

class HistogramFraction final : public HeldResult {
 public:
  explicit HistogramFraction(const CallSite& site)
      : HeldResult(site.place),
        lower_(site.take(0)),
        upper_(site.take(1)),
        input_(site.take(2)),
        first_(&site.argument(0)),
        vector_(&site.argument(2)) {}

 protected:
  Result<std::vector<Series>> evaluate() override {
    for (ScalarArgument* bound : {&lower_, &upper_}) {
      if (Result<void> loaded = bound->load(); !loaded) return std::unexpected(std::move(loaded.error()));
    }
    auto histograms = readHistograms(*input_, evaluation(), *vector_);
    if (!histograms) return std::unexpected(std::move(histograms.error()));
    std::vector<Series> result;
    for (HistogramSeries& histogram : *histograms) {
      // 2.x knows fractions of native histograms only.
      if (!evaluation().is3x()) histogram.buckets.clear();
      Series series;
      series.labels = histogram.labels;
      series.floats = fractionColumn(histogram);
      dropName(series, evaluation());
      result.push_back(std::move(series));
      histogram = {};
    }
    return result;
  }

 private:
  Column fractionColumn(const HistogramSeries& histogram) {
    Column values = evaluation().columns().absent(steps());
    const auto classic = [&](ClassicBuckets buckets, const Scene& scene) {
      return classicFraction(lower_[scene.step], upper_[scene.step], buckets);
    };
    const auto native = [&](const model::FloatHistogram& value, const Scene& scene) {
      const NativeEstimate found = nativeFraction(lower_[scene.step], upper_[scene.step], value);
      if (found.nan_observations != NanObservations::kNone && evaluation().is3x())
        evaluation().inform(annotation_text::fractionLeavesOutNans(scene.metric_name), *first_);
      return found.value;
    };
    const auto sound = [&](BucketGatherer& gatherer, const Scene& scene) {
      return classic(gatherer.at(scene.step), scene);
    };
    estimate(histogram, evaluation(), grid(), values, native, sound, classic);
    return values;
  }

  ScalarArgument lower_;
  ScalarArgument upper_;
  OperatorPtr input_;
  const promql::Expr* first_;
  const promql::Expr* vector_;
};

OperatorPtr makeHistogramQuantile(const CallSite& site) {
  return std::make_unique<HistogramQuantile>(site);
}

/// The label may be one the histograms already have, whose values then collide.
OperatorPtr makeHistogramQuantiles(const CallSite& site) {
  const Place uncounted{site.place.evaluation, site.place.expr, site.place.grid, SampleLedger::kUncounted};
  return withoutDuplicates(uncounted, std::make_unique<HistogramQuantiles>(site), Duplicates::kMerge);
}

OperatorPtr makeHistogramFraction(const CallSite& site) {
  return std::make_unique<HistogramFraction>(site);
}

constexpr std::array kFunctions{
    FunctionEntry{"histogram_fraction", makeHistogramFraction},
    FunctionEntry{"histogram_quantile", makeHistogramQuantile},
    FunctionEntry{"histogram_quantiles", makeHistogramQuantiles},
};

}  // namespace

std::span<const FunctionEntry> quantileFunctions() {
  return kFunctions;
}

}  // namespace prome::engine
