#include "api/value_json.h"

#include <charconv>
#include <cstring>

#include "base/json_writer.h"
#include "base/number_format.h"
#include "model/histogram_buckets.h"

namespace prome::api {
namespace {

using engine::GridValue;
using engine::RawMatrix;
using engine::RawSeries;
using engine::Series;

// Samples written into a string's spare room at a time: enough to make its growth cheap, little to waste.
constexpr std::size_t kSamplesPerBatch = 256;
constexpr std::size_t kMaxTimeBytes = 28;

void appendTime(std::string& out, std::int64_t time_ms) {
  char text[kMaxTimeBytes];
  char* at = text;
  const bool negative = time_ms < 0;
  const std::uint64_t magnitude =
      negative ? 0 - static_cast<std::uint64_t>(time_ms) : static_cast<std::uint64_t>(time_ms);
  if (negative) *at++ = '-';
  at = std::to_chars(at, text + sizeof text, magnitude / 1000).ptr;
  if (const auto milli = static_cast<unsigned>(magnitude % 1000); milli != 0) {
    *at++ = '.';
    *at++ = static_cast<char>('0' + milli / 100);
    *at++ = static_cast<char>('0' + milli / 10 % 10);
    *at++ = static_cast<char>('0' + milli % 10);
  }
  out.append(text, at);
}

void appendQuotedValue(std::string& out, double value) {
  char text[kMaxSampleValueBytes];
  out += '"';
  out.append(text, writeSampleValue(text, value));
  out += '"';
}

void appendLabels(std::string& out, const model::Labels& labels) {
  out += "{\"metric\":{";
  bool first = true;
  for (const model::Label label : labels) {
    if (!first) out += ',';
    first = false;
    appendJsonText(out, label.name);
    out += ':';
    appendJsonText(out, label.value);
  }
  out += '}';
}

char boundaryRule(const model::Bucket& bucket) {
  if (bucket.lower_inclusive) return bucket.upper_inclusive ? '3' : '1';
  return bucket.upper_inclusive ? '0' : '2';
}

void appendHistogram(std::string& out, const model::FloatHistogram& histogram) {
  out += "{\"count\":";
  appendQuotedValue(out, histogram.count);
  out += ",\"sum\":";
  appendQuotedValue(out, histogram.sum);
  const char* separator = ",\"buckets\":[[";
  for (const model::Bucket& bucket : model::allBuckets(histogram)) {
    if (bucket.count == 0) continue;
    out += separator;
    separator = ",[";
    out += boundaryRule(bucket);
    for (const double value : {bucket.lower, bucket.upper, bucket.count}) {
      out += ',';
      appendQuotedValue(out, value);
    }
    out += ']';
  }
  out += separator[1] == '[' ? "]}" : "}";
}

// A list opens at its first element: a series without floats has no "values".
class List {
 public:
  List(std::string& out, std::string_view opening) : out_(out), opening_(opening) {}
  ~List() {
    if (open_) out_ += ']';
  }
  List(const List&) = delete;
  List& operator=(const List&) = delete;

  void element() {
    if (open_) {
      out_ += ',';
    } else {
      out_ += opening_;
      open_ = true;
    }
  }

 private:
  std::string& out_;
  std::string_view opening_;
  bool open_ = false;
};

void appendRawSeries(std::string& out, const RawSeries& series) {
  appendLabels(out, series.labels);
  {
    List values(out, ",\"values\":[");
    for (std::size_t i = 0; i < series.floats.size(); ++i) {
      values.element();
      out += '[';
      appendTime(out, series.float_times[i]);
      out += ',';
      appendQuotedValue(out, series.floats[i]);
      out += ']';
    }
  }
  {
    List histograms(out, ",\"histograms\":[");
    for (std::size_t i = 0; i < series.histograms.size(); ++i) {
      histograms.element();
      out += '[';
      appendTime(out, series.histogram_times[i]);
      out += ',';
      appendHistogram(out, *series.histograms[i]);
      out += ']';
    }
  }
  out += '}';
}

// Scalars and strings go through another encoder in Prometheus: other number forms.
void appendSingle(std::string& out, std::string_view type, std::int64_t time_ms) {
  out += "{\"resultType\":\"";
  out += type;
  out += "\",\"result\":[";
  appendJsonNumber(out, static_cast<double>(time_ms) / 1000);
  out += ',';
}

}  // namespace

bool ValueEncoder::append(std::string& out, std::size_t bytes) {
  const std::size_t enough = out.size() + bytes;
  if (!begun_) {
    begun_ = true;
    appendHead(out);
  }
  while (appendSeries(out)) {
    if (out.size() >= enough) return true;
  }
  out += "]}";
  return false;
}

void ValueEncoder::appendHead(std::string& out) {
  if (const auto* scalar = std::get_if<engine::ScalarValue>(&value_)) {
    appendSingle(out, "scalar", scalar->time_ms);
    out += '"';
    appendFixed(out, scalar->value);
    out += '"';
  } else if (const auto* string = std::get_if<engine::StringValue>(&value_)) {
    appendSingle(out, "string", string->time_ms);
    appendJsonString(out, string->text);
  } else if (const auto* grid = std::get_if<GridValue>(&value_)) {
    prepareTimes(grid->grid);
    const bool vector = kind_ == engine::QueryKind::kInstant;
    out += vector ? R"({"resultType":"vector","result":[)" : R"({"resultType":"matrix","result":[)";
  } else {
    out += R"({"resultType":"matrix","result":[)";
  }
}

/// No more series are to be written, of `all` there are.
bool ValueEncoder::reachedLimit(std::size_t all) {
  if (next_ == all) return true;
  truncated_ = limit_ != 0 && next_ == limit_;
  return truncated_;
}

bool ValueEncoder::appendSeries(std::string& out) {
  if (const auto* grid = std::get_if<GridValue>(&value_)) return appendGridSeries(out, *grid);
  const auto* matrix = std::get_if<RawMatrix>(&value_);
  if (matrix == nullptr || reachedLimit(matrix->series.size())) return false;
  if (next_ > 0) out += ',';
  appendRawSeries(out, matrix->series[next_++]);
  return true;
}

bool ValueEncoder::appendGridSeries(std::string& out, const GridValue& grid) {
  if (reachedLimit(grid.series.size())) return false;
  if (next_ > 0) out += ',';
  const Series& series = grid.series[next_++];
  appendLabels(out, series.labels);
  if (kind_ == engine::QueryKind::kInstant) {
    appendSample(out, series);
  } else {
    appendRow(out, series);
  }
  out += '}';
  return true;
}

void ValueEncoder::prepareTimes(const engine::StepGrid& grid) {
  for (std::size_t step = 0; step < grid.steps(); ++step) {
    times_ += '[';
    appendTime(times_, grid.time(step));
    times_ += ',';
    ends_.push_back(times_.size());
  }
}

void ValueEncoder::appendSample(std::string& out, const Series& series) {
  const bool is_float = series.hasFloat(0);
  out += is_float ? ",\"value\":" : ",\"histogram\":";
  out += times_;
  if (is_float) {
    appendQuotedValue(out, series.floats[0]);
  } else {
    appendHistogram(out, *series.histograms[0]);
  }
  out += ']';
}

void ValueEncoder::appendRow(std::string& out, const Series& series) {
  constexpr std::size_t kMaxSampleBytes = kMaxTimeBytes + kMaxSampleValueBytes + 8;
  const std::span<const double> values = series.floats.values();
  std::string_view opening = ",\"values\":[";
  for (std::size_t from = 0; from < values.size(); from += kSamplesPerBatch) {
    const std::size_t past = std::min(values.size(), from + kSamplesPerBatch);
    const std::size_t before = out.size();
    out.resize_and_overwrite(before + opening.size() + kSamplesPerBatch * kMaxSampleBytes,
                             [&](char* text, std::size_t) {
                               char* at = text + before;
                               for (std::size_t step = from; step < past; ++step) {
                                 if (engine::isAbsent(values[step])) continue;
                                 at = std::copy(opening.begin(), opening.end(), at);
                                 opening = ",";
                                 const std::size_t begin = step == 0 ? 0 : ends_[step - 1];
                                 const std::size_t size = ends_[step] - begin;
                                 std::memcpy(at, times_.data() + begin, size);
                                 at += size;
                                 *at++ = '"';
                                 at = writeSampleValue(at, values[step]);
                                 *at++ = '"';
                                 *at++ = ']';
                               }
                               return static_cast<std::size_t>(at - text);
                             });
  }
  if (opening == ",") out += ']';
  List histograms(out, ",\"histograms\":[");
  for (std::size_t step = 0; step < series.histograms.size(); ++step) {
    if (series.histograms[step] == nullptr) continue;
    histograms.element();
    const std::size_t begin = step == 0 ? 0 : ends_[step - 1];
    out.append(times_, begin, ends_[step] - begin);
    appendHistogram(out, *series.histograms[step]);
    out += ']';
  }
}

void appendValue(std::string& out, const engine::Value& value, engine::QueryKind kind) {
  ValueEncoder encoder(value, kind);
  while (encoder.append(out, std::size_t{1} << 20)) {
  }
}

}  // namespace prome::api
