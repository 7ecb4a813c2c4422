#include "tests/differential/shrinker.h"

#include <algorithm>
#include <utility>

#include "promql/parser.h"

namespace prome::differential {
namespace {

using promql::as;
using promql::Expr;

std::vector<const Expr*> childrenOf(const Expr& expr) {
  std::vector<const Expr*> children;
  if (const auto* const paren = as<promql::ParenExpr>(expr)) children = {paren->expr};
  if (const auto* const unary = as<promql::UnaryExpr>(expr)) children = {unary->expr};
  if (const auto* const subquery = as<promql::SubqueryExpr>(expr)) children = {subquery->expr};
  if (const auto* const binary = as<promql::BinaryExpr>(expr)) children = {binary->lhs, binary->rhs};
  if (const auto* const call = as<promql::Call>(expr)) children.assign(call->args.begin(), call->args.end());
  if (const auto* const aggregate = as<promql::AggregateExpr>(expr)) {
    children = {aggregate->expr};
    if (aggregate->param != nullptr) children.push_back(aggregate->param);
  }
  return children;
}

void collect(const Expr& expr, std::vector<const Expr*>& all) {
  all.push_back(&expr);
  for (const Expr* const child : childrenOf(expr)) collect(*child, all);
}

/// Texts with one expression replaced by something below it, the smallest first.
std::vector<std::string> smallerQueries(const std::string& text) {
  const auto query = promql::parse(text);
  std::vector<std::string> result;
  if (!query) return result;
  std::vector<const Expr*> all;
  collect(query->root(), all);
  for (const Expr* const node : all) {
    std::vector<const Expr*> below;
    collect(*node, below);
    for (const Expr* const other : below) {
      if (other == node) continue;
      std::string smaller = text.substr(0, node->pos.start) +
                            text.substr(other->pos.start, other->pos.end - other->pos.start) +
                            text.substr(std::min<std::size_t>(node->pos.end, text.size()));
      if (smaller.size() < text.size() && promql::parse(smaller)) result.push_back(std::move(smaller));
    }
  }
  std::ranges::stable_sort(result, {}, &std::string::size);
  return result;
}

class Shrinker {
 public:
  Shrinker(TestCase failing, const std::function<bool(const TestCase&)>& fails)
      : best_(std::move(failing)), fails_(fails) {}

  TestCase run() {
    for (bool smaller = true; smaller && budget_ > 0;) {
      smaller = shrinkQuery();
      smaller = dropSeries() || smaller;
      smaller = dropSamples() || smaller;
      smaller = shrinkTimes() || smaller;
    }
    return best_;
  }

 private:
  bool accept(TestCase candidate) {
    if (budget_-- <= 0 || !fails_(candidate)) return false;
    best_ = std::move(candidate);
    return true;
  }

  bool shrinkQuery() {
    for (std::string& query : smallerQueries(best_.query)) {
      TestCase candidate = best_;
      candidate.query = std::move(query);
      if (accept(std::move(candidate))) return true;
    }
    return false;
  }

  bool dropSeries() {
    bool any = false;
    for (std::size_t i = best_.series.size(); i-- > 0;) {
      TestCase candidate = best_;
      candidate.series.erase(candidate.series.begin() + static_cast<long>(i));
      any = accept(std::move(candidate)) || any;
    }
    return any;
  }

  bool dropSamples() {
    bool any = false;
    for (std::size_t s = 0; s < best_.series.size(); ++s) {
      const std::size_t size = best_.series[s].values.size();
      for (std::size_t run = size; run > 0; run /= 2) {
        for (std::size_t from = 0; from + run <= size; from += run) {
          TestCase candidate = best_;
          SeriesText& series = candidate.series[s];
          const auto first = series.values.begin() + static_cast<long>(from);
          const auto last = first + static_cast<long>(run);
          if (std::all_of(first, last, [](const std::string& item) { return item == "_"; })) continue;
          std::fill(first, last, "_");
          any = accept(std::move(candidate)) || any;
        }
      }
    }
    return any;
  }

  bool shrinkTimes() {
    if (best_.times.kind == QueryKind::kInstant) return false;
    bool any = false;
    for (std::int64_t time = best_.times.start_ms; time <= best_.times.end_ms; time += best_.times.step_ms) {
      TestCase candidate = best_;
      candidate.times = {QueryKind::kInstant, time, time, 1};
      if (accept(std::move(candidate))) return true;
    }
    for (const bool from_start : {true, false}) {
      while (best_.times.start_ms + best_.times.step_ms <= best_.times.end_ms) {
        TestCase candidate = best_;
        if (from_start) {
          candidate.times.start_ms += candidate.times.step_ms;
        } else {
          candidate.times.end_ms -= candidate.times.step_ms;
        }
        if (!accept(std::move(candidate))) break;
        any = true;
      }
    }
    return any;
  }

  TestCase best_;
  const std::function<bool(const TestCase&)>& fails_;
  int budget_ = 3000;
};

}  // namespace

TestCase shrink(TestCase failing, const std::function<bool(const TestCase&)>& fails) {
  return Shrinker(std::move(failing), fails).run();
}

}  // namespace prome::differential
