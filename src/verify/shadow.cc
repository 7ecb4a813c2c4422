#include "verify/shadow.h"

#include <pthread.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdlib>

#include "telemetry/log.h"
#include "verify/server.h"

namespace prome::verify {
namespace {

using std::chrono::milliseconds;
using telemetry::LogLevel;

constexpr std::array<std::string_view, kShadowResults> kResultNames = {"same",  "different", "open",
                                                                       "error", "skipped",   "dropped"};
constexpr std::size_t kMaxLoggedText = 2048;

std::int64_t nowMs() {
  return std::chrono::duration_cast<milliseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

ServerOptions oracleOf(const ShadowOptions& options) {
  return {.url = options.oracle,
          .timeout = options.timeout,
          .max_answer_bytes = options.max_answer_bytes,
          .request = options.request,
          .proxy = Proxy::kNone};
}

ServerOptions routerOf(const ShadowOptions& options, const std::string& url) {
  ServerOptions out{.url = url,
                    .timeout = options.timeout,
                    .max_answer_bytes = options.max_answer_bytes,
                    .request = {},
                    .proxy = Proxy::kNone};
  out.request.headers.emplace_back(kShadowHeader, "1");
  out.request.forward_authorization = true;
  out.request.compression = topology::ShardCompression::kOff;
  return out;
}

}  // namespace

class Shadow::Worker {
 public:
  Worker(const ShadowOptions& options, const std::string& router_url)
      : oracle_(oracleOf(options)), router_(routerOf(options, router_url)) {}

  ShadowVerdict check(const ShadowQuestion& asked) {
    return checkLiveQuery(
        [&](const Question& question) { return oracle_.ask(question, asked.authorization); },
        [&](const Question& question) { return router_.ask(question, asked.authorization); }, asked.question);
  }
  void cancel() {
    oracle_.cancel();
    router_.cancel();
  }

  std::thread thread;

 private:
  Server oracle_;
  Server router_;
};

Shadow::Shadow(telemetry::Registry& registry, std::uint64_t seed) : sampler_(seed) {
  auto& results =
      registry.counters("prome_route_verifications_total",
                        "Live queries asked again and compared with the oracle: same, different, open (what "
                        "one Prometheus leaves "
                        "open), error (a side could not), skipped (too large), dropped (no room).");
  for (std::size_t i = 0; i < kShadowResults; ++i) {
    results_[i] = &results.Add({{"result", std::string(kResultNames[i])}});
  }
  waiting_ =
      &registry.gauges("prome_route_verifications_waiting", "Live queries that wait to be verified.").Add({});
  oracle_up_ = &registry
                    .gauges("prome_route_verification_oracle_up",
                            "Whether the oracle answered when last asked; 0 before that.")
                    .Add({});
  registry.beforeSerialize([this] { waiting_->Set(static_cast<double>(queue_.size())); });
}

Shadow::~Shadow() {
  end();
  stopWorkers();
}

void Shadow::configure(const ShadowOptions& options, const std::string& router_url) {
  if (options == options_ && router_url == router_url_) return;
  stopWorkers();
  options_ = options;
  router_url_ = router_url;
  const std::lock_guard lock(mutex_);
  if (ended_ || !options.enabled()) return;
  settle_ms_ = options.settle.count();
  queue_.open(options.max_queue);
  for (std::size_t i = 0; i < options.max_concurrency; ++i) {
    auto worker = std::make_unique<Worker>(options, router_url);
    worker->thread = std::thread([this, to = worker.get()] { work(*to); });
    workers_.push_back(std::move(worker));
  }
  sampler_.setRatio(options.ratio);
}

void Shadow::stopWorkers() {
  sampler_.setRatio(0);
  queue_.close();
  std::unique_lock lock(mutex_);
  for (const auto& worker : workers_) worker->cancel();
  const auto stopped = std::move(workers_);
  workers_.clear();
  lock.unlock();
  for (const auto& worker : stopped) worker->thread.join();
  count(ShadowResult::kDropped, queue_.clear());
  health_.answered();
  oracle_up_->Set(0);
}

void Shadow::end() {
  sampler_.setRatio(0);
  queue_.close();
  const std::lock_guard lock(mutex_);
  ended_ = true;
  for (const auto& worker : workers_) worker->cancel();
}

bool Shadow::mayBeVerified(const Question& question) const {
  if (question.query.size() > kMaxShadowQueryBytes) return false;
  const auto inBounds = [](std::int64_t ms) { return ms >= -kMaxShadowTimeMs && ms <= kMaxShadowTimeMs; };
  if (!inBounds(question.start_ms) || !inBounds(question.end_ms)) return false;
  // Which series of an instant vector a limit keeps is left open.
  const auto isLimit = [](const auto& parameter) { return parameter.first == "limit"; };
  return question.kind == QuestionKind::kRange || std::ranges::none_of(question.more, isLimit);
}

void Shadow::take(ShadowQuestion asked) {
  const Question& question = asked.question;
  const std::int64_t last = question.kind == QuestionKind::kRange ? question.end_ms : question.start_ms;
  const milliseconds wait(mayBeVerified(question) ? std::max<std::int64_t>(last + settle_ms_ - nowMs(), 0)
                                                  : 0);
  if (!mayBeVerified(question) || wait > kMaxSettling + milliseconds(settle_ms_)) {
    count(ShadowResult::kSkipped);
  } else if (!queue_.push(std::move(asked), SettlingQueue::Clock::now() + wait)) {
    count(ShadowResult::kDropped);
  }
}

void Shadow::work(Worker& worker) {
  pthread_setname_np(pthread_self(), "verification");
  setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0) + kShadowNice);  // on Linux, of this thread
  while (const auto asked = queue_.pop()) {
    const ShadowVerdict verdict = worker.check(*asked);
    noteOracle(verdict);
    told(asked->question, verdict);
  }
}

void Shadow::told(const Question& question, const ShadowVerdict& verdict) {
  count(verdict.result);
  if (verdict.result == ShadowResult::kDifferent) {
    logLine(differences_, "the answer to a query differs from the oracle's", question, verdict.reason);
  } else if (verdict.result == ShadowResult::kError && verdict.oracle != OracleState::kFailed) {
    logLine(errors_, "a query could not be verified", question, verdict.reason);
  }
}

/// A failing oracle is told once, and left alone for a while.
void Shadow::noteOracle(const ShadowVerdict& verdict) {
  if (verdict.oracle == OracleState::kNotTold) return;
  const bool up = verdict.oracle == OracleState::kAnswered;
  oracle_up_->Set(up ? 1 : 0);
  if (up) {
    if (health_.answered() == OracleHealth::News::kChanged)
      telemetry::log(LogLevel::kInfo, "the oracle of the verification answers again");
    return;
  }
  const bool news = health_.failed(OracleHealth::Clock::now()) == OracleHealth::News::kChanged;
  queue_.holdUntil(health_.quietUntil());
  if (news) {
    telemetry::log(LogLevel::kWarn, "the oracle of the verification cannot be asked",
                   {{"err", verdict.reason}});
  }
}

void Shadow::logLine(LogAllowance& allowance, std::string_view message, const Question& question,
                     const std::string& reason) {
  const auto left_out = allowance.take(LogAllowance::Clock::now());
  if (!left_out) return;
  telemetry::log(LogLevel::kWarn, message,
                 {{"query", std::string_view(question.query).substr(0, kMaxLoggedText)},
                  {"when", question.when()},
                  {"reason", std::string_view(reason).substr(0, kMaxLoggedText)},
                  {"lines_left_out", *left_out}});
}

void Shadow::count(ShadowResult result, std::size_t number) {
  results_[static_cast<std::size_t>(result)]->Increment(static_cast<double>(number));
}

}  // namespace prome::verify
