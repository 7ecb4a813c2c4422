// Parts of dates, and the timestamps of samples.
#include <array>
#include <memory>

#include "engine/calendar.h"
#include "engine/float_function.h"
#include "engine/function_table.h"

namespace prome::engine {
namespace {

constexpr auto kDaysInMonth = [](const CivilTime& t) { return daysInMonth(t.year, t.month); };
constexpr auto kDayOfMonth = [](const CivilTime& t) { return t.day; };
constexpr auto kDayOfWeek = [](const CivilTime& t) { return t.day_of_week; };
constexpr auto kDayOfYear = [](const CivilTime& t) { return t.day_of_year; };
constexpr auto kHour = [](const CivilTime& t) { return t.hour; };
constexpr auto kMinute = [](const CivilTime& t) { return t.minute; };
constexpr auto kMonth = [](const CivilTime& t) { return t.month; };
constexpr auto kYear = [](const CivilTime& t) { return t.year; };

/// Without an argument: a part of the step's own time, in whole seconds.
template <auto kPart>
class OwnDatePart final : public Operator {
 public:
  using Operator::Operator;

 protected:
  Result<bool> produce(Series& series) override {
    if (std::exchange(done_, true)) return false;
    series.floats = evaluation().columns().uninitialized(steps());
    for (std::size_t step = 0; step < steps(); ++step)
      series.floats[step] = static_cast<double>(kPart(civilTime(grid().time(step) / 1000)));
    return true;
  }

 private:
  bool done_ = false;
};

template <auto kPart>
OperatorPtr makeDatePart(const CallSite& site) {
  if (site.operands.empty()) return std::make_unique<OwnDatePart<kPart>>(site.place);
  const auto part = [](double value) { return static_cast<double>(kPart(civilTime(wholeSeconds(value)))); };
  return std::make_unique<FloatFunction<decltype(part)>>(site.place, site.take(0), part);
}

/// timestamp() of anything but a bare selector: the time of the step, wherever there is a sample.
class StepTimestamp final : public Operator {
 public:
  StepTimestamp(const Place& place, OperatorPtr input) : Operator(place), input_(std::move(input)) {}

 protected:
  Result<bool> produce(Series& series) override {
    Result<bool> more = input_->next(series);
    if (!more || !*more) return more;
    Column times = evaluation().columns().absent(steps());
    for (std::size_t step = 0; step < steps(); ++step) {
      if (series.present(step)) times[step] = static_cast<double>(grid().time(step)) / 1000;
    }
    series.floats = std::move(times);
    series.histograms.reset();
    dropName(series, evaluation());
    return true;
  }

 private:
  OperatorPtr input_;
};

OperatorPtr makeTimestamp(const CallSite& site) {
  return std::make_unique<StepTimestamp>(site.place, site.take(0));
}

/// start_timestamp() of anything but a bare selector, and where start times are not used: nothing. The
/// argument is evaluated for its errors.
class NoStartTimestamp final : public Operator {
 public:
  NoStartTimestamp(const Place& place, OperatorPtr input) : Operator(place), input_(std::move(input)) {}

 protected:
  Result<bool> produce(Series& series) override {
    while (true) {
      Result<bool> more = input_->next(series);
      if (!more || !*more) return more;
    }
  }

 private:
  OperatorPtr input_;
};

OperatorPtr makeStartTimestamp(const CallSite& site) {
  return std::make_unique<NoStartTimestamp>(site.place, site.take(0));
}

constexpr std::array kFunctions{
    FunctionEntry{"day_of_month", makeDatePart<kDayOfMonth>},
    FunctionEntry{"day_of_week", makeDatePart<kDayOfWeek>},
    FunctionEntry{"day_of_year", makeDatePart<kDayOfYear>},
    FunctionEntry{"days_in_month", makeDatePart<kDaysInMonth>},
    FunctionEntry{"hour", makeDatePart<kHour>},
    FunctionEntry{"minute", makeDatePart<kMinute>},
    FunctionEntry{"month", makeDatePart<kMonth>},
    FunctionEntry{"start_timestamp", makeStartTimestamp},
    FunctionEntry{"timestamp", makeTimestamp},
    FunctionEntry{"year", makeDatePart<kYear>},
};

}  // namespace

std::span<const FunctionEntry> timeFunctions() {
  return kFunctions;
}

}  // namespace prome::engine
