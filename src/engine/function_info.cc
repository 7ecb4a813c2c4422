// info(): each series of a vector takes over labels of the info series with its instance and job.
//
// Which info series counts may change from step to step (the newest sample does), so the result's labels may.
// Steps are gone through one by one, as Prometheus does, so that of several conflicts the same one is
// reported; what a series becomes is remembered as long as its info series stay the same.
#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/function_table.h"
#include "engine/held_result.h"
#include "engine/info_series.h"
#include "promql/freeze.h"

namespace prome::engine {
namespace {

constexpr std::uint32_t kNone = static_cast<std::uint32_t>(-1);

/// The first selector of `expr`, from left to right: its `@` and offset say where info series are looked for.
const promql::VectorSelector* firstSelector(const promql::Expr& expr) {
  const auto firstOf = [](std::initializer_list<const promql::Expr*> children) {
    const promql::VectorSelector* found = nullptr;
    for (const promql::Expr* child : children) {
      if (found == nullptr && child != nullptr) found = firstSelector(*child);
    }
    return found;
  };
  if (const auto* selector = promql::as<promql::VectorSelector>(expr)) return selector;
  if (const auto* matrix = promql::as<promql::MatrixSelector>(expr)) return firstOf({matrix->selector});
  if (const auto* subquery = promql::as<promql::SubqueryExpr>(expr)) return firstOf({subquery->expr});
  if (const auto* unary = promql::as<promql::UnaryExpr>(expr)) return firstOf({unary->expr});
  if (const auto* paren = promql::as<promql::ParenExpr>(expr)) return firstOf({paren->expr});
  if (const auto* binary = promql::as<promql::BinaryExpr>(expr)) return firstOf({binary->lhs, binary->rhs});
  if (const auto* aggregate = promql::as<promql::AggregateExpr>(expr))
    return firstOf({aggregate->expr, aggregate->param});
  if (const auto* call = promql::as<promql::Call>(expr)) {
    for (const promql::Expr* argument : call->args) {
      if (const auto* found = firstSelector(*argument)) return found;
    }
  }
  return nullptr;
}

/// The info series of one name, instance and job, and which of them counts at the present step.
struct Target {
  std::vector<std::uint32_t> members;  // of the info series
  std::uint32_t winner = kNone;
};

/// A series to be enriched.
struct Base {
  bool is_info = false;                // left as it is
  std::vector<std::uint32_t> targets;  // one for each info metric that has its instance and job
  std::vector<std::uint32_t> winners;  // of those targets, at the step before
  std::uint32_t result = kNone;        // what it became then; kNone: nothing
  bool has_result = false;
};

class Info final : public HeldResult {
 public:
  Info(const CallSite& site, const promql::VectorSelector* selector)
      : HeldResult(site.place),
        input_(site.take(0)),
        leaves_(site.leaves),
        vector_(&site.argument(0)),
        info_ledger_(site.place.evaluation.ledger().add(site.place.ledger)),
        selector_(selector) {}

 protected:
  Result<std::vector<Series>> evaluate() override {
    Result<std::vector<Series>> input = drain(*input_);
    if (!input) return input;
    series_ = std::move(*input);
    std::erase_if(series_, [](const Series& series) { return !holdsSample(series); });
    if (Result<void> read = readInfos(); !read) return std::unexpected(std::move(read.error()));
    groupInfos();
    for (std::size_t step = 0; step < steps(); ++step) {
      evaluation().checkpoint();
      const auto present = [step](const Series& series) { return series.present(step); };
      if (std::ranges::none_of(series_, present)) continue;
      if (Result<void> chosen = chooseWinners(step); !chosen)
        return std::unexpected(std::move(chosen.error()));
      for (std::size_t i = 0; i < series_.size(); ++i) {
        if (!series_[i].present(step)) continue;
        if (Result<void> put = putSample(i, step); !put) return std::unexpected(std::move(put.error()));
      }
    }
    series_.clear();
    infos_.clear();
    return std::move(result_);
  }

 private:
  Result<void> readInfos() {
    Identities identities;
    for (const Series& series : series_) {
      Base& base = bases_.emplace_back();
      base.is_info = selector_.selectsName(series.labels.metricName());
      if (base.is_info) continue;
      const std::string_view instance = series.labels.get(kInstanceLabel);
      const std::string_view job = series.labels.get(kJobLabel);
      if (!instance.empty()) identities.instances.emplace(instance);
      if (!job.empty()) identities.jobs.emplace(job);
    }
    const Result<SamplesRequest> span = timeSpan();
    if (!span) return std::unexpected(span.error());
    const Place place{evaluation(), expr(), grid(), info_ledger_};
    auto infos = readInfoSeries(selector_, identities, *span, place, leaves_);
    if (!infos) return std::unexpected(std::move(infos.error()));
    infos_ = std::move(*infos);
    return {};
  }

  /// Info series are looked up at the steps' own times, but only where the first selector looks.
  Result<SamplesRequest> timeSpan() {
    SamplesRequest span{
        .matchers = {}, .start_ms = grid().start_ms, .end_ms = grid().end_ms, .pos = expr().pos};
    if (const auto* selector = firstSelector(*vector_)) {
      const StepGrid& query = evaluation().queryGrid();
      const promql::QueryTimes times{query.start_ms, query.end_ms,
                                     evaluation().isRangeQuery() ? query.step_ms : 0};
      const Result<std::int64_t> offset = offsetMs(selector->shift, times);
      if (!offset) return std::unexpected(offset.error());
      if (const auto fixed = fixedTime(selector->shift, times)) span.start_ms = span.end_ms = *fixed;
      span.start_ms -= *offset;
      span.end_ms -= *offset;
    }
    span.start_ms -= evaluation().options().lookback_delta.count() - 1;
    return span;
  }

  void groupInfos() {
    static constexpr std::array<std::string_view, 3> kKey{model::kMetricName, kInstanceLabel, kJobLabel};
    std::unordered_map<model::Labels, std::uint32_t, model::LabelsHash> index;
    std::vector<std::string_view> names;
    for (std::uint32_t i = 0; i < infos_.size(); ++i) {
      const model::Labels key = infos_[i].labels.keep(kKey);
      const auto [found, is_new] = index.try_emplace(key, static_cast<std::uint32_t>(targets_.size()));
      if (is_new) targets_.emplace_back();
      targets_[found->second].members.push_back(i);
      const std::string_view name = infos_[i].labels.metricName();
      if (std::ranges::find(names, name) == names.end()) names.push_back(name);
    }
    for (std::size_t i = 0; i < series_.size(); ++i) {
      if (bases_[i].is_info) continue;
      model::LabelsBuilder key(series_[i].labels.keep(std::span(kKey).subspan(1)));
      for (const std::string_view name : names) {
        const auto found = index.find(key.set(model::kMetricName, name).labels());
        if (found != index.end()) bases_[i].targets.push_back(found->second);
      }
    }
  }

  /// The newest sample counts; two of one age are a conflict.
  Result<void> chooseWinners(std::size_t step) {
    for (Target& target : targets_) {
      target.winner = kNone;
      for (const std::uint32_t member : target.members) {
        const double time = infos_[member].times[step];
        if (isAbsent(time)) continue;
        if (target.winner == kNone || infos_[target.winner].times[step] < time) {
          target.winner = member;
        } else if (infos_[target.winner].times[step] == time) {
          return conflict(infos_[target.winner], infos_[member], time);
        }
      }
    }
    return {};
  }

  static std::unexpected<Error> conflict(const InfoSeries& existing, const InfoSeries& added, double time) {
    const std::string at = " @ " + std::to_string(static_cast<std::int64_t>(time));
    return fail(ErrorKind::kExecution, "found duplicate series for info metric: existing " +
                                           existing.labels.toString() + at + ", new " +
                                           added.labels.toString() + at);
  }

  Result<void> putSample(std::size_t i, std::size_t step) {
    Base& base = bases_[i];
    std::vector<std::uint32_t> winners;
    for (const std::uint32_t target : base.targets) winners.push_back(targets_[target].winner);
    if (!base.has_result || winners != base.winners) {
      Result<std::optional<model::Labels>> labels = enriched(series_[i].labels, base, winners);
      if (!labels) return std::unexpected(std::move(labels.error()));
      base.result = *labels ? resultOf(**labels) : kNone;
      base.winners = std::move(winners);
      base.has_result = true;
    }
    if (base.result == kNone) return {};
    Series& result = result_[base.result];
    if (result.present(step))
      return fail(ErrorKind::kExecution, "vector cannot contain metrics with the same labelset");
    Series& from = series_[i];
    if (from.hasFloat(step)) {
      if (result.floats.empty()) result.floats = evaluation().columns().absent(steps());
      result.floats[step] = from.floats[step];
    } else {
      if (result.histograms.empty()) result.histograms = evaluation().columns().histograms(steps());
      result.histograms[step] = std::move(from.histograms[step]);
    }
    return {};
  }

  std::uint32_t resultOf(const model::Labels& labels) {
    const auto [found, is_new] =
        result_index_.try_emplace(labels, static_cast<std::uint32_t>(result_.size()));
    if (is_new) result_.emplace_back().labels = labels;
    return found->second;
  }

  /// No labels at all where there is no info series but a matcher that wants one.
  Result<std::optional<model::Labels>> enriched(const model::Labels& labels, const Base& base,
                                                const std::vector<std::uint32_t>& winners) const {
    if (base.is_info) return labels;
    model::LabelsBuilder taken;
    bool found = false;
    for (const std::uint32_t winner : winners) {
      if (winner == kNone) continue;
      found = true;
      for (const model::Label label : infos_[winner].labels) {
        if (!selector_.takes(label.name)) continue;
        const std::string_view known = taken.get(label.name);
        if (!known.empty() && known != label.value)
          return fail(ErrorKind::kExecution, "conflicting label: " + std::string(label.name));
        if (!labels.has(label.name)) taken.set(label.name, label.value);
      }
    }
    if (!found && !selector_.matchesNothing()) return std::nullopt;
    model::LabelsBuilder result(labels);
    for (const model::Label label : taken.labels()) result.set(label.name, label.value);
    return result.labels();
  }

  OperatorPtr input_;
  LeafSource& leaves_;
  const promql::Expr* vector_;
  const SampleLedger::Node info_ledger_;
  const InfoSelector selector_;
  std::vector<Series> series_;
  std::vector<Base> bases_;  // parallel to series_
  std::vector<InfoSeries> infos_;
  std::vector<Target> targets_;
  std::vector<Series> result_;
  std::unordered_map<model::Labels, std::uint32_t, model::LabelsHash> result_index_;
};

OperatorPtr makeInfo(const CallSite& site) {
  const promql::VectorSelector* selector = nullptr;
  if (site.call().args.size() > 1) selector = promql::as<promql::VectorSelector>(site.argument(1));
  return std::make_unique<Info>(site, selector);
}

constexpr std::array kFunctions{FunctionEntry{"info", makeInfo}};

}  // namespace

std::span<const FunctionEntry> infoFunctions() {
  return kFunctions;
}

}  // namespace prome::engine
