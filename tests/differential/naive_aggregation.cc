#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "engine/annotation_text.h"
#include "model/sample.h"
#include "promql/printer.h"
#include "tests/differential/naive_evaluation.h"

namespace prome::differential {
namespace {

using promql::AggregateOp;
using promql::as;
using promql::Expr;

bool ranks(AggregateOp op) {
  return op == AggregateOp::kTopk || op == AggregateOp::kBottomk || op == AggregateOp::kLimitk ||
         op == AggregateOp::kLimitRatio;
}

std::vector<const Sample*> floatsOf(const std::vector<const Sample*>& group) {
  std::vector<const Sample*> floats;
  std::ranges::copy_if(group, std::back_inserter(floats), [](const Sample* s) { return !s->histogram; });
  return floats;
}

/// Go's container/heap, which decides who survives a tie.
class Heap {
 public:
  Heap(bool smallest_first, std::size_t limit, model::Dialect dialect)
      : smallest_first_(smallest_first), limit_(limit), dialect_(dialect) {}

  void offer(const Sample& sample) {
    if (samples_.size() < limit_) {
      samples_.push_back(sample);
      up(samples_.size() - 1);
    } else if (!beats(sample.value, samples_[0].value)) {
      return;
    } else if (dialect_ == model::Dialect::kPrometheus3) {
      samples_[0] = sample;
      down(0);
    } else {  // heap.Pop and heap.Push, as 2.42 does it
      samples_[0] = samples_.back();
      samples_.pop_back();
      down(0);
      samples_.push_back(sample);
      up(samples_.size() - 1);
    }
  }

  Vector asKept() && { return std::move(samples_); }

  /// Go sorts twelve elements or fewer one after the other to its place: a NaN goes before those NaNs that
  /// are there. What it does with more is left open.
  Vector bestFirst() && {
    if (samples_.size() > 12) {
      std::ranges::stable_sort(samples_, [this](const Sample& a, const Sample& b) {
        return isNaN(b.value) ? !isNaN(a.value) : beats(a.value, b.value);
      });
      return std::move(samples_);
    }
    for (std::size_t i = 1; i < samples_.size(); ++i) {
      for (std::size_t j = i; j > 0 && before(j - 1, j); --j) std::swap(samples_[j - 1], samples_[j]);
    }
    return std::move(samples_);
  }

 private:
  bool beats(double a, double b) const {
    return (smallest_first_ ? a > b : a < b) || (isNaN(b) && !isNaN(a));
  }
  bool before(std::size_t i, std::size_t j) const {
    const double a = samples_[i].value;
    const double b = samples_[j].value;
    return isNaN(a) || (smallest_first_ ? a < b : a > b);
  }
  void up(std::size_t j) {
    while (j > 0) {
      const std::size_t parent = (j - 1) / 2;
      if (!before(j, parent)) break;
      std::swap(samples_[parent], samples_[j]);
      j = parent;
    }
  }
  void down(std::size_t i) {
    for (;;) {
      std::size_t child = 2 * i + 1;
      if (child >= samples_.size()) break;
      if (child + 1 < samples_.size() && before(child + 1, child)) ++child;
      if (!before(child, i)) break;
      std::swap(samples_[i], samples_[child]);
      i = child;
    }
  }

  bool smallest_first_;
  std::size_t limit_;
  model::Dialect dialect_;
  Vector samples_;
};

}  // namespace

model::Labels Evaluation::group(const model::Labels& labels, const promql::AggregateExpr& aggregate,
                                std::string_view with) const {
  std::set<std::string_view> names(aggregate.grouping.begin(), aggregate.grouping.end());
  if (aggregate.without) {
    names.insert(model::kMetricName);
  } else if (!with.empty()) {
    names.insert(with);
  }
  const std::vector<std::string_view> sorted(names.begin(), names.end());
  return aggregate.without ? labels.drop(sorted) : labels.keep(sorted);
}

Rows Evaluation::countValues(const promql::AggregateExpr& aggregate, const Grid& grid) {
  const std::string_view label = as<promql::StringLiteral>(promql::withoutParens(*aggregate.param))->value;
  if (label.empty()) failWith("invalid label name \"\"");
  const Rows input = operand(promql::withoutParens(*aggregate.expr), grid);
  Rows result(grid.size());
  for (std::size_t i = 0; i < grid.size(); ++i) {
    std::map<model::Labels, double> counts;
    for (const Sample& sample : input[i]) {
      model::LabelsBuilder labels(sample.labels);
      labels.set(label, sample.histogram ? sample.histogram->toString() : fixed(sample.value));
      counts[group(labels.labels(), aggregate, label)] += 1;
    }
    for (const auto& [labels, count] : counts) result[i].push_back({.labels = labels, .value = count});
  }
  return perStep(std::move(result), grid);
}

std::optional<WindowValue> Evaluation::sum(const std::vector<const Sample*>& group, const Expr& about) {
  std::optional<model::FloatHistogram> total;
  std::unique_ptr<model::FloatHistogram> compensation;
  double sum = 0;
  double c = 0;
  std::size_t floats = 0;
  bool histograms = false;
  bool incompatible = false;
  std::set<model::CounterResetHint> hints;
  for (const Sample* const sample : group) {
    if (incompatible) break;
    if (!sample->histogram) {
      if (floats++ == 0 && sample == group[0]) {
        sum = sample->value;
      } else if (is3x()) {
        compensatedAdd(sample->value, sum, c);
      } else {
        sum += sample->value;
      }
      continue;
    }
    histograms = true;
    if (sample == group[0]) {
      total = *sample->histogram;
    } else if (total) {
      const auto added = total->kahanAdd(*sample->histogram, compensation);
      if (!added) {
        warn(engine::annotation_text::mixedExponentialCustom(sample->labels.metricName()), about);
        incompatible = true;
      } else if (added->bounds_reconciled) {
        inform(engine::annotation_text::mismatchedCustomBuckets("aggregation"), about);
      }
    }
    if (total) hints.insert(sample->histogram->counter_reset_hint);
  }
  if (floats > 0 && histograms) {
    warn(engine::annotation_text::mixedFloatsHistogramsInAggregation(), about);
    return std::nullopt;
  }
  if (incompatible) return std::nullopt;
  if (hints.contains(model::CounterResetHint::kReset) && hints.contains(model::CounterResetHint::kNotReset)) {
    warn(engine::annotation_text::counterResetCollision("aggregation"), about);
  }
  // 2.x has nothing to add: a sum of -0 alone stays -0.
  if (!total) return WindowValue{.value = is3x() ? sum + c : sum};
  if (compensation) static_cast<void>(total->add(*compensation));
  return WindowValue{.histogram = share(total->compact(0))};
}

std::optional<WindowValue> Evaluation::mean(const std::vector<const Sample*>& group, const Expr& about) {
  std::optional<model::FloatHistogram> total;  // a sum, then, when that would overflow, a mean
  std::unique_ptr<model::FloatHistogram> compensation;
  bool histogram_mean = false;
  double sum = 0;
  double c = 0;
  bool float_mean = false;
  bool floats = false;
  bool histograms = false;
  bool incompatible = false;
  double count = 0;
  std::set<model::CounterResetHint> hints;
  for (const Sample* const sample : group) {
    if (incompatible) break;
    ++count;
    const double q = (count - 1) / count;
    if (!sample->histogram) {
      floats = true;
      if (count == 1) {
        sum = sample->value;
        continue;
      }
      if (!is3x()) {  // a running mean, which infinities do not spoil
        const double value = sample->value;
        if (std::isinf(sum)) {
          if (std::isinf(value) && (sum > 0) == (value > 0)) continue;
          if (!std::isinf(value) && !isNaN(value)) continue;
        }
        sum += value / count - sum / count;
        continue;
      }
      if (!float_mean) {
        double next = sum;
        double next_c = c;
        compensatedAdd(sample->value, next, next_c);
        if (!std::isinf(next)) {
          sum = next;
          c = next_c;
          continue;
        }
        float_mean = true;
        // Histograms before it make this a mean of what was never summed; the mix is dropped anyway.
        sum /= count - 1;
        c /= count - 1;
      }
      sum *= q;
      c *= q;
      compensatedAdd(sample->value / count, sum, c);
      continue;
    }
    histograms = true;
    if (count == 1) total = *sample->histogram;
    if (total) hints.insert(sample->histogram->counter_reset_hint);
    if (count == 1 || !total) continue;
    const auto note = [&](const Result<model::HistogramAddition>& added) {
      if (!added) {
        warn(engine::annotation_text::mixedExponentialCustom(sample->labels.metricName()), about);
        incompatible = true;
      } else if (added->bounds_reconciled) {
        inform(engine::annotation_text::mismatchedCustomBuckets("aggregation"), about);
      }
    };
    if (!histogram_mean) {
      model::FloatHistogram next = *total;
      auto next_c = compensation ? std::make_unique<model::FloatHistogram>(*compensation) : nullptr;
      note(next.kahanAdd(*sample->histogram, next_c));
      if (incompatible) break;
      if (!next.hasOverflow()) {
        total = std::move(next);
        compensation = std::move(next_c);
        continue;
      }
      histogram_mean = true;
      total->divide(count - 1);
      if (compensation) compensation->divide(count - 1);
    }
    if (compensation) compensation->multiply(q);
    model::FloatHistogram share_of_mean = *sample->histogram;
    share_of_mean.divide(count);
    note(total->multiply(q).kahanAdd(share_of_mean, compensation));
  }
  if (floats && histograms) {
    warn(engine::annotation_text::mixedFloatsHistogramsInAggregation(), about);
    return std::nullopt;
  }
  if (incompatible) return std::nullopt;
  if (hints.contains(model::CounterResetHint::kReset) && hints.contains(model::CounterResetHint::kNotReset)) {
    warn(engine::annotation_text::counterResetCollision("aggregation"), about);
  }
  if (!total) {
    if (!is3x()) return WindowValue{.value = sum};
    return WindowValue{.value = float_mean ? sum + c : sum / count + c / count};
  }
  if (!histogram_mean) {
    total->divide(count);
    if (compensation) compensation->divide(count);
  }
  if (compensation) static_cast<void>(total->add(*compensation));
  return WindowValue{.histogram = share(total->compact(0))};
}

/// Aggregations of one value a group.
Vector Evaluation::fold(const promql::AggregateExpr& aggregate, const Vector& input, double parameter) {
  const Expr& about = promql::withoutParens(*aggregate.expr);
  std::vector<std::pair<model::Labels, std::vector<const Sample*>>> groups;
  for (const Sample& sample : input) {
    const model::Labels key = group(sample.labels, aggregate);
    auto found = std::ranges::find(groups, key, [](const auto& g) { return g.first; });
    if (found == groups.end()) found = groups.insert(groups.end(), {key, {}});
    found->second.push_back(&sample);
  }
  Vector result;
  for (const auto& [labels, members] : groups) {
    std::optional<WindowValue> value;
    std::vector<const Sample*> used = members;
    const AggregateOp op = aggregate.op;
    if (op == AggregateOp::kSum) value = sum(members, about);
    if (op == AggregateOp::kAvg) value = mean(members, about);
    if (op == AggregateOp::kGroup) value = WindowValue{1};
    if (op == AggregateOp::kCount) value = WindowValue{static_cast<double>(members.size())};
    if (op == AggregateOp::kMin || op == AggregateOp::kMax || op == AggregateOp::kStddev ||
        op == AggregateOp::kStdvar || op == AggregateOp::kQuantile) {
      used = floatsOf(members);
      if (used.size() != members.size()) {
        inform(engine::annotation_text::histogramIgnoredIn(promql::operatorText(op)), about);
      }
      if (used.empty()) continue;
      if (op == AggregateOp::kQuantile) {
        std::vector<double> values;
        for (const Sample* const sample : used) values.push_back(sample->value);
        value = WindowValue{quantileOf(parameter, values)};
      } else if (op == AggregateOp::kMin || op == AggregateOp::kMax) {
        double best = used[0]->value;
        for (const Sample* const sample : used) {
          const double next = sample->value;
          if ((op == AggregateOp::kMin ? best > next : best < next) || isNaN(best)) best = next;
        }
        value = WindowValue{best};
      } else {
        double average = used[0]->value;
        double squares = std::isfinite(average) || !is3x() ? 0 : model::kNormalNaN;
        for (std::size_t i = 1; i < used.size(); ++i) {
          const double delta = used[i]->value - average;
          average += delta / static_cast<double>(i + 1);
          squares += delta * (used[i]->value - average);
        }
        squares /= static_cast<double>(used.size());
        value = WindowValue{op == AggregateOp::kStdvar ? squares : std::sqrt(squares)};
      }
    }
    if (!value) continue;
    const bool drop = std::ranges::any_of(used, [](const Sample* s) { return s->drop_name; });
    result.push_back({labels, value->value, value->histogram, 0, drop});
  }
  return result;
}

/// Aggregations that let some samples pass.
Vector Evaluation::rank(const Expr& expr, const Vector& input, double parameter) {
  const auto& aggregate = *as<promql::AggregateExpr>(expr);
  const AggregateOp op = aggregate.op;
  std::vector<model::Labels> order;
  std::map<model::Labels, Vector> groups;
  if (op != AggregateOp::kLimitRatio && parameter < 1) return {};
  for (const Sample& sample : input) {
    const model::Labels key = group(sample.labels, aggregate);
    if (groups.try_emplace(key).second) order.push_back(key);
    if (sample.histogram && (op == AggregateOp::kTopk || op == AggregateOp::kBottomk)) {
      inform(engine::annotation_text::histogramIgnoredIn(promql::operatorText(op)), expr);
      continue;
    }
    groups[key].push_back(sample);
  }
  const std::size_t k =
      parameter < 1e9 ? static_cast<std::size_t>(std::max(0.0, parameter)) : std::size_t{1'000'000'000};
  Vector result;
  for (const model::Labels& key : order) {
    const Vector& members = groups[key];
    Vector kept;
    if (op == AggregateOp::kTopk || op == AggregateOp::kBottomk) {
      Heap heap(op == AggregateOp::kTopk, k, dialect_);
      for (const Sample& sample : members) heap.offer(sample);
      kept = std::move(heap).bestFirst();
    } else {
      // Nothing is ranked, but the samples go through a heap, which mixes up their order.
      Heap heap(true, members.size(), dialect_);
      const double ratio = std::clamp(parameter, -1.0, 1.0);
      for (std::size_t i = 0; i < members.size(); ++i) {
        const double place = static_cast<double>(members[i].labels.hash()) / 18446744073709551615.0;
        const bool sampled = ratio >= 0 ? place < ratio : place >= 1.0 + ratio;
        if (op == AggregateOp::kLimitk ? i < k : sampled) heap.offer(members[i]);
      }
      kept = std::move(heap).asKept();
    }
    result.insert(result.end(), kept.begin(), kept.end());
  }
  return result;
}

Rows Evaluation::aggregate(const Expr& expr, const Grid& grid) {
  const auto& aggregate = *as<promql::AggregateExpr>(expr);
  if (aggregate.op == AggregateOp::kCountValues) return countValues(aggregate, grid);
  Rows parameters(grid.size());
  double low = std::numeric_limits<double>::max();
  double high = -low;
  bool any_nan = false;
  if (aggregate.param != nullptr) {
    const Expr& parameter = promql::withoutParens(*aggregate.param);
    parameters = operand(parameter, grid);
    // A literal is taken as it is, also where it is not finite.
    const bool literal = as<promql::NumberLiteral>(parameter) != nullptr;
    for (const Vector& row : parameters) {
      const double value = row[0].value;
      any_nan = any_nan || isNaN(value);
      high = literal ? value : goMax(high, value);
      low = literal ? value : goMin(low, value);
    }
  }
  const Rows input = operand(promql::withoutParens(*aggregate.expr), grid);
  if (aggregate.op == AggregateOp::kLimitRatio) {
    if (high == 0 && low == 0) return Rows(grid.size());
    if (any_nan) failWith("Ratio value is NaN");
    const auto capped = engine::annotation_text::invalidRatio;
    const Expr& about = promql::withoutParens(*aggregate.param);
    if (high > 1) warn(capped(general(high), "1"), about);
    if (low < -1) warn(capped(general(low), "-1"), about);
  } else if (ranks(aggregate.op)) {
    if (!is3x()) {
      for (const Vector& row : parameters) {
        const double value = row[0].value;
        const bool fits = value >= -9223372036854775808.0 && value < 9223372036854775808.0;
        if (!fits) failWith("Scalar value " + general(value) + " overflows int64");
      }
    }
    if (high < 1) return Rows(grid.size());
    if (any_nan) failWith("Parameter value is NaN");
    if (low <= -9223372036854775808.0) failWith("Scalar value " + general(low) + " underflows int64");
    if (high >= 9223372036854775808.0) failWith("Scalar value " + general(high) + " overflows int64");
  } else if (aggregate.op == AggregateOp::kQuantile) {
    const Expr& about = promql::withoutParens(*aggregate.param);
    if (any_nan) warn(engine::annotation_text::invalidQuantile("NaN"), about);
    if (high > 1) warn(engine::annotation_text::invalidQuantile(general(high)), about);
    if (low < 0) warn(engine::annotation_text::invalidQuantile(general(low)), about);
  }
  Rows result(grid.size());
  for (std::size_t i = 0; i < grid.size(); ++i) {
    const double parameter = aggregate.param != nullptr ? parameters[i][0].value : 0;
    result[i] = ranks(aggregate.op) ? rank(expr, input[i], parameter) : fold(aggregate, input[i], parameter);
  }
  if (grid.oneStep()) return result;
  // Groups are in the order of their first series over all steps.
  std::map<model::Labels, std::size_t> order;
  for (const Vector& row : input) {
    for (const Sample& sample : row) {
      const auto [at, added] = order.emplace(group(sample.labels, aggregate), sample.order);
      if (!added) at->second = std::min(at->second, sample.order);
    }
  }
  const auto orderOf = [&](const Sample& sample) { return order.at(group(sample.labels, aggregate)); };
  for (Vector& row : result) {
    std::ranges::stable_sort(row, {}, orderOf);
    for (Sample& sample : row) sample.order = ranks(aggregate.op) ? sample.order : orderOf(sample);
  }
  // A series is one name or none: by its first step where samples pass, by its last where they are folded.
  std::map<model::Labels, bool> drop_name;
  for (const Vector& row : result) {
    for (const Sample& sample : row) {
      if (ranks(aggregate.op)) {
        drop_name.emplace(sample.labels, sample.drop_name);
      } else {
        drop_name[sample.labels] = sample.drop_name;
      }
    }
  }
  for (Vector& row : result) {
    for (Sample& sample : row) sample.drop_name = drop_name.at(sample.labels);
  }
  return result;
}

}  // namespace prome::differential
