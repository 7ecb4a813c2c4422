// The naive evaluator, the engine and (where asked for) a real Prometheus' engine answer random questions.
//
//   differential_test [--seconds N | --count N] [--seed S] [--dialect 2.x|3.x]
//                     [--pair FIRST,SECOND] [--oracle PROGRAM] [--server PROGRAM]
//                     [--failures N] [--seeds FILE] [--replay-only] [--strict]
//
// A pair is two of naive, engine, sharded (the engine over shards), halved (over twice as
// many, of which two each have equal labels), prometheus (the oracle: built of
// prometheus/main.go) and server (a Prometheus server: PROMETHEUS_BIN, else the one on PATH; its dialect is
// the default). Without one, exits with 77.
//
// Cases of FILE come first. Each disagreement is made smaller and printed as a script with both answers.
// Exits with 1 if there was any.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <utility>

#include "tests/differential/comparison.h"
#include "tests/differential/evaluators.h"
#include "tests/differential/generator.h"
#include "tests/differential/known_differences.h"
#include "tests/differential/prometheus_server.h"
#include "tests/differential/shrinker.h"

namespace prome::differential {
namespace {

constexpr std::size_t kQueriesPerData = 40;
constexpr std::size_t kQueriesPerServer = 400;  // starting one takes as long as many answers

/// As tests/system chooses.
std::string serverProgram() {
  const char* const chosen = std::getenv("PROMETHEUS_BIN");
  return chosen != nullptr ? chosen : "prometheus";
}

struct Options {
  double seconds = 20;
  std::uint64_t count = 0;  // queries; 0: as many as fit
  std::uint64_t seed = 1;
  std::optional<model::Dialect> dialect = {};
  std::string pair = "naive,engine";
  std::string oracle = "prometheus_oracle";
  std::string server = serverProgram();
  std::uint64_t failures = 5;
  std::string seeds;
  bool replay_only = false;
  bool strict = false;  // known differences are compared, too
};

bool usesServer(const Options& options) {
  return options.pair.find("server") != std::string::npos;
}

bool usesShards(const Options& options) {
  return options.pair.find("sharded") != std::string::npos ||
         options.pair.find("halved") != std::string::npos;
}

model::Dialect dialect(const Options& options) {
  return options.dialect.value_or(model::Dialect::kPrometheus3);
}

/// Can a server be given the series, and does it evaluate the query so? See Content::kOverHttp.
bool goesOverHttp(const TestCase& test_case) {
  const auto is_histogram = [](const std::string& value) { return value.starts_with("{{"); };
  return test_case.name_removal == NameRemoval::kImmediate &&
         std::ranges::none_of(test_case.series, [&](const SeriesText& series) {
           return !series.starts.empty() || std::ranges::any_of(series.values, is_histogram);
         });
}

class Differential {
 public:
  explicit Differential(const Options& options) : options_(options) {
    const std::size_t comma = options.pair.find(',');
    first_ = make(options.pair.substr(0, comma));
    second_ = make(options.pair.substr(comma + 1));
    with_engine_ = options.pair.find("engine") != std::string::npos;
    with_server_ = usesServer(options);
    with_shards_ = usesShards(options);
    if (!options.pair.starts_with("naive")) libraries_ = MathLibraries::kOne;
  }

  int run() {
    if (!options_.seeds.empty()) replay();
    const auto start = std::chrono::steady_clock::now();
    const auto goOn = [&] {
      if (failed_ >= options_.failures || options_.replay_only) return false;
      if (options_.count > 0) return compared_ < options_.count;
      return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() <
             options_.seconds;
    };
    for (std::uint64_t seed = options_.seed; goOn(); ++seed) {
      const std::vector<TestCase> cases =
          generate(seed, with_server_ ? kQueriesPerServer : kQueriesPerData, {dialect(options_), content()});
      if (!load(cases[0])) continue;
      for (const TestCase& test_case : cases) {
        check(test_case, "seed " + std::to_string(seed));
        if (failed_ >= options_.failures) break;
      }
    }
    std::printf("%llu compared, %llu of them values, %llu errors; %llu disagreements\n",
                static_cast<unsigned long long>(compared_), static_cast<unsigned long long>(values_),
                static_cast<unsigned long long>(errors_), static_cast<unsigned long long>(failed_));
    return failed_ == 0 ? 0 : 1;
  }

 private:
  std::unique_ptr<Evaluator> make(const std::string& name) {
    if (name == "naive") return naiveEvaluator();
    if (name == "engine") {
      using engine::StartTimestamps;
      return engineEvaluator(usesServer(options_) || usesShards(options_) ? StartTimestamps::kIgnored
                                                                          : StartTimestamps::kUsed);
    }
    if (name == "sharded") return shardedEvaluator();
    if (name == "halved") return shardedEvaluator(Halving::kHalved);
    if (name == "server") return serverEvaluator(options_.server);
    return prometheusEvaluator(options_.oracle);
  }

  Content content() const {
    if (with_shards_) return Content::kServers;
    return with_server_ ? Content::kOverHttp : Content::kEverything;
  }

  bool load(const TestCase& test_case) {
    const auto first = first_->load(test_case);
    const auto second = second_->load(test_case);
    if (first && second) return true;
    if (first.has_value() != second.has_value()) {
      std::printf("data is stored by one alone: %s\n%s\n", loadText(test_case).c_str(),
                  (first ? second : first).error().message.c_str());
      ++failed_;
    }
    return false;
  }

  /// A crash of Prometheus is no answer.
  static bool crashed(const Answers& answers) {
    return answers[0].kind == AnswerKind::kError && answers[0].text.starts_with("unexpected error: ");
  }

  std::optional<std::string> disagreement(const TestCase& test_case) {
    if (with_engine_ && !options_.strict && knownDifference(test_case)) return std::nullopt;
    if (with_shards_ && !options_.strict && knownShardedDifference(test_case)) return std::nullopt;
    const Peer peer = with_shards_ ? Peer::kShards : Peer::kWhole;
    if (isBeyondComparison(test_case, libraries_, peer)) return std::nullopt;
    const Rounding rounding = with_shards_ ? Rounding::kReordered : roundingOf(test_case, libraries_);
    const Room room{rounding, with_engine_ ? Places::kAnyOfThem : Places::kExact, peer};
    using Effort = Evaluator::Effort;
    const Answers ours = first_->answer(test_case, Effort::kOnce);
    Answers theirs = second_->answer(test_case, Effort::kOnce);
    if (crashed(theirs) || !difference(ours, theirs, test_case, room)) return std::nullopt;
    if (with_engine_ && !options_.strict && knownDifference(test_case, ours[0], theirs[0]))
      return std::nullopt;
    theirs = second_->answer(test_case, Effort::kAgain);
    const auto found = difference(ours, theirs, test_case, room);
    // Answers that depend on chance are too many to see them all.
    return theirs.size() > 1 ? std::nullopt : found;
  }

  void check(const TestCase& test_case, const std::string& origin) {
    ++compared_;
    const auto found = disagreement(test_case);
    const Answer sample = first_->answer(test_case, Evaluator::Effort::kOnce)[0];
    ++(sample.kind == AnswerKind::kError ? errors_ : values_);
    if (!found) return;
    const TestCase smaller = shrink(test_case, [&](const TestCase& candidate) {
      return first_->load(candidate) && second_->load(candidate) && disagreement(candidate).has_value();
    });
    load(smaller);
    const auto still = disagreement(smaller);
    if (still) ++failed_;
    // Else one of the answers was a matter of chance.
    if (still) show(origin, *still, smaller);
    load(test_case);
  }

  void show(const std::string& origin, const std::string& what, const TestCase& smaller) {
    std::printf("--- %s: %s\n%s", origin.c_str(), what.c_str(), scriptText(smaller).c_str());
    for (Evaluator* const evaluator : {first_.get(), second_.get()}) {
      for (const Answer& answer : evaluator->answer(smaller, Evaluator::Effort::kAgain)) {
        std::printf("%s: %s", evaluator->name().c_str(), describe(answer).c_str());
      }
    }
    std::fflush(stdout);
  }

  void replay() {
    std::ifstream file(options_.seeds);
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    const auto cases = parseScripts(text);
    if (!cases) {
      std::printf("%s: %s\n", options_.seeds.c_str(), cases.error().c_str());
      ++failed_;
      return;
    }
    for (const TestCase& test_case : *cases) {
      if (test_case.dialect != dialect(options_) || (with_server_ && !goesOverHttp(test_case))) continue;
      if (load(test_case)) check(test_case, options_.seeds);
    }
  }

  const Options& options_;
  bool with_engine_ = false;
  bool with_server_ = false;
  bool with_shards_ = false;
  MathLibraries libraries_ = MathLibraries::kTwo;
  std::unique_ptr<Evaluator> first_;
  std::unique_ptr<Evaluator> second_;
  std::uint64_t compared_ = 0;
  std::uint64_t values_ = 0;
  std::uint64_t errors_ = 0;
  std::uint64_t failed_ = 0;
};

bool readOptions(int argc, char** argv, Options& options) {
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--replay-only" || name == "--strict") {
      (name == "--strict" ? options.strict : options.replay_only) = true;
      continue;
    }
    if (i + 1 >= argc) return false;
    const std::string value = argv[++i];
    if (name == "--seconds")
      options.seconds = std::stod(value);
    else if (name == "--count")
      options.count = std::stoull(value);
    else if (name == "--seed")
      options.seed = std::stoull(value);
    else if (name == "--pair")
      options.pair = value;
    else if (name == "--oracle")
      options.oracle = value;
    else if (name == "--server")
      options.server = value;
    else if (name == "--failures")
      options.failures = std::stoull(value);
    else if (name == "--seeds")
      options.seeds = value;
    else if (name == "--dialect")
      options.dialect = value == "2.x" ? model::Dialect::kPrometheus2 : model::Dialect::kPrometheus3;
    else
      return false;
  }
  return true;
}

}  // namespace
}  // namespace prome::differential

constexpr int kSkipped = 77;

int main(int argc, char** argv) {
  prome::differential::Options options;
  if (!prome::differential::readOptions(argc, argv, options)) {
    std::fprintf(stderr, "unknown or incomplete option; see the head of differential_test.cc\n");
    return 2;
  }
  if (prome::differential::usesServer(options)) {
    const auto dialect = prome::differential::dialectOf(options.server);
    if (!dialect) {
      std::fprintf(stderr, "skipped: no Prometheus server (%s)\n", options.server.c_str());
      return kSkipped;
    }
    if (!options.dialect) options.dialect = dialect;
  }
  return prome::differential::Differential(options).run();
}
