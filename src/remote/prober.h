// Prober: keeps what is known of the shards true.
//
// It probes every replica soon after it is configured, again once it answers queries after having been down,
// and from time to time; one that could not be probed is tried again, less and less often. What it learns
// goes into the fleet (ShardFacts, FleetRelease), and, where it changes, into the log. Nothing waits for it.
//
// Belongs to one event loop, whose coroutines the probes are; stats() may be read by anyone. Must be
// destroyed before the loop, and outlive its running.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "http/loop.h"
#include "remote/client_options.h"
#include "remote/probe.h"
#include "remote/probe_options.h"
#include "remote/replica.h"

namespace prome::remote {

struct ProbeStats {
  std::atomic<std::uint64_t> answered{0};
  std::atomic<std::uint64_t> failed{0};
};

class Prober {
 public:
  Prober(http::Loop& loop, NameResolver& resolver);

  /// Probes `fleet` from now on, in place of what it probed before. Shards that live on are not asked anew.
  void start(std::shared_ptr<const Fleet> fleet, const ClientOptions& client, const ProbeOptions& options);
  /// Begins no further probe, for good. Those in flight end with their watches.
  void stop();

  const ProbeStats& stats() const { return stats_; }

 private:
  using TimePoint = http::Clock::time_point;

  /// A replica of the fleet and when it is to be probed.
  struct Entry {
    std::size_t shard = 0;
    std::size_t replica = 0;
    TimePoint next{};
    std::chrono::milliseconds backoff{0};  // since the last failure; 0: it answered
    std::uint32_t comebacks = 0;           // of its health, when it was last probed
    bool in_flight = false;
  };

  /// What a probe in flight needs; it stands by itself, whatever becomes of the fleet.
  struct Job {
    std::size_t index = 0;
    std::uint64_t generation = 0;
    std::shared_ptr<const Replica> replica;
    std::vector<std::string> labels;
    SessionLimits limits;
    bool looks_up = false;  // it holds looking_up_
  };

  std::vector<Entry> makeEntries(const Fleet& fleet) const;
  void tick();
  void startDue();
  bool isDue(const Entry& entry, TimePoint now) const;
  const Replica& replicaOf(const Entry& entry) const;
  Job makeJob(std::size_t index) const;
  http::Awaitable<void> run(Job job);
  http::Awaitable<ProbeAnswer> ask(Job& job);
  void endLookUp(Job& job);
  void ended(std::size_t index, const ProbeAnswer& answer);
  void learnBuildInfo(const Entry& entry, const BuildInfo& info);
  void learnForeignLabels(const Entry& entry, const std::vector<ForeignLabel>& labels);
  std::chrono::milliseconds pause(std::size_t index) const;

  http::Loop& loop_;
  NameResolver& resolver_;
  http::Timer timer_;
  ProbeStats stats_;
  ClientOptions client_;
  ProbeOptions options_;
  std::shared_ptr<const Fleet> fleet_;
  std::vector<Entry> entries_;
  std::uint64_t generation_ = 0;  // of entries_; a probe of an older one tells nothing
  std::size_t cursor_ = 0;        // entries before it have been looked at since the last tick
  std::size_t in_flight_ = 0;
  bool looking_up_ = false;
  bool stopped_ = false;
};

}  // namespace prome::remote
