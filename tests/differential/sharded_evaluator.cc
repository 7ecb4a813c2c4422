// The series of a case lie on as many shards as there are values of some of their labels, which the shards do
// not store (but for one that does, now and then). The labels are chosen by the data, so that all kinds come.
#include <deque>
#include <map>
#include <memory>

#include "engine/engine.h"
#include "promql/parser.h"
#include "querier/sharded_evaluation.h"
#include "tests/differential/engine_answer.h"
#include "tests/differential/evaluators.h"
#include "tests/differential/memory_querier.h"

namespace prome::differential {
namespace {

using topology::LabelPairs;

/// How series are spread.
struct Layout {
  std::vector<std::string> labels;  // sorted
  bool one_stores = false;          // the first shard keeps its labels
};

Layout layoutFor(std::size_t number) {
  static const std::vector<Layout> kLayouts = {
      {{"job"}, false},      {{"instance"}, false},     {{"code"}, false}, {{"instance", "job"}, false},
      {{"job"}, true},       {{"code", "job"}, true},   {{"le"}, false},   {{"job"}, false},
      {{"instance"}, false}, {{"no_such_label"}, false}};
  return kLayouts[number % kLayouts.size()];
}

class Sharded final : public Evaluator {
 public:
  explicit Sharded(Halving halving) : halving_(halving) {}

  std::string name() const override { return halving_ == Halving::kHalved ? "halved" : "sharded"; }

  Result<void> load(const TestCase& test_case) override {
    promqltest::MemoryStorage all(test_case.dialect);
    if (auto stored = store(test_case, all); !stored) return stored;
    const std::vector<StoredSeries> series = everything(all);
    std::size_t samples = 0;
    for (const StoredSeries& each : series) samples += each.samples.size();
    layout_ = layoutFor(series.size() + samples);
    spread(series, test_case.dialect);
    return {};
  }

  Answers answer(const TestCase& test_case, Effort) override {
    const auto query = promql::parse(test_case.query);
    if (!query) return {answerOf(Error{ErrorKind::kBadData, query.error().message()})};
    const engine::EngineOptions options = engineOptions(test_case);
    MemoryQuerier querier(storages_, options);
    const querier::ShardedQuery asked{
        .query = *query, .spec = engineSpec(test_case), .plan = {}, .limits = {}};
    const auto evaluated = querier::evaluateSharded(asked, *shards_, querier, engine::Engine(options));
    if (!evaluated) return {answerOf(evaluated.error())};
    Answer result = answerOf(evaluated->answer.value(), test_case);
    result.warnings = evaluated->warnings;
    result.infos = evaluated->infos;
    return {result};
  }

 private:
  void spread(const std::vector<StoredSeries>& series, model::Dialect dialect) {
    std::map<std::vector<std::string>, std::size_t> numbers;
    topology::ShardSet set;
    set.name = "set";
    set.routing_labels = layout_.labels;
    storages_.clear();
    for (const StoredSeries& each : series) {
      std::vector<std::string> values;
      for (const std::string& label : layout_.labels) values.emplace_back(each.labels.get(label));
      const auto [entry, is_new] = numbers.try_emplace(values, set.shards.size());
      for (std::size_t half = 0; is_new && half < halves(); ++half) {
        set.shards.push_back(shard(set.shards.size(), values));
        storages_.emplace_back(dialect);
      }
      const std::size_t at = entry->second + next_++ % halves();
      keep(each, set.shards[at].stored, storages_[at]);
    }
    if (set.shards.empty()) {
      set.shards.push_back(shard(0, std::vector<std::string>(layout_.labels.size())));
      storages_.emplace_back(dialect);
    }
    shards_ = std::make_unique<topology::ShardMap>(std::vector<topology::ShardSet>{std::move(set)});
  }

  topology::Shard shard(std::size_t number, const std::vector<std::string>& values) const {
    topology::Shard out;
    out.name = std::to_string(number);
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!values[i].empty()) out.external_labels.emplace_back(layout_.labels[i], values[i]);
    }
    out.stored = number < halves() && layout_.one_stores;
    return out;
  }

  void keep(const StoredSeries& series, bool stored, promqltest::MemoryStorage& storage) const {
    model::LabelsBuilder builder(series.labels);
    for (const std::string& label : layout_.labels) {
      if (!stored) builder.remove(label);
    }
    const model::Labels labels = builder.labels();
    for (const StoredSample& sample : series.samples) {
      if (sample.histogram != nullptr) {
        static_cast<void>(storage.append(labels, sample.time_ms, *sample.histogram));
      } else {
        static_cast<void>(storage.append(labels, sample.time_ms, sample.value));
      }
    }
  }

  std::size_t halves() const { return halving_ == Halving::kHalved ? 2 : 1; }

  const Halving halving_;
  std::size_t next_ = 0;
  Layout layout_;
  std::deque<promqltest::MemoryStorage> storages_;
  std::unique_ptr<topology::ShardMap> shards_;
};

}  // namespace

std::unique_ptr<Evaluator> shardedEvaluator(Halving halving) {
  return std::make_unique<Sharded>(halving);
}

}  // namespace prome::differential
