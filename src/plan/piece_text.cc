#include "plan/piece_text.h"

#include <algorithm>
#include <string>
#include <unordered_map>

#include "plan/label_flow.h"
#include "plan/selector_rewrite.h"
#include "promql/children.h"
#include "promql/printer.h"

namespace prome::plan {
namespace {

using promql::Expr;
using promql::LabelMatcher;
using topology::ShardId;
using topology::ShardMap;

/// Prints one shard's text and remembers where its nodes came from.
class PieceRules final : public promql::PrintRules {
 public:
  PieceRules(const Facts& facts, ShardId shard, const LabelFlow& flow, std::span<const Expr* const> untouched)
      : facts_(facts), shard_(shard), flow_(flow) {
    for (const Expr* selector : untouched)
      untouched_.push_back(promql::as<promql::VectorSelector>(*selector));
  }

  void before(const Expr& expr, std::string& out) override {
    for (const RealLabels& real : flow_.real) {
      if (real.expr != &expr) continue;
      for (std::size_t i = 0; i < realLabelEnds(real.labels, shard_, facts_.shards).size(); ++i)
        out += "label_replace(";
    }
    origins_.push_back({static_cast<std::uint32_t>(out.size()), expr.pos.start});
  }
  void after(const Expr& expr, std::string& out) override {
    for (const RealLabels& real : flow_.real) {
      if (real.expr != &expr) continue;
      for (const std::string& end : realLabelEnds(real.labels, shard_, facts_.shards)) out += end;
    }
  }
  std::span<const LabelMatcher> matchersOf(const promql::VectorSelector& selector) override {
    const bool touched = std::ranges::find(untouched_, &selector) == untouched_.end();
    matchers_ =
        touched ? matchersAt(selector.matchers, shard_, facts_.shards) : matchingNothing(selector.matchers);
    return matchers_;
  }
  std::optional<double> valueOf(const promql::Call& call) override {
    return promql::contextValue(call, facts_.options.times);
  }
  std::optional<std::int64_t> timeOf(const promql::TimeShift& shift) override {
    return promql::fixedTime(shift, facts_.options.times);
  }
  std::optional<std::int64_t> lengthOf(const promql::Duration& duration, promql::DurationSign sign) override {
    const auto length = promql::durationMs(duration, facts_.options.times, sign);
    if (length) return *length;
    if (!error_) error_ = length.error();
    return std::nullopt;
  }
  std::optional<std::int64_t> defaultStep() override { return facts_.options.default_subquery_step_ms; }

  const std::optional<Error>& error() const { return error_; }
  std::vector<Origin> takeOrigins() { return std::move(origins_); }

 private:
  const Facts& facts_;
  const ShardId shard_;
  const LabelFlow& flow_;
  std::vector<const promql::VectorSelector*> untouched_;
  std::vector<LabelMatcher> matchers_;
  std::vector<Origin> origins_;
  std::optional<Error> error_;
};

void collectSelectors(const Expr& expr, std::vector<const Expr*>& selectors) {
  if (promql::as<promql::VectorSelector>(expr) != nullptr) selectors.push_back(&expr);
  promql::forEachChild(expr, [&](const Expr& child) { collectSelectors(child, selectors); });
}

topology::LabelPairs labelsOf(LabelMask mask, ShardId shard, const ShardMap& shards) {
  topology::LabelPairs labels;
  const auto& all = shards.routingLabels(shard);
  for (std::size_t i = 0; i < all.size(); ++i) {
    if ((mask >> i & 1) != 0) labels.push_back(all[i]);
  }
  return labels;
}

/// Shards between which nothing differs that the text depends on, but for the values of labels made real.
std::string kindOf(ShardId shard, std::span<const Expr* const> untouched, const ShardMap& shards) {
  std::string kind(1, shards.shard(shard).stored ? 's' : 'u');
  for (const auto& [name, value] : shards.routingLabels(shard)) {
    kind.append(name).push_back(value.empty() ? '\1' : '\2');
  }
  for (const Expr* selector : untouched) {
    kind.append(reinterpret_cast<const char*>(&selector), sizeof selector);
  }
  return kind;
}

class Pieces {
 public:
  Pieces(const Expr& expr, const Expr& like, Facts& facts)
      : expr_(expr), facts_(facts), ids_(facts[like].shards) {
    collectSelectors(expr, selectors_);
    std::ranges::sort(selectors_);
  }

  Result<Fetch> make() {
    Fetch fetch;
    fetch.pieces.reserve(ids_->size());
    for (const ShardId shard : *ids_) {
      const auto untouched = untouchedBy(shard);
      const auto [entry, is_new] = kinds_.try_emplace(kindOf(shard, untouched, facts_.shards));
      Kind& kind = entry->second;
      if (is_new) {
        auto flow = followLabels(expr_, shard, facts_.shards, untouched, facts_.options.dialect);
        if (!flow) return std::unexpected(flow.error());
        kind.flow = *std::move(flow);
      }
      if (is_new || !kind.flow.real.empty()) {
        auto text = textFor(shard, kind.flow, untouched);
        if (!text) return std::unexpected(text.error());
        fetch.texts.push_back(*std::move(text));
        kind.text = static_cast<std::uint32_t>(fetch.texts.size() - 1);
      }
      fetch.pieces.push_back({shard, kind.text, labelsOf(kind.flow.implied, shard, facts_.shards)});
    }
    return fetch;
  }

 private:
  struct Kind {
    LabelFlow flow;
    std::uint32_t text = 0;
  };

  std::vector<const Expr*> untouchedBy(ShardId shard) {
    std::vector<const Expr*> untouched;
    for (const Expr* selector : selectors_) {
      if (!std::ranges::binary_search(*facts_[*selector].shards, shard)) untouched.push_back(selector);
    }
    return untouched;
  }

  Result<PieceText> textFor(ShardId shard, const LabelFlow& flow,
                            std::span<const Expr* const> untouched) const {
    PieceRules rules(facts_, shard, flow, untouched);
    PieceText piece;
    piece.text = promql::print(expr_, rules);
    if (rules.error()) return std::unexpected(*rules.error());
    piece.origins = rules.takeOrigins();
    return piece;
  }

  const Expr& expr_;
  Facts& facts_;
  const ShardIds ids_;
  std::vector<const Expr*> selectors_;
  std::unordered_map<std::string, Kind> kinds_;
};

}  // namespace

Result<Fetch> fetchOf(const Expr& expr, const Expr& like, Facts& facts) {
  return Pieces(expr, like, facts).make();
}

Fetch fetchOfSamples(std::span<const LabelMatcher> matchers, const Expr& about,
                     std::span<const ShardId> touched, const ShardMap& shards) {
  Fetch fetch;
  for (const ShardId shard : touched) {
    const std::vector<LabelMatcher> kept = matchersAt(matchers, shard, shards);
    Expr selector;
    promql::VectorSelector bare;
    bare.matchers = kept;
    selector.node = bare;
    selector.type = promql::ValueType::kVector;
    std::string text = promql::print(selector);
    if (fetch.texts.empty() || fetch.texts.back().text != text) {
      fetch.texts.push_back({std::move(text), {{0, about.pos.start}}});
    }
    Piece piece{shard, static_cast<std::uint32_t>(fetch.texts.size() - 1), {}};
    if (!shards.shard(shard).stored) piece.labels = shards.routingLabels(shard);
    std::erase_if(piece.labels, [](const auto& label) { return label.second.empty(); });
    fetch.pieces.push_back(std::move(piece));
  }
  return fetch;
}

}  // namespace prome::plan
