// Scalars: scalar(), time(), pi(), max_of(), min_of(), and vector() back again.
#include <algorithm>
#include <array>
#include <memory>
#include <numbers>
#include <vector>

#include "base/go_math.h"
#include "engine/broadcast.h"
#include "engine/function_table.h"
#include "engine/scalar_argument.h"

namespace prome::engine {
namespace {

/// time(): the step's own, in seconds.
class Time final : public Operator {
 public:
  using Operator::Operator;

 protected:
  Result<bool> produce(Series& series) override {
    if (std::exchange(done_, true)) return false;
    series.floats = evaluation().columns().uninitialized(steps());
    for (std::size_t step = 0; step < steps(); ++step)
      series.floats[step] = static_cast<double>(grid().time(step)) / 1000;
    return true;
  }

 private:
  bool done_ = false;
};

OperatorPtr makeTime(const CallSite& site) {
  return std::make_unique<Time>(site.place);
}

OperatorPtr makePi(const CallSite& site) {
  return makeConstant(site.place, std::numbers::pi);
}

/// max_of and min_of.
template <auto kChoose>
class Extreme final : public Operator {
 public:
  Extreme(const Place& place, OperatorPtr first, OperatorPtr second)
      : Operator(place), first_(std::move(first)), second_(std::move(second)) {}

 protected:
  Result<bool> produce(Series& series) override {
    Result<bool> more = first_->next(series);
    if (!more || !*more) return more;
    if (Result<void> loaded = second_.load(); !loaded) return std::unexpected(std::move(loaded.error()));
    for (std::size_t step = 0; step < steps(); ++step)
      series.floats[step] = kChoose(series.floats[step], second_[step]);
    return true;
  }

 private:
  OperatorPtr first_;
  ScalarArgument second_;
};

template <auto kChoose>
OperatorPtr makeExtreme(const CallSite& site) {
  return std::make_unique<Extreme<kChoose>>(site.place, site.take(0), site.take(1));
}

/// scalar(): the one float of a step, NaN where there is none or more than one.
class Scalar final : public Operator {
 public:
  Scalar(const Place& place, OperatorPtr input) : Operator(place), input_(std::move(input)) {}

 protected:
  Result<bool> produce(Series& series) override {
    if (input_ == nullptr) return false;
    MemoryClaim claim(evaluation().budget());
    claim.add(steps());
    std::vector<Seen> seen(steps(), Seen::kNone);
    Column values = evaluation().columns().uninitialized(steps());
    std::ranges::fill(values.values(), model::kNormalNaN);
    while (true) {
      const Result<bool> more = input_->next(series);
      if (!more) return more;
      if (!*more) break;
      for (std::size_t step = 0; step < series.floats.size(); ++step) {
        if (isAbsent(series.floats[step])) continue;
        values[step] = seen[step] == Seen::kNone ? series.floats[step] : model::kNormalNaN;
        seen[step] = seen[step] == Seen::kNone ? Seen::kOne : Seen::kMany;
      }
    }
    input_.reset();
    series.clear();
    series.floats = std::move(values);
    return true;
  }

 private:
  enum class Seen : std::uint8_t { kNone, kOne, kMany };

  OperatorPtr input_;  // null once the series is given
};

OperatorPtr makeScalar(const CallSite& site) {
  return std::make_unique<Scalar>(site.place, site.take(0));
}

/// vector(): a scalar's series is the vector's already.
class Vector final : public Operator {
 public:
  Vector(const Place& place, OperatorPtr input) : Operator(place), input_(std::move(input)) {}

 protected:
  Result<bool> produce(Series& series) override { return input_->next(series); }

 private:
  OperatorPtr input_;
};

OperatorPtr makeVector(const CallSite& site) {
  return std::make_unique<Vector>(site.place, site.take(0));
}

constexpr std::array kFunctions{
    FunctionEntry{"max_of", makeExtreme<go_math::max>},
    FunctionEntry{"min_of", makeExtreme<go_math::min>},
    FunctionEntry{"pi", makePi},
    FunctionEntry{"scalar", makeScalar},
    FunctionEntry{"time", makeTime},
    FunctionEntry{"vector", makeVector},
};

}  // namespace

std::span<const FunctionEntry> scalarFunctions() {
  return kFunctions;
}

}  // namespace prome::engine
