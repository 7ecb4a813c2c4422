#include "model/float_histogram.h"

#include <cstdlib>

namespace prome::model {

bool FloatHistogram::isStale() const {
  std::abort();
}
Result<HistogramAddition> FloatHistogram::add(const FloatHistogram&) {
  std::abort();
}
Result<HistogramAddition> FloatHistogram::subtract(const FloatHistogram&) {
  std::abort();
}
Result<HistogramAddition> FloatHistogram::kahanAdd(const FloatHistogram&, std::unique_ptr<FloatHistogram>&) {
  std::abort();
}
FloatHistogram& FloatHistogram::multiply(double) {
  std::abort();
}
FloatHistogram& FloatHistogram::divide(double) {
  std::abort();
}
FloatHistogram& FloatHistogram::compact(int) {
  std::abort();
}
FloatHistogram FloatHistogram::copyToSchema(std::int32_t) const {
  std::abort();
}
Result<void> FloatHistogram::reduceResolution(std::int32_t) {
  std::abort();
}
bool FloatHistogram::detectReset(const FloatHistogram&) const {
  std::abort();
}
FloatHistogram FloatHistogram::trimBuckets(double, Trim) const {
  std::abort();
}
bool FloatHistogram::hasOverflow() const {
  std::abort();
}
bool FloatHistogram::equals(const FloatHistogram&) const {
  std::abort();
}
Result<void> FloatHistogram::validate() const {
  std::abort();
}
std::size_t FloatHistogram::size() const {
  std::abort();
}
std::string FloatHistogram::toString() const {
  std::abort();
}
std::string FloatHistogram::toTestExpression() const {
  std::abort();
}

}  // namespace prome::model
