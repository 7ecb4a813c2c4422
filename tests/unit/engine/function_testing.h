// One function call over given arguments, and its result as plain values to compare with.
#pragma once

#include <gmock/gmock.h>

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "engine/broadcast.h"
#include "engine/functions.h"
#include "fixture.h"
#include "promql/functions.h"

namespace prome::engine::testing {

/// Leaves of a test: `info` is the only function that asks for any.
class GivenLeaves : public LeafSource {
 public:
  struct Samples {
    model::Labels labels;
    std::vector<std::int64_t> times;
    std::vector<double> values;
    std::vector<std::int64_t> histogram_times = {};
    std::vector<model::HistogramPtr> histograms = {};
  };

  explicit GivenLeaves(std::vector<Samples> series = {}) : series_(std::move(series)) {}

  Result<std::unique_ptr<SampleStream>> samples(const SamplesRequest& request) override;

 private:
  std::vector<Samples> series_;
};

/// A result by its labels' text; `{...}~` where the name is still to go.
using Floats = std::map<std::string, std::vector<double>>;

struct Outcome {
  Floats floats;
  std::vector<std::string> order;  // labels in the order given
  std::size_t histograms = 0;      // in all series
  std::string error;
  std::vector<std::string> warnings;
  std::vector<std::string> infos;
};

/// A vector, or the values of a scalar.
using Given = std::variant<std::vector<GivenSeries>, std::vector<double>>;

inline constexpr StepGrid kInstant{0, 0, 1};

/// Calls the function `text` is a call of; strings and numbers in it are arguments as they stand, the others
/// are, in their order, `given`.
Outcome evaluateCall(std::string_view text, const StepGrid& grid, std::vector<Given> given,
                     const EngineOptions& options = {}, GivenLeaves leaves = GivenLeaves());

inline EngineOptions delayed() {
  EngineOptions options;
  options.name_removal = NameRemoval::kDelayed;
  return options;
}

inline EngineOptions dialect2() {
  EngineOptions options;
  options.dialect = Dialect::kPrometheus2;
  return options;
}

/// As equal, but NaNs are equal, absent values only to each other, and zeros differ by their sign.
MATCHER_P(SameFloats, expected, "") {
  static_cast<void>(result_listener);
  if (arg.size() != expected.size()) return false;
  for (auto a = arg.begin(), b = expected.begin(); a != arg.end(); ++a, ++b) {
    if (a->first != b->first || a->second.size() != b->second.size()) return false;
    for (std::size_t i = 0; i < a->second.size(); ++i) {
      const double x = a->second[i];
      const double y = b->second[i];
      if (isAbsent(x) != isAbsent(y)) return false;
      if (std::isnan(x) && std::isnan(y)) continue;
      if (x != y || std::signbit(x) != std::signbit(y)) return false;
    }
  }
  return true;
}

/// The only float of an instant call with one result series.
double onlyValue(const Outcome& outcome);

}  // namespace prome::engine::testing
