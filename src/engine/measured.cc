#include "engine/measured.h"

#include <utility>

namespace prome::engine {
namespace {

class Measured final : public Operator {
 public:
  Measured(const Place& place, OperatorPtr input, NodeMeasure& measure)
      : Operator(place), input_(std::move(input)), measure_(measure) {}

 protected:
  Result<bool> produce(Series& series) override {
    const Clock::time_point began = Clock::now();
    Result<bool> more = input_->next(series);
    measure_.elapsed += Clock::now() - began;
    if (!more || !*more) return more;
    std::uint64_t samples = 0;
    for (std::size_t step = 0; step < steps(); ++step) {
      evaluation().checkpointAtStep(step);
      if (series.hasFloat(step) || series.hasHistogram(step)) ++samples;
    }
    if (samples > 0) ++measure_.series;
    measure_.samples += samples;
    return more;
  }

 private:
  OperatorPtr input_;
  NodeMeasure& measure_;
};

}  // namespace

OperatorPtr makeMeasured(const Place& place, OperatorPtr input, NodeMeasure& measure) {
  return std::make_unique<Measured>(place, std::move(input), measure);
}

}  // namespace prome::engine
