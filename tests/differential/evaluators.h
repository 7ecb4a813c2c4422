// The evaluators that must agree: the naive one, the engine, the engine over shards, and in processes of
// their own Prometheus' engine and a Prometheus server.
//
// Each is given the data once, then any number of queries about it. Used by one thread.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "engine/engine_options.h"
#include "promqltest/memory_storage.h"
#include "tests/differential/answer.h"
#include "tests/differential/test_case.h"

namespace prome::differential {

/// What one evaluator may answer: more than one where that depends on chance.
using Answers = std::vector<Answer>;

class Evaluator {
 public:
  virtual ~Evaluator() = default;
  virtual std::string name() const = 0;
  /// Takes the series of `test_case` for the next answers. kBadData where they cannot be stored.
  virtual Result<void> load(const TestCase& test_case) = 0;
  /// `again`: look harder for answers that depend on chance.
  enum class Effort : std::uint8_t { kOnce, kAgain };
  virtual Answers answer(const TestCase& test_case, Effort effort) = 0;
};

std::unique_ptr<Evaluator> naiveEvaluator();
std::unique_ptr<Evaluator> engineEvaluator(engine::StartTimestamps start_timestamps);
/// `program` is built of tests/differential/prometheus. Aborts where it cannot be started.
std::unique_ptr<Evaluator> prometheusEvaluator(const std::string& program);
/// `program` is a Prometheus server, see PrometheusServer. It is given floats alone, without start
/// timestamps.
std::unique_ptr<Evaluator> serverEvaluator(const std::string& program);

/// The router's own way: the series lie on several shards in memory, told apart by labels that these do not
/// store, and a plan says what each is asked.
enum class Halving : std::uint8_t {
  kNone,
  kHalved,  // every shard is two, with equal labels, which share its series out
};
std::unique_ptr<Evaluator> shardedEvaluator(Halving halving = Halving::kNone);

/// Stores the series of `test_case`.
Result<void> store(const TestCase& test_case, promqltest::MemoryStorage& storage);
/// All series of `storage`.
std::vector<StoredSeries> everything(promqltest::MemoryStorage& storage);

}  // namespace prome::differential
