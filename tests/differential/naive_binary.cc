#include <cmath>
#include <map>
#include <set>

#include "engine/annotation_text.h"
#include "promql/printer.h"
#include "tests/differential/naive_evaluation.h"

namespace prome::differential {
namespace {

using promql::as;
using promql::BinaryOp;
using promql::Expr;

bool isComparison(BinaryOp op) {
  return op >= BinaryOp::kEqual && op <= BinaryOp::kLessEqual;
}

double arithmetic(BinaryOp op, double lhs, double rhs) {
  if (op == BinaryOp::kAdd) return lhs + rhs;
  if (op == BinaryOp::kSub) return lhs - rhs;
  if (op == BinaryOp::kMul) return lhs * rhs;
  if (op == BinaryOp::kDiv) return lhs / rhs;
  if (op == BinaryOp::kMod) return std::fmod(lhs, rhs);
  if (op == BinaryOp::kPow) return std::pow(lhs, rhs);
  return std::atan2(lhs, rhs);
}

bool compare(BinaryOp op, double lhs, double rhs) {
  if (op == BinaryOp::kEqual) return lhs == rhs;
  if (op == BinaryOp::kNotEqual) return lhs != rhs;
  if (op == BinaryOp::kGreater) return lhs > rhs;
  if (op == BinaryOp::kLess) return lhs < rhs;
  if (op == BinaryOp::kGreaterEqual) return lhs >= rhs;
  return lhs <= rhs;
}

/// One operation on two samples: nothing (dropped) where `kept` is false; a note is for annotations.
struct Outcome {
  double value = 0;
  model::HistogramPtr histogram = {};
  bool kept = true;
  bool computed = true;  // false: not even `bool` makes a value of it
  std::string warning = {};
  std::string info = {};
};

Outcome incompatible(const Sample& lhs, const Sample& rhs, BinaryOp op) {
  const auto type = [](const Sample& sample) { return sample.histogram ? "histogram" : "float"; };
  return {.kept = false,
          .computed = false,
          .info = engine::annotation_text::incompatibleTypes(type(lhs), promql::operatorText(op), type(rhs))};
}

Outcome addHistograms(BinaryOp op, const Sample& lhs, const Sample& rhs) {
  model::FloatHistogram sum = *lhs.histogram;
  const bool adds = op == BinaryOp::kAdd;
  const auto added = adds ? sum.add(*rhs.histogram) : sum.subtract(*rhs.histogram);
  if (!added) {
    return {.kept = false,
            .computed = false,
            .warning = engine::annotation_text::incompatibleBucketLayout(promql::operatorText(op))};
  }
  const std::string_view name = adds ? "addition" : "subtraction";
  if (!adds) sum.counter_reset_hint = model::CounterResetHint::kGauge;
  Outcome result;
  // Between two vectors a collision loses the sample; the caller decides.
  if (added->counter_reset_collision) result.warning = engine::annotation_text::counterResetCollision(name);
  if (added->bounds_reconciled) result.info = engine::annotation_text::mismatchedCustomBuckets(name);
  result.histogram = share(sum.compact(0));
  return result;
}

Outcome operate(BinaryOp op, const Sample& lhs, const Sample& rhs) {
  const bool trims = op == BinaryOp::kTrimUpper || op == BinaryOp::kTrimLower;
  if (!lhs.histogram && !rhs.histogram) {
    if (trims) return incompatible(lhs, rhs, op);
    if (isComparison(op)) return {.value = lhs.value, .kept = compare(op, lhs.value, rhs.value)};
    return {.value = arithmetic(op, lhs.value, rhs.value)};
  }
  if (lhs.histogram && rhs.histogram) {
    if (op == BinaryOp::kAdd || op == BinaryOp::kSub) return addHistograms(op, lhs, rhs);
    if (op != BinaryOp::kEqual && op != BinaryOp::kNotEqual) return incompatible(lhs, rhs, op);
    const bool equal = lhs.histogram->equals(*rhs.histogram);
    return {.histogram = lhs.histogram, .kept = equal == (op == BinaryOp::kEqual)};
  }
  model::FloatHistogram histogram = lhs.histogram ? *lhs.histogram : *rhs.histogram;
  const double number = lhs.histogram ? rhs.value : lhs.value;
  if (op == BinaryOp::kMul) return {.histogram = share(histogram.multiply(number).compact(0))};
  if (!lhs.histogram) return incompatible(lhs, rhs, op);
  if (op == BinaryOp::kDiv) return {.histogram = share(histogram.divide(number).compact(0))};
  if (!trims) return incompatible(lhs, rhs, op);
  using Trim = model::FloatHistogram::Trim;
  return {.histogram =
              share(histogram.trimBuckets(number, op == BinaryOp::kTrimUpper ? Trim::kUpper : Trim::kLower))};
}

}  // namespace

model::Labels Evaluation::signature(const model::Labels& labels,
                                    const promql::VectorMatching& matching) const {
  std::set<std::string_view> names(matching.labels.begin(), matching.labels.end());
  if (!matching.on) names.insert(model::kMetricName);
  const std::vector<std::string_view> sorted(names.begin(), names.end());
  return matching.on ? labels.keep(sorted) : labels.drop(sorted);
}

Vector Evaluation::setOperation(const promql::BinaryExpr& binary, const Vector& lhs, const Vector& rhs) {
  std::set<model::Labels> on_left;
  std::set<model::Labels> on_right;
  for (const Sample& sample : lhs) on_left.insert(signature(sample.labels, *binary.matching));
  for (const Sample& sample : rhs) on_right.insert(signature(sample.labels, *binary.matching));
  Vector result;
  for (const Sample& sample : lhs) {
    const bool matched = on_right.contains(signature(sample.labels, *binary.matching));
    if (binary.op == BinaryOp::kOr || matched == (binary.op == BinaryOp::kAnd)) result.push_back(sample);
  }
  if (binary.op != BinaryOp::kOr) return result;
  for (const Sample& sample : rhs) {
    if (!on_left.contains(signature(sample.labels, *binary.matching))) result.push_back(sample);
  }
  return result;
}

bool Evaluation::changesMeaning(BinaryOp op) const {
  return op < BinaryOp::kAtan2 || (op == BinaryOp::kAtan2 && is3x());
}

model::Labels Evaluation::resultLabels(const model::Labels& lhs, const model::Labels& rhs,
                                       const promql::BinaryExpr& binary) const {
  const promql::VectorMatching& matching = *binary.matching;
  model::LabelsBuilder labels(lhs);
  const bool dropped_by_bool = binary.return_bool && !delayed();
  if (changesMeaning(binary.op) || (dropped_by_bool && is3x())) {
    labels.remove(model::kMetricName);
    if (is3x()) labels.remove("__type__").remove("__unit__");
  }
  if (matching.cardinality == promql::MatchCardinality::kOneToOne) {
    std::set<std::string_view> names(matching.labels.begin(), matching.labels.end());
    const std::vector<std::string_view> sorted(names.begin(), names.end());
    const model::Labels all = labels.labels();
    labels.reset(matching.on ? all.keep(sorted) : all.drop(sorted));
  }
  for (const std::string_view name : matching.include) labels.set(name, rhs.get(name));
  // 2.x drops the name at the very end, even one that group_left has just put there.
  if (dropped_by_bool && !is3x()) labels.remove(model::kMetricName);
  return labels.labels();
}

/// Operators between two vectors but and, or, unless. For one-to-many the sides are swapped, so that `rhs`
/// is always the side of one.
Vector Evaluation::vectors(const Expr& expr, Vector lhs, Vector rhs) {
  const auto& binary = *as<promql::BinaryExpr>(expr);
  const promql::VectorMatching& matching = *binary.matching;
  const bool fills = matching.fill_left || matching.fill_right;
  if ((lhs.empty() && rhs.empty()) || ((lhs.empty() || rhs.empty()) && !fills)) return {};
  const bool swapped = matching.cardinality == promql::MatchCardinality::kOneToMany;
  const bool one_to_one = matching.cardinality == promql::MatchCardinality::kOneToOne;
  if (swapped) std::swap(lhs, rhs);

  std::map<model::Labels, const Sample*> ones;
  for (const Sample& sample : rhs) {
    const model::Labels group = signature(sample.labels, matching);
    const auto [at, added] = ones.emplace(group, &sample);
    if (added) continue;
    failWith("found duplicate series for the match group " + group.toString() + " on the " +
             (swapped ? "left" : "right") + " hand-side of the operation: [" + sample.labels.toString() +
             ", " + at->second->labels.toString() +
             "];many-to-many matching not allowed: matching labels must be unique on one side");
  }

  std::map<model::Labels, std::set<model::Labels>> matched;
  Outcome last;  // Prometheus keeps the last annotation of a step alone
  Vector result;
  const auto apply = [&](const Sample& left, const Sample& right, const model::Labels& group) {
    Outcome outcome = swapped ? operate(binary.op, right, left) : operate(binary.op, left, right);
    if (!outcome.warning.empty() || !outcome.info.empty()) last = outcome;
    if (!outcome.computed || !outcome.warning.empty()) return;
    if (binary.return_bool) outcome = {.value = outcome.kept ? 1.0 : 0.0, .kept = true};
    if (!outcome.kept && !is3x()) return;  // before anybody asks how many match
    const model::Labels labels = resultLabels(left.labels, right.labels, binary);
    if (one_to_one && !matched[group].empty()) {
      failWith("multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)");
    }
    if (!matched[group].insert(labels).second) {
      failWith("multiple matches for labels: grouping labels must ensure unique matches");
    }
    if (!outcome.kept) return;
    result.push_back({labels, outcome.value, outcome.histogram, 0, binary.return_bool});
  };
  // fill_right is for the side of one and fill_left for the other, also where the sides are swapped: so
  // Prometheus has it.
  const auto& fill_one = matching.fill_right;
  const auto& fill_many = matching.fill_left;
  for (const Sample& left : lhs) {
    const model::Labels group = signature(left.labels, matching);
    if (const auto one = ones.find(group); one != ones.end()) {
      apply(left, *one->second, group);
    } else if (fill_one) {
      apply(left, {.labels = group, .value = *fill_one}, group);
    }
  }
  if (fill_many) {
    for (const Sample& right : rhs) {
      const model::Labels group = signature(right.labels, matching);
      if (matched[group].empty()) apply({.labels = group, .value = *fill_many}, right, group);
    }
  }
  if (!last.warning.empty()) {
    warn(last.warning, expr);
  } else if (!last.info.empty()) {
    inform(last.info, expr);
  }
  return result;
}

Vector Evaluation::vectorScalar(const Expr& expr, const Vector& vector, double scalar, bool scalar_is_left) {
  const auto& binary = *as<promql::BinaryExpr>(expr);
  const Sample number{.value = scalar};
  Vector result;
  std::string info;
  for (Sample sample : vector) {
    Outcome outcome =
        scalar_is_left ? operate(binary.op, number, sample) : operate(binary.op, sample, number);
    if (!outcome.computed) {
      info = outcome.info;
      continue;
    }
    if (isComparison(binary.op) && scalar_is_left) {
      outcome.value = sample.value;
      outcome.histogram = sample.histogram;
    }
    if (binary.return_bool) {
      outcome.value = outcome.kept ? 1.0 : 0.0;
      // outcome.histogram stays: only floats are ever compared with a number.
    } else if (!outcome.kept) {
      continue;
    }
    sample.value = outcome.value;
    sample.histogram = outcome.histogram;
    if (changesMeaning(binary.op) || binary.return_bool) dropName(sample);
    result.push_back(std::move(sample));
  }
  if (!info.empty()) inform(info, expr);
  return result;
}

Rows Evaluation::binary(const Expr& expr, const Grid& grid) {
  const auto& binary = *as<promql::BinaryExpr>(expr);
  const Rows lhs = operand(*binary.lhs, grid);
  const Rows rhs = operand(*binary.rhs, grid);
  const bool left_scalar = binary.lhs->type == promql::ValueType::kScalar;
  const bool right_scalar = binary.rhs->type == promql::ValueType::kScalar;
  Rows result(grid.size());
  for (std::size_t i = 0; i < grid.size(); ++i) {
    if (left_scalar && right_scalar) {
      const double a = lhs[i][0].value;
      const double b = rhs[i][0].value;
      const bool compares = isComparison(binary.op);
      result[i].push_back(
          {.value = compares ? (compare(binary.op, a, b) ? 1.0 : 0.0) : arithmetic(binary.op, a, b)});
    } else if (left_scalar) {
      result[i] = vectorScalar(expr, rhs[i], lhs[i][0].value, true);
    } else if (right_scalar) {
      result[i] = vectorScalar(expr, lhs[i], rhs[i][0].value, false);
    } else if (binary.op == BinaryOp::kAnd || binary.op == BinaryOp::kOr || binary.op == BinaryOp::kUnless) {
      result[i] = setOperation(binary, lhs[i], rhs[i]);
    } else {
      result[i] = vectors(expr, lhs[i], rhs[i]);
    }
  }
  return perStep(std::move(result), grid);
}

}  // namespace prome::differential
