#include "remote/remote_read.h"

#include <snappy.h>

#include <algorithm>
#include <protozero/pbf_message.hpp>
#include <protozero/pbf_writer.hpp>

namespace prome::remote {
namespace {

using model::FloatHistogram;
using promql::LabelMatcher;
using protozero::pbf_reader;

/// Field numbers of prompb.
namespace field {
constexpr protozero::pbf_tag_type kRequestQueries = 1, kRequestResponseTypes = 2;
constexpr protozero::pbf_tag_type kQueryStart = 1, kQueryEnd = 2, kQueryMatchers = 3;
constexpr protozero::pbf_tag_type kMatcherType = 1, kMatcherName = 2, kMatcherValue = 3;
constexpr protozero::pbf_tag_type kResponseResults = 1, kResultSeries = 1;
constexpr protozero::pbf_tag_type kSeriesLabels = 1, kSeriesSamples = 2, kSeriesHistograms = 4;
constexpr protozero::pbf_tag_type kLabelName = 1, kLabelValue = 2;
constexpr protozero::pbf_tag_type kSampleValue = 1, kSampleTime = 2;
}  // namespace field

constexpr std::int32_t kSamplesResponse = 0;
constexpr std::string_view kDisorder = "samples are not in order";

std::unexpected<Error> broken(std::string_view why) {
  return fail(ErrorKind::kExecution, "remote read answer: " + std::string(why));
}

std::string_view viewOf(const protozero::data_view& view) {
  return {view.data(), view.size()};
}

std::int32_t typeNumber(promql::MatchType type) {
  switch (type) {
    case promql::MatchType::kEqual:
      return 0;
    case promql::MatchType::kNotEqual:
      return 1;
    case promql::MatchType::kRegexp:
      return 2;
    case promql::MatchType::kNotRegexp:
      return 3;
  }
  return 0;
}

/// A histogram as it comes: integer ones tell their buckets as differences.
class HistogramReader {
 public:
  Result<FloatHistogram> read(pbf_reader message, std::int64_t& time_ms) {
    while (message.next()) readField(message, time_ms);
    if (!positive_deltas_.empty()) absolute(positive_deltas_, out_.positive_buckets);
    if (!negative_deltas_.empty()) absolute(negative_deltas_, out_.negative_buckets);
    if (Result<void> valid = out_.validate(); !valid) return broken(valid.error().message);
    return std::move(out_);
  }

 private:
  void readField(pbf_reader& message, std::int64_t& time_ms) {
    switch (message.tag()) {
      case 1:
        out_.count = static_cast<double>(message.get_uint64());
        break;
      case 2:
        out_.count = message.get_double();
        break;
      case 3:
        out_.sum = message.get_double();
        break;
      case 4:
        out_.schema = message.get_sint32();
        break;
      case 5:
        out_.zero_threshold = message.get_double();
        break;
      case 6:
        out_.zero_count = static_cast<double>(message.get_uint64());
        break;
      case 7:
        out_.zero_count = message.get_double();
        break;
      case 8:
        out_.negative_spans.push_back(span(message.get_message()));
        break;
      case 9:
        append(message.get_packed_sint64(), negative_deltas_);
        break;
      case 10:
        append(message.get_packed_double(), out_.negative_buckets);
        break;
      case 11:
        out_.positive_spans.push_back(span(message.get_message()));
        break;
      case 12:
        append(message.get_packed_sint64(), positive_deltas_);
        break;
      case 13:
        append(message.get_packed_double(), out_.positive_buckets);
        break;
      case 14:
        out_.counter_reset_hint = hint(message.get_enum());
        break;
      case 15:
        time_ms = message.get_int64();
        break;
      case 16:
        append(message.get_packed_double(), out_.custom_values);
        break;
      default:
        message.skip();
    }
  }

  static model::Span span(pbf_reader message) {
    model::Span out;
    while (message.next()) {
      if (message.tag() == 1) {
        out.offset = message.get_sint32();
      } else if (message.tag() == 2) {
        out.length = message.get_uint32();
      } else {
        message.skip();
      }
    }
    return out;
  }

  template <class Range, class T>
  static void append(const Range& range, std::vector<T>& out) {
    out.insert(out.end(), range.begin(), range.end());
  }

  static void absolute(const std::vector<std::int64_t>& deltas, std::vector<double>& out) {
    std::uint64_t count = 0;  // wraps as it likes; validate() refuses what is negative
    for (const std::int64_t delta : deltas) {
      count += static_cast<std::uint64_t>(delta);
      out.push_back(static_cast<double>(static_cast<std::int64_t>(count)));
    }
  }

  static model::CounterResetHint hint(std::int32_t number) {
    switch (number) {
      case 1:
        return model::CounterResetHint::kReset;
      case 2:
        return model::CounterResetHint::kNotReset;
      case 3:
        return model::CounterResetHint::kGauge;
      default:
        return model::CounterResetHint::kUnknown;
    }
  }

  FloatHistogram out_;
  std::vector<std::int64_t> positive_deltas_;
  std::vector<std::int64_t> negative_deltas_;
};

struct NameAndValue {
  std::string_view name;
  std::string_view value;
};

NameAndValue labelOf(pbf_reader message) {
  NameAndValue out;
  while (message.next()) {
    if (message.tag() == field::kLabelName) {
      out.name = viewOf(message.get_view());
    } else if (message.tag() == field::kLabelValue) {
      out.value = viewOf(message.get_view());
    } else {
      message.skip();
    }
  }
  return out;
}

}  // namespace

std::string remoteReadRequest(std::span<const LabelMatcher> matchers, std::int64_t start_ms,
                              std::int64_t end_ms) {
  std::string message;
  protozero::pbf_writer request(message);
  {
    protozero::pbf_writer query(request, field::kRequestQueries);
    query.add_int64(field::kQueryStart, start_ms);
    query.add_int64(field::kQueryEnd, end_ms);
    for (const LabelMatcher& matcher : matchers) {
      protozero::pbf_writer out(query, field::kQueryMatchers);
      out.add_enum(field::kMatcherType, typeNumber(matcher.type));
      out.add_string(field::kMatcherName, matcher.name.data(), matcher.name.size());
      out.add_string(field::kMatcherValue, matcher.value.data(), matcher.value.size());
    }
  }
  request.add_enum(field::kRequestResponseTypes, kSamplesResponse);
  std::string packed;
  snappy::Compress(message.data(), message.size(), &packed);
  return packed;
}

RemoteReadAnswer::RemoteReadAnswer(std::string bytes, topology::LabelPairs added, engine::MemoryClaim claim)
    : bytes_(std::move(bytes)), added_(std::move(added)), claim_(std::move(claim)) {}

Result<RemoteReadAnswer> RemoteReadAnswer::read(std::string_view body, topology::LabelPairs added,
                                                engine::MemoryBudget& budget) {
  std::size_t size = 0;
  if (!snappy::GetUncompressedLength(body.data(), body.size(), &size)) return broken("not snappy");
  if (size > kMaxRemoteReadBytes) return broken("over " + std::to_string(kMaxRemoteReadBytes) + " bytes");
  // What the front announces is believed only of a body that can be unpacked.
  if (!snappy::IsValidCompressedBuffer(body.data(), body.size())) return broken("not snappy");
  engine::MemoryClaim claim(budget);
  claim.add(size);
  std::string bytes;
  snappy::Uncompress(body.data(), body.size(), &bytes);
  RemoteReadAnswer answer(std::move(bytes), std::move(added), std::move(claim));
  try {
    pbf_reader response(answer.bytes_);
    while (response.next(field::kResponseResults)) {
      pbf_reader result = response.get_message();
      while (result.next(field::kResultSeries)) {
        const std::string_view message = viewOf(result.get_view());
        const auto at = static_cast<std::size_t>(message.data() - answer.bytes_.data());
        answer.series_.push_back({at, message.size()});
      }
    }
  } catch (const protozero::exception& error) {
    return broken(error.what());
  }
  return answer;
}

Result<bool> RemoteReadAnswer::next(engine::SampleRun& run) {
  if (next_ == series_.size()) return false;
  try {
    const Extent at = series_[next_++];
    const Result<void> good = readSeries(std::string_view(bytes_).substr(at.at, at.size));
    if (!good) return std::unexpected(good.error());
  } catch (const protozero::exception& error) {
    return broken(error.what());
  }
  run.labels = labels_;
  run.drop_name = false;
  run.floats = {.times = float_times_, .values = floats_, .starts = {}};
  run.histograms = {.times = histogram_times_, .values = histograms_, .starts = {}};
  return true;
}

Result<void> RemoteReadAnswer::readSeries(std::string_view message) {
  float_times_.clear();
  floats_.clear();
  histogram_times_.clear();
  histograms_.clear();
  model::LabelsBuilder labels;
  for (const auto& [name, value] : added_) labels.set(name, value);
  pbf_reader series(message.data(), message.size());
  while (series.next()) {
    Result<void> added;
    if (series.tag() == field::kSeriesLabels) {
      const auto [name, value] = labelOf(series.get_message());
      labels.set(name, value);
    } else if (series.tag() == field::kSeriesSamples) {
      added = addFloat(viewOf(series.get_view()));
    } else if (series.tag() == field::kSeriesHistograms) {
      added = addHistogram(viewOf(series.get_view()));
    } else {
      series.skip();
    }
    if (!added) return added;
  }
  labels_ = labels.labels();
  return {};
}

Result<void> RemoteReadAnswer::addFloat(std::string_view message) {
  pbf_reader sample(message.data(), message.size());
  double value = 0;
  std::int64_t time_ms = 0;
  while (sample.next()) {
    if (sample.tag() == field::kSampleValue) {
      value = sample.get_double();
    } else if (sample.tag() == field::kSampleTime) {
      time_ms = sample.get_int64();
    } else {
      sample.skip();
    }
  }
  if (!float_times_.empty() && time_ms <= float_times_.back()) return broken(kDisorder);
  float_times_.push_back(time_ms);
  floats_.push_back(value);
  return {};
}

Result<void> RemoteReadAnswer::addHistogram(std::string_view message) {
  std::int64_t time_ms = 0;
  auto histogram = HistogramReader().read(pbf_reader(message.data(), message.size()), time_ms);
  if (!histogram) return std::unexpected(histogram.error());
  if (!histogram_times_.empty() && time_ms <= histogram_times_.back()) return broken(kDisorder);
  histogram_times_.push_back(time_ms);
  histograms_.push_back(std::make_shared<const FloatHistogram>(*std::move(histogram)));
  return {};
}

}  // namespace prome::remote
