#include "querier/answer_decoder.h"

#include <memory>
#include <utility>

#include "querier/sample_run.h"

namespace prome::querier {
namespace {

std::unexpected<Error> offGrid(std::int64_t time_ms) {
  return fail(ErrorKind::kInternal, "the answer has a sample at " + std::to_string(time_ms) +
                                        " ms, which is not the next of the times asked for");
}

}  // namespace

AnswerDecoder::AnswerDecoder(const engine::StepGrid& grid, topology::LabelPairs added_labels,
                             engine::Evaluation& evaluation)
    : grid_(grid),
      steps_(grid.steps()),
      evaluation_(evaluation),
      labels_(std::move(added_labels)),
      reader_(evaluation) {}

Result<void> AnswerDecoder::feed(std::string_view bytes) {
  if (reader_.error()) return std::unexpected(*reader_.error());
  reader_.feed(bytes);
  return {};
}

bool AnswerDecoder::next(engine::Series& series) {
  do {
    evaluation_.checkpoint();
    if (reader_.read(*this) != AnswerReader::Outcome::kSeries) return false;
    series.clear();
    std::swap(series, series_);
    next_float_ = 0;
    next_histogram_ = 0;
  } while (series.floats.empty() && series.histograms.empty());
  return true;
}

Result<void> AnswerDecoder::finish() {
  return reader_.finish();
}

Result<void> AnswerDecoder::type(ResultType type) {
  if (type == ResultType::kMatrix || steps_ == 1) return {};
  return fail(ErrorKind::kInternal, "the answer is of one time only, but a range was asked for");
}

Result<void> AnswerDecoder::labels(std::span<const model::Label> labels) {
  Result<model::Labels> joined = labels_.join(labels);
  if (!joined) return std::unexpected(joined.error());
  series_.labels = *std::move(joined);
  return {};
}

/// The step at `time_ms`, if it is one and not before `from`.
std::optional<std::size_t> AnswerDecoder::stepAt(std::int64_t time_ms, std::size_t from) const {
  if (from < steps_ && grid_.time(from) == time_ms) return from;
  if (time_ms < grid_.start_ms || time_ms > grid_.end_ms) return std::nullopt;
  const auto since = static_cast<std::uint64_t>(time_ms) - static_cast<std::uint64_t>(grid_.start_ms);
  const auto step = static_cast<std::size_t>(since / static_cast<std::uint64_t>(grid_.step_ms));
  if (since % static_cast<std::uint64_t>(grid_.step_ms) != 0 || step < from) return std::nullopt;
  return step;
}

Result<void> AnswerDecoder::sample(std::int64_t time_ms, double value) {
  const auto step = stepAt(time_ms, next_float_);
  if (!step || series_.hasHistogram(*step)) return offGrid(time_ms);
  if (series_.floats.empty()) series_.floats = evaluation_.columns().absent(steps_);
  series_.floats[*step] = value;
  next_float_ = *step + 1;
  return {};
}

Result<void> AnswerDecoder::histogram(std::int64_t time_ms, HistogramReading reading) {
  const auto step = stepAt(time_ms, next_histogram_);
  if (!step || series_.hasFloat(*step)) return offGrid(time_ms);
  if (series_.histograms.empty()) series_.histograms = evaluation_.columns().histograms(steps_);
  series_.histograms[*step] = std::make_shared<const model::FloatHistogram>(std::move(reading.histogram));
  histogram_loss_ = std::max(histogram_loss_, reading.loss);
  next_histogram_ = *step + 1;
  return {};
}

RunEnd AnswerDecoder::run(const char* at, const char* end) {
  // The first sample comes by sample(), which makes the column.
  if (series_.floats.empty() || !series_.histograms.empty()) return {.at = at};
  double* const values = series_.floats.values().data();
  const auto step_ms = static_cast<std::uint64_t>(grid_.step_ms);
  std::size_t next = next_float_;
  std::uint64_t next_ms = static_cast<std::uint64_t>(grid_.start_ms) + next * step_ms;
  const RunEnd reached = readRun(at, end, [&](const FastSample& sample) {
    const auto time_ms = static_cast<std::uint64_t>(sample.time_ms);
    if (time_ms != next_ms || next == steps_) {
      const auto step = stepAt(sample.time_ms, next);
      if (!step) return false;
      next = *step;
      next_ms = time_ms;
    }
    values[next++] = sample.value;
    next_ms += step_ms;
    return true;
  });
  next_float_ = next;
  return reached;
}

}  // namespace prome::querier
