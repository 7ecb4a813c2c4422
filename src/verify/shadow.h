// Shadow: asks a sampled share of the clients' queries again, of the router and of one Prometheus that holds
// all series, compares the answers and counts.
//
// Threads of its own, niced, do the asking; a loop that hands a query over never waits for them. The router
// is asked over HTTP at its own address, so that what is verified is what a client gets; such requests carry
// kShadowHeader. Thread-safe but for configure(), which is called by one thread at a time.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "telemetry/registry.h"
#include "verify/log_allowance.h"
#include "verify/oracle_health.h"
#include "verify/sampler.h"
#include "verify/settling_queue.h"
#include "verify/shadow_check.h"
#include "verify/shadow_options.h"

namespace prome::verify {

/// Marks the requests to the router that come from here, which are not verified in turn.
inline constexpr std::string_view kShadowHeader = "x-prome-route-verification";
/// A longer query is skipped: what waits is bounded in bytes by this times max_queue.
inline constexpr std::size_t kMaxShadowQueryBytes = std::size_t{64} << 10U;
/// A query about a time further ahead is skipped.
inline constexpr std::chrono::hours kMaxSettling{1};
/// Times from the epoch further away, either way, are skipped: as seconds they would lose their milliseconds.
inline constexpr std::int64_t kMaxShadowTimeMs = 100'000'000'000'000;
/// Added to the nice value of its threads.
inline constexpr int kShadowNice = 10;
/// Lines of differences, and of errors, that are logged a minute.
inline constexpr std::uint64_t kLinesAMinute = 10;

class Shadow {
 public:
  /// `registry` must outlive it. It does nothing before configure().
  Shadow(telemetry::Registry& registry, std::uint64_t seed);
  ~Shadow();
  Shadow(const Shadow&) = delete;
  Shadow& operator=(const Shadow&) = delete;

  /// Goes by `options` from now on, asking the router at `router_url`. Where they are others than before,
  /// what waits is dropped and what is being asked is broken off and waited for. Nothing after end().
  void configure(const ShadowOptions& options, const std::string& router_url);
  /// Breaks off what is being asked and takes no more. Does not wait.
  void end();

  /// Is the next query to be verified?
  bool samples() { return sampler_.next(); }
  /// Never waits.
  void take(ShadowQuestion question);

 private:
  class Worker;

  void stopWorkers();
  bool mayBeVerified(const Question& question) const;
  void work(Worker& worker);
  void told(const Question& question, const ShadowVerdict& verdict);
  void noteOracle(const ShadowVerdict& verdict);
  void logLine(LogAllowance& allowance, std::string_view message, const Question& question,
               const std::string& reason);
  void count(ShadowResult result, std::size_t number = 1);

  std::array<prometheus::Counter*, kShadowResults> results_{};
  prometheus::Gauge* waiting_ = nullptr;
  prometheus::Gauge* oracle_up_ = nullptr;
  Sampler sampler_;
  SettlingQueue queue_;
  std::atomic<std::int64_t> settle_ms_{0};
  OracleHealth health_;
  LogAllowance differences_{kLinesAMinute, std::chrono::minutes(1)};
  LogAllowance errors_{kLinesAMinute, std::chrono::minutes(1)};
  ShadowOptions options_;   // by configure() alone
  std::string router_url_;  // likewise
  std::mutex mutex_;        // of what follows; held for moments
  bool ended_ = false;
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace prome::verify
