#include "engine/broadcast.h"

#include <algorithm>

namespace prome::engine {
namespace {

class Constant : public Operator {
 public:
  Constant(const Place& place, double value) : Operator(place), value_(value) {}

 protected:
  Result<bool> produce(Series& series) override {
    if (done_) return false;
    done_ = true;
    series.floats = evaluation().columns().uninitialized(steps());
    std::ranges::fill(series.floats.values(), value_);
    return true;
  }

 private:
  const double value_;
  bool done_ = false;
};

class Empty : public Operator {
 public:
  using Operator::Operator;

 protected:
  Result<bool> produce(Series&) override { return false; }
};

class Broadcast : public Operator {
 public:
  Broadcast(const Place& place, OperatorPtr input, SampleLedger::Node counted)
      : Operator(place), input_(std::move(input)), counted_(counted) {}

 protected:
  Result<bool> produce(Series& series) override {
    Series once;
    const Result<bool> more = input_->next(once);
    if (!more || !*more) return more;
    evaluation().ledger().count(counted_, countSamples(once) * (steps() - 1));
    series.labels = std::move(once.labels);
    series.drop_name = once.drop_name;
    if (once.hasFloat(0)) {
      series.floats = evaluation().columns().uninitialized(steps());
      std::ranges::fill(series.floats.values(), once.floats[0]);
    } else if (once.hasHistogram(0)) {
      series.histograms = evaluation().columns().histograms(steps());
      std::ranges::fill(series.histograms, once.histograms[0]);
    }
    return true;
  }

 private:
  OperatorPtr input_;
  const SampleLedger::Node counted_;
};

}  // namespace

OperatorPtr makeConstant(const Place& place, double value) {
  return std::make_unique<Constant>(place, value);
}

OperatorPtr makeEmpty(const Place& place) {
  return std::make_unique<Empty>(place);
}

OperatorPtr makeBroadcast(const Place& place, OperatorPtr input, SampleLedger::Node counted) {
  return std::make_unique<Broadcast>(place, std::move(input), counted);
}

}  // namespace prome::engine
