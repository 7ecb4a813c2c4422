#include "querier/samples_decoder.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "querier/sample_run.h"

namespace prome::querier {
namespace {

constexpr std::size_t kFirstSamples = 256;

std::unexpected<Error> descending(std::int64_t time_ms) {
  return fail(ErrorKind::kInternal, "the answer has a sample at " + std::to_string(time_ms) +
                                        " ms, which is not after the one before it");
}

}  // namespace

template <class Value>
void SamplesDecoder::Samples<Value>::clear() {
  times_.clear();
  values_.clear();
}

template <class Value>
void SamplesDecoder::Samples<Value>::append(std::int64_t time_ms, Value value) {
  if (times_.size() == times_.capacity()) {
    const std::size_t more = std::max(kFirstSamples, times_.capacity());
    claim_.add(more * (sizeof(std::int64_t) + sizeof(Value)));
    times_.reserve(times_.capacity() + more);
    values_.reserve(times_.capacity());
  }
  times_.push_back(time_ms);
  values_.push_back(std::move(value));
}

SamplesDecoder::SamplesDecoder(std::int64_t start_ms, std::int64_t end_ms, topology::LabelPairs added_labels,
                               engine::Evaluation& evaluation)
    : start_ms_(start_ms),
      end_ms_(end_ms),
      evaluation_(evaluation),
      labels_(std::move(added_labels)),
      reader_(evaluation),
      floats_(evaluation.budget()),
      histograms_(evaluation.budget()) {}

Result<void> SamplesDecoder::feed(std::string_view bytes) {
  if (reader_.error()) return std::unexpected(*reader_.error());
  reader_.feed(bytes);
  return {};
}

void SamplesDecoder::clearSeries() {
  floats_.clear();
  histograms_.clear();
  last_float_ms_.reset();
  last_histogram_ms_.reset();
  histogram_claim_.reset();
}

bool SamplesDecoder::next(engine::SampleRun& run) {
  do {
    if (std::exchange(given_, false)) clearSeries();
    evaluation_.checkpoint();
    if (reader_.read(*this) != AnswerReader::Outcome::kSeries) return false;
    given_ = true;
  } while (floats_.empty() && histograms_.empty());
  run.labels = std::move(series_labels_);
  run.drop_name = false;
  run.floats = {.times = floats_.times(), .values = floats_.values(), .starts = {}};
  run.histograms = {.times = histograms_.times(), .values = histograms_.values(), .starts = {}};
  return true;
}

Result<void> SamplesDecoder::type(ResultType type) {
  if (type == ResultType::kMatrix) return {};
  return fail(ErrorKind::kInternal, "the answer to a question for samples is no matrix");
}

Result<void> SamplesDecoder::scalar(std::int64_t /*time_ms*/, double /*value*/) {
  return type(ResultType::kScalar);
}

Result<void> SamplesDecoder::labels(std::span<const model::Label> labels) {
  Result<model::Labels> joined = labels_.join(labels);
  if (!joined) return std::unexpected(joined.error());
  series_labels_ = *std::move(joined);
  return {};
}

Result<void> SamplesDecoder::sample(std::int64_t time_ms, double value) {
  if (last_float_ms_ && time_ms <= *last_float_ms_) return descending(time_ms);
  last_float_ms_ = time_ms;
  if (isKept(time_ms)) floats_.append(time_ms, value);
  return {};
}

Result<void> SamplesDecoder::histogram(std::int64_t time_ms, HistogramReading reading) {
  if (last_histogram_ms_ && time_ms <= *last_histogram_ms_) return descending(time_ms);
  last_histogram_ms_ = time_ms;
  if (!isKept(time_ms)) return {};
  if (!histogram_claim_) histogram_claim_.emplace(evaluation_.budget());
  histogram_claim_->add(reading.histogram.size());
  histograms_.append(time_ms, std::make_shared<const model::FloatHistogram>(std::move(reading.histogram)));
  histogram_loss_ = std::max(histogram_loss_, reading.loss);
  return {};
}

RunEnd SamplesDecoder::run(const char* at, const char* end) {
  std::int64_t last = last_float_ms_.value_or(0);
  const RunEnd reached = readRun(at, end, [&](const FastSample& sample) {
    if (sample.time_ms <= last) return false;
    last = sample.time_ms;
    if (isKept(last)) floats_.append(last, sample.value);
    return true;
  });
  if (reached.at != at) last_float_ms_ = last;
  return reached;
}

}  // namespace prome::querier
