#include "querier/histogram_json.h"

#include <string>
#include <string_view>
#include <vector>

#include "querier/json_skipper.h"
#include "querier/sample_text.h"

namespace prome::querier {
namespace {

bool readValue(JsonCursor& json, double& out) {
  std::string room;
  std::string_view text;
  if (!json.string(text, room)) return false;
  const auto value = parseValue(text);
  if (!value) return json.refuse();
  out = *value;
  return true;
}

/// 0: the upper bound belongs to it, 1: the lower, 2: none, 3: both.
bool readRule(JsonCursor& json, model::Bucket& bucket) {
  std::string_view rule;
  if (!json.word(rule)) return false;
  if (rule.size() != 1 || rule[0] < '0' || rule[0] > '3') return json.refuse();
  bucket.lower_inclusive = rule[0] == '1' || rule[0] == '3';
  bucket.upper_inclusive = rule[0] == '0' || rule[0] == '3';
  return true;
}

bool readBucket(JsonCursor& json, model::Bucket& bucket) {
  if (!json.take('[') || !readRule(json, bucket)) return false;
  for (double* const value : {&bucket.lower, &bucket.upper, &bucket.count}) {
    if (!json.take(',') || !readValue(json, *value)) return false;
  }
  return json.take(']');
}

}  // namespace

bool readHistogram(JsonCursor& json, HistogramReading& out) {
  double count = 0;
  double sum = 0;
  std::vector<model::Bucket> buckets;
  enum : unsigned { kCount = 1, kSum = 2, kBuckets = 4 };
  unsigned seen = 0;
  const auto once = [&](unsigned part) {
    const bool again = (seen & part) != 0;
    seen |= part;
    return !again || json.refuse();
  };
  const bool read = json.object([&](std::string_view key) {
    if (key == "count") return once(kCount) && readValue(json, count);
    if (key == "sum") return once(kSum) && readValue(json, sum);
    if (key != "buckets") return skipValue(json);
    return once(kBuckets) && json.array([&] { return readBucket(json, buckets.emplace_back()); });
  });
  if (!read) return false;
  if ((seen & (kCount | kSum)) != (kCount | kSum)) return json.refuse();
  out.loss = rebuildBuckets(buckets, out.histogram);
  out.histogram.count = count;
  out.histogram.sum = sum;
  return true;
}

}  // namespace prome::querier
