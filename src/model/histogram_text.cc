#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/number_format.h"
#include "model/float_histogram.h"
#include "model/histogram_buckets.h"

namespace prome::model {
namespace {

void appendBucket(std::string& out, const Bucket& bucket) {
  out += bucket.lower_inclusive ? ", [" : ", (";
  appendGeneral(out, bucket.lower);
  out += ',';
  appendGeneral(out, bucket.upper);
  out += bucket.upper_inclusive ? "]:" : "):";
  appendGeneral(out, bucket.count);
}

/// "1 2.5 3".
void appendList(std::string& out, const std::vector<double>& values) {
  std::string_view separator;
  for (const double value : values) {
    out += separator;
    appendGeneral(out, value);
    separator = " ";
  }
}

/// The words of the script notation: `key:value`, those of their default value left out.
class Notation {
 public:
  void integer(std::string_view key, std::int32_t value) {
    if (value != 0) begin(key) += std::to_string(value);
  }
  void number(std::string_view key, double value) {
    if (value != 0) appendGeneral(begin(key), value);
  }
  void word(std::string_view key, std::string_view value) { begin(key) += value; }
  void list(std::string_view key, const std::vector<double>& values) {
    begin(key) += '[';
    appendList(out_, values);
    out_ += ']';
  }
  void buckets(std::string_view key, std::string_view offset_key, const std::vector<Span>& spans,
               const std::vector<double>& counts) {
    if (!spans.empty()) integer(offset_key, spans.front().offset);
    if (!counts.empty()) list(key, counts);
  }
  std::string finish() && { return std::move(out_) + "}}"; }

 private:
  std::string& begin(std::string_view key) {
    if (out_.size() > kOpening.size()) out_ += ' ';
    out_ += key;
    return out_ += ':';
  }

  static constexpr std::string_view kOpening = "{{";
  std::string out_{kOpening};
};

void appendHint(Notation& out, CounterResetHint hint) {
  constexpr std::string_view kKey = "counter_reset_hint";
  switch (hint) {
    case CounterResetHint::kUnknown:
      return;
    case CounterResetHint::kReset:
      return out.word(kKey, "reset");
    case CounterResetHint::kNotReset:
      return out.word(kKey, "not_reset");
    case CounterResetHint::kGauge:
      return out.word(kKey, "gauge");
  }
}

}  // namespace

std::string FloatHistogram::toString() const {
  std::string out = "{count:";
  appendGeneral(out, count);
  out += ", sum:";
  appendGeneral(out, sum);
  const auto append_populated = [&](const Bucket& bucket) {
    if (bucket.count != 0) appendBucket(out, bucket);
  };
  const std::vector<Bucket> negative = negativeBuckets(*this);
  for (auto bucket = negative.rbegin(); bucket != negative.rend(); ++bucket) append_populated(*bucket);
  if (zero_count != 0) appendBucket(out, zeroBucket(*this));
  for (const Bucket& bucket : positiveBuckets(*this)) append_populated(bucket);
  return out += '}';
}

std::string FloatHistogram::toTestExpression() const {
  FloatHistogram whole = *this;
  whole.compact(std::numeric_limits<int>::max());
  if (whole.positive_spans.size() > 1 || whole.negative_spans.size() > 1) return toString();

  Notation out;
  out.integer("schema", schema);
  out.number("count", count);
  out.number("sum", sum);
  out.number("z_bucket", zero_count);
  out.number("z_bucket_w", zero_threshold);
  if (usesCustomBuckets()) out.list("custom_values", custom_values);
  appendHint(out, counter_reset_hint);
  out.buckets("buckets", "offset", whole.positive_spans, whole.positive_buckets);
  out.buckets("n_buckets", "n_offset", whole.negative_spans, whole.negative_buckets);
  return std::move(out).finish();
}

}  // namespace prome::model
