#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <span>

#include "engine/annotation_text.h"
#include "model/histogram_buckets.h"
#include "model/quote.h"
#include "model/sample.h"
#include "tests/differential/naive_evaluation.h"

namespace prome::differential {
namespace {

using model::Bucket;
using model::FloatHistogram;
using promql::as;
using promql::Expr;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct ClassicBucket {
  double upper = 0;
  double count = 0;
};

struct Classic {
  model::Labels labels = {};  // without le
  bool drop_name = false;
  std::vector<ClassicBucket> buckets = {};
};

/// Go's strconv.ParseFloat, but for underscores.
std::optional<double> parseBound(std::string_view text) {
  const std::string copy(text);
  if (copy.empty() || copy.front() == ' ' || copy.front() == '\t' || copy.find('(') != std::string::npos) {
    return std::nullopt;
  }
  char* end = nullptr;
  const double value = std::strtod(copy.c_str(), &end);
  if (end != copy.c_str() + copy.size()) return std::nullopt;
  return value;
}

bool almostEqual(double a, double b) {
  if (a == b) return true;
  const double difference = std::abs(a - b);
  const double size = std::abs(a) + std::abs(b);
  constexpr double kSmallest = 2.2250738585072014e-308;
  if (a == 0 || b == 0 || size < kSmallest) return difference < 1e-12 * kSmallest;
  return difference / std::min(size, std::numeric_limits<double>::max()) < 1e-12;
}

/// By bound, equal bounds added up. Prometheus does that in place and leaves what is behind the result as it
/// was; the next quantile of the same histogram sees it.
std::span<ClassicBucket> inOrder(std::vector<ClassicBucket>& buckets) {
  std::ranges::stable_sort(buckets, {}, &ClassicBucket::upper);
  if (buckets.back().upper != kInfinity) return {};
  std::size_t size = 1;
  for (std::size_t i = 1; i < buckets.size(); ++i) {
    const ClassicBucket bucket = buckets[i];
    if (bucket.upper == buckets[size - 1].upper) {
      buckets[size - 1].count += bucket.count;
    } else {
      buckets[size++] = bucket;
    }
  }
  return {buckets.data(), size};
}

/// Counts made to grow; what had to be mended is told.
std::optional<model::ForcedMonotonicity> makeMonotonic(std::span<ClassicBucket> buckets) {
  model::ForcedMonotonicity mended{.min_bucket = kInfinity, .max_bucket = -kInfinity};
  bool forced = false;
  for (std::size_t i = 1; i < buckets.size(); ++i) {
    const double before = buckets[i - 1].count;
    const double count = buckets[i].count;
    if (count == before) continue;
    if (almostEqual(before, count)) {
      buckets[i].count = before;
    } else if (count < before) {
      buckets[i].count = before;
      forced = true;
      mended.min_bucket = std::min(mended.min_bucket, buckets[i].upper);
      mended.max_bucket = std::max(mended.max_bucket, buckets[i].upper);
      mended.max_difference = std::max(mended.max_difference, before - count);
    }
  }
  if (!forced) return std::nullopt;
  return mended;
}

/// As 2.x does it: the least excess counts, and nobody is told.
void makeMonotonicAs2x(std::span<ClassicBucket> buckets) {
  double highest = buckets[0].count;
  for (ClassicBucket& bucket : buckets) {
    if (bucket.count < highest) bucket.count = highest;
    if (bucket.count > highest) highest = bucket.count;
  }
}

double classicQuantile(double q, std::vector<ClassicBucket>& all, model::Dialect dialect,
                       std::optional<model::ForcedMonotonicity>& mended) {
  if (isNaN(q)) return model::kNormalNaN;
  if (q < 0) return -kInfinity;
  if (q > 1) return kInfinity;
  const std::span<ClassicBucket> buckets = inOrder(all);
  if (buckets.empty()) return model::kNormalNaN;
  if (dialect == model::Dialect::kPrometheus3) {
    mended = makeMonotonic(buckets);
  } else {
    makeMonotonicAs2x(buckets);
  }
  if (buckets.size() < 2 || buckets.back().count == 0) return model::kNormalNaN;
  double rank = q * buckets.back().count;
  std::size_t b = 0;
  while (b < buckets.size() - 1 && !(buckets[b].count >= rank)) ++b;
  if (b == buckets.size() - 1) return buckets[b - 1].upper;
  if (b == 0 && buckets[0].upper <= 0) return buckets[0].upper;
  double start = 0;
  double count = buckets[b].count;
  if (b > 0) {
    start = buckets[b - 1].upper;
    count -= buckets[b - 1].count;
    rank -= buckets[b - 1].count;
  }
  return start + (buckets[b].upper - start) * (rank / count);
}

/// What share of the observations is between two values, counted from ranks below them.
class Ranks {
 public:
  Ranks(double lower, double upper) : lower_{lower}, upper_{upper} {}

  bool done() const { return lower_.met && upper_.met; }
  /// A bucket before which `rank` observations are; `within` gives the rank of a value in it.
  template <class Within>
  void meet(double start, double end, double rank, const Within& within) {
    for (Bound* const bound : {&lower_, &upper_}) {
      if (!bound->met && start >= bound->value) *bound = {bound->value, true, rank};
    }
    if (done()) return;
    for (Bound* const bound : {&lower_, &upper_}) {
      if (bound->met || start >= bound->value || end <= bound->value) continue;
      *bound = {bound->value, true, within(bound->value)};
    }
  }
  double between(double count) const { return upper_.below(count) - lower_.below(count); }

 private:
  struct Bound {
    double value = 0;
    bool met = false;
    double rank = 0;

    double below(double count) const { return !met || rank > count ? count : rank; }
  };

  Bound lower_;
  Bound upper_;
};

double classicFraction(double lower, double upper, std::vector<ClassicBucket>& all) {
  const std::span<ClassicBucket> buckets = inOrder(all);
  if (buckets.empty()) return model::kNormalNaN;
  const double count = buckets.back().count;
  if (count == 0 || isNaN(lower) || isNaN(upper)) return model::kNormalNaN;
  if (lower >= upper) return 0;
  Ranks ranks(lower, upper);
  double rank = 0;
  double start = buckets[0].upper <= 0 ? -kInfinity : 0;
  for (const ClassicBucket& bucket : buckets) {
    ranks.meet(start, bucket.upper, rank, [&](double value) {
      if (start == -kInfinity) return bucket.count;
      return rank + (bucket.count - rank) * (value - start) / (bucket.upper - start);
    });
    if (ranks.done()) break;
    rank = bucket.count;
    start = bucket.upper;
  }
  return ranks.between(count) / count;
}

double nativeVariance(const FloatHistogram& histogram) {
  const double mean = histogram.sum / histogram.count;
  double variance = 0;
  double c = 0;
  for (const Bucket& bucket : model::allBuckets(histogram)) {
    if (bucket.count == 0) continue;
    double value = 0;
    if (histogram.usesCustomBuckets()) {
      value = (bucket.upper + bucket.lower) / 2.0;
    } else if (bucket.lower > 0 || bucket.upper < 0) {
      value = std::sqrt(bucket.upper * bucket.lower);
      if (bucket.upper < 0) value = -value;
    }
    const double delta = value - mean;
    compensatedAdd(bucket.count * delta * delta, variance, c);
  }
  variance += c;
  return variance / histogram.count;
}

/// A zero bucket beside buckets of one sign alone holds values of that sign.
void narrowZeroBucket(Bucket& bucket, const FloatHistogram& histogram) {
  if (histogram.negative_buckets.empty() && !histogram.positive_buckets.empty()) bucket.lower = 0;
  if (histogram.positive_buckets.empty() && !histogram.negative_buckets.empty()) bucket.upper = 0;
}

}  // namespace

double Evaluation::nativeQuantile(double q, const FloatHistogram& histogram, std::string_view name,
                                  const Expr& about) {
  if (q < 0) return -kInfinity;
  if (q > 1) return kInfinity;
  if (histogram.count == 0 || isNaN(q)) return model::kNormalNaN;
  const bool nan_sum = isNaN(histogram.sum);
  const bool ascending = nan_sum || q < 0.5;
  const auto order = ascending ? model::BucketOrder::kAscending : model::BucketOrder::kDescending;
  const std::vector<Bucket> buckets = model::allBuckets(histogram, order);
  double rank = (ascending ? q : 1 - q) * histogram.count;
  double count = 0;
  Bucket bucket;
  std::size_t next = 0;
  while (next < buckets.size()) {
    bucket = buckets[next++];
    if (bucket.count == 0) continue;
    count += bucket.count;
    if (count >= rank) break;
  }
  if (histogram.usesCustomBuckets()) {
    if (bucket.lower == -kInfinity) {
      if (bucket.upper <= 0) return bucket.upper;
      bucket.lower = 0;
    } else if (bucket.upper == kInfinity) {
      return bucket.lower;
    }
  } else if (bucket.lower < 0 && bucket.upper > 0) {
    narrowZeroBucket(bucket, histogram);
  }
  count = count > histogram.count ? histogram.count : count;
  constexpr const char* kHas = "input to histogram_quantile has NaN observations, result is ";
  if (count < rank) {
    if (!nan_sum) return bucket.upper;
    inform(engine::annotation_text::about(kHas + std::string("NaN"), name), about);
    return model::kNormalNaN;
  }
  rank = ascending ? rank - (count - bucket.count) : count - rank;
  if (nan_sum) {
    // Prometheus goes on to the last bucket and answers out of that.
    for (; next < buckets.size(); ++next) {
      bucket = buckets[next];
      count += bucket.count;
    }
    if (count < histogram.count) {
      inform(engine::annotation_text::about(kHas + std::string("skewed higher"), name), about);
    }
  }
  const double fraction = rank / bucket.count;
  if (histogram.usesCustomBuckets() || (bucket.lower <= 0 && bucket.upper >= 0)) {
    return bucket.lower + (bucket.upper - bucket.lower) * fraction;
  }
  const double lower = std::log2(std::abs(bucket.lower));
  const double upper = std::log2(std::abs(bucket.upper));
  if (bucket.lower > 0) return std::exp2(lower + (upper - lower) * fraction);
  return -std::exp2(upper + (lower - upper) * (1 - fraction));
}

double Evaluation::nativeFraction(double lower, double upper, const FloatHistogram& histogram,
                                  std::string_view name, const Expr& about) {
  if (histogram.count == 0 || isNaN(lower) || isNaN(upper)) return model::kNormalNaN;
  if (lower >= upper) return 0;
  Ranks ranks(lower, upper);
  double rank = 0;
  double count = 0;
  const std::vector<Bucket> buckets = model::allBuckets(histogram);
  std::size_t next = 0;
  while (next < buckets.size() && !ranks.done()) {
    Bucket bucket = buckets[next++];
    count += bucket.count;
    const bool around_zero = bucket.lower <= 0 && bucket.upper >= 0;
    if (around_zero) narrowZeroBucket(bucket, histogram);
    ranks.meet(bucket.lower, bucket.upper, rank, [&](double value) {
      if (histogram.usesCustomBuckets() || around_zero) {
        if (bucket.lower == -kInfinity) return bucket.count;
        return rank + bucket.count * ((value - bucket.lower) / (bucket.upper - bucket.lower));
      }
      const double low = std::log2(std::abs(bucket.lower));
      const double high = std::log2(std::abs(bucket.upper));
      const double log = std::log2(std::abs(value));
      const double below = value > 0 ? (log - low) / (high - low) : 1 - ((log - high) / (low - high));
      return rank + bucket.count * below;
    });
    rank += bucket.count;
  }
  if (isNaN(histogram.sum)) {
    for (; next < buckets.size(); ++next) count += buckets[next].count;
    if (count < histogram.count) {
      inform(engine::annotation_text::about(
                 "input to histogram_fraction has NaN observations, which are excluded from all fractions",
                 name),
             about);
    }
  } else {
    count = histogram.count;
  }
  return ranks.between(count) / histogram.count;
}

namespace {

std::string openMetrics(double value) {
  if (isNaN(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  std::string text = general(value);
  if (value == 0) text = "0";
  return text.find_first_of("e.") == std::string::npos ? text + ".0" : text;
}

}  // namespace

Vector Evaluation::histogramFunction(const Expr& expr, const std::vector<Vector>& args, std::int64_t now) {
  const auto& call = *as<promql::Call>(expr);
  const std::string_view name = call.function->name;
  Vector result;
  const auto emit = [&](Sample sample, double value) {
    sample.value = value;
    sample.histogram = nullptr;
    sample.drop_name = true;  // these keep __type__ and __unit__
    if (!delayed()) sample.labels = sample.labels.withoutMetricName();
    result.push_back(std::move(sample));
  };
  const bool quantile = name == "histogram_quantile";
  const bool quantiles = name == "histogram_quantiles";
  if (!quantile && !quantiles && name != "histogram_fraction") {
    for (const Sample& sample : args[0]) {
      if (!sample.histogram) continue;
      const FloatHistogram& histogram = *sample.histogram;
      double value = histogram.count;
      if (name == "histogram_sum") value = histogram.sum;
      if (name == "histogram_avg") value = histogram.sum / histogram.count;
      if (name == "histogram_stdvar") value = nativeVariance(histogram);
      if (name == "histogram_stddev") value = std::sqrt(nativeVariance(histogram));
      emit(sample, value);
    }
    return result;
  }
  const std::size_t vector_at = quantiles ? 0 : args.size() - 1;
  const Expr& about_vector = promql::withoutParens(*call.args[vector_at]);
  const Expr& about_first = promql::withoutParens(*call.args[0]);
  std::vector<double> qs;
  for (std::size_t i = quantiles ? 2 : 0; (quantile && i < 1) || (quantiles && i < args.size()); ++i) {
    const double q = args[i][0].value;
    qs.push_back(q);
    if (isNaN(q) || q < 0 || q > 1) {
      warn(engine::annotation_text::invalidQuantile(general(q)), promql::withoutParens(*call.args[i]));
    }
  }
  std::vector<Sample> natives;
  std::map<model::Labels, Classic> classics;
  for (const Sample& sample : args[vector_at]) {
    if (sample.histogram) {
      natives.push_back(sample);
      continue;
    }
    const std::string_view le = sample.labels.get("le");
    const auto bound = parseBound(le);
    if (!bound) {
      warn(engine::annotation_text::badBucketLabel(delayed() ? sample.labels.metricName() : "", le),
           about_vector);
      continue;
    }
    static constexpr std::string_view kLe = "le";
    const model::Labels labels = sample.labels.drop({&kLe, 1});
    // A sum of buckets may have lost its name already; two such series are told apart by what is left.
    Classic& classic = classics[labels];
    classic.labels = labels;
    classic.buckets.push_back({*bound, sample.value});
  }
  std::erase_if(natives, [&](const Sample& sample) {
    if (classics.erase(sample.labels) == 0) return false;
    warn(engine::annotation_text::mixedClassicNative(delayed() ? sample.labels.metricName() : ""),
         about_vector);
    return true;
  });
  const auto labeled = [&](const model::Labels& labels, double q) {
    if (!quantiles) return labels;
    model::LabelsBuilder builder(labels);
    return builder.set(as<promql::StringLiteral>(promql::withoutParens(*call.args[1]))->value, openMetrics(q))
        .labels();
  };
  for (std::size_t i = 0; i < std::max<std::size_t>(1, qs.size()); ++i) {
    for (Sample sample : natives) {
      dropName(sample);
      const std::string_view metric = sample.labels.metricName();
      const std::string shown(metric);
      const double value = qs.empty() ? nativeFraction(args[0][0].value, args[1][0].value, *sample.histogram,
                                                       shown, about_first)
                                      : nativeQuantile(qs[i], *sample.histogram, shown, about_first);
      if (!qs.empty()) sample.labels = labeled(sample.labels, qs[i]);
      sample.value = value;
      sample.histogram = nullptr;
      result.push_back(std::move(sample));
    }
    for (auto& [labels, classic] : classics) {
      std::optional<model::ForcedMonotonicity> mended;
      const double value = qs.empty() ? classicFraction(args[0][0].value, args[1][0].value, classic.buckets)
                                      : classicQuantile(qs[i], classic.buckets, dialect_, mended);
      if (mended) {
        mended->first_ms = mended->last_ms = now;
        annotations_.addForcedMonotonicity(delayed() ? labels.metricName() : "", *mended,
                                           about_vector.pos.start);
      }
      Sample sample{.labels = labels, .value = value};
      dropName(sample);
      if (!qs.empty()) sample.labels = labeled(sample.labels, qs[i]);
      result.push_back(std::move(sample));
    }
  }
  return result;
}

}  // namespace prome::differential
